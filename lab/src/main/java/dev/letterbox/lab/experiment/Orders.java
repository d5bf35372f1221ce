package dev.letterbox.lab.experiment;

import dev.letterbox.lab.result.LabFailure;
import dev.letterbox.lab.result.Latencies;
import dev.letterbox.lab.scene.Participant;
import dev.letterbox.lab.scene.Pause;
import dev.letterbox.lab.scene.Stage;
import java.time.Duration;
import java.util.List;
import java.util.stream.LongStream;

/** Orders that several experiments give to clients. */
final class Orders {
    /**
     * How many requests a server answers before it is measured, in either design: the clients make them one at a time. A JVM takes
     * some thousands of requests to reach its speed.
     */
    static final int WARM_UP = 20_000;

    private static final int WITHOUT_END = Integer.MAX_VALUE;

    private Orders() {}

    /** Returns the order to fetch a file so many times. */
    static String fetch(String file, int times) {
        return "fetch %s %d %d".formatted(file, times, times);
    }

    /** Returns the order to fetch a file again and again until the client ends. */
    static String fetchWithoutEnd(String file) {
        return fetch(file, WITHOUT_END);
    }

    /** Returns the order to send requests for a file and not to read the responses. */
    static String ask(String file, int times) {
        return "ask %s %d".formatted(file, times);
    }

    /** Lets these clients fetch a file at the same time, and waits until all have. */
    static void fetchTogether(List<Participant> clients, String file, int times)
            throws LabFailure, InterruptedException {
        for (Participant client : clients) {
            client.tell(fetch(file, times));
        }
        for (Participant client : clients) {
            client.await("fetched");
        }
    }

    /** Lets these clients make {@link #WARM_UP} requests in all, one client at a time, and forgets how long they took. */
    static void warmUp(List<Participant> clients) throws LabFailure, InterruptedException {
        for (Participant client : clients) {
            fetchTogether(List.of(client), Stage.SMALL, WARM_UP / clients.size());
            client.count();
        }
    }

    /** Counts the requests of clients that ask without end, for a time. */
    static Latencies window(List<Participant> clients, Duration length) throws LabFailure, InterruptedException {
        for (Participant client : clients) {
            client.count();
        }
        Pause.of(length);
        LongStream all = LongStream.empty();
        for (Participant client : clients) {
            all = LongStream.concat(all, LongStream.of(client.counted()));
        }
        return Latencies.of(all.toArray());
    }

    static double rounded(double value, int digits) {
        double factor = Math.pow(10, digits);
        return Math.round(value * factor) / factor;
    }
}
