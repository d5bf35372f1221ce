package dev.letterbox.campaign;

import dev.letterbox.campaign.Fetch.Ended;
import dev.letterbox.files.FileClient;
import dev.letterbox.queues.QueueTransport;
import dev.letterbox.sysv.Key;
import dev.letterbox.testkit.Await;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;

/**
 * Kills the server while it starts, is idle, is at work and stops. What must hold: every client that was there ends, with
 * all right or with an error that says why; and a server that is started then serves at once, on what the killed one left.
 */
final class ServerKill implements Scenario {
    /** A client in a session is told of the end by the kernel. The bound is for busy machines; the report has the figure. */
    private static final Duration NOTICED = Duration.ofMinutes(1);

    /** A client in a classic dialect learns of it by its own time limit alone. */
    private static final Duration CLASSIC = Fetch.SHORT.plus(NOTICED);

    private static final Duration RESTARTED = Duration.ofMinutes(1);
    /** What a client that does not read holds up the stop for. */
    private static final Duration HELD_UP = Duration.ofSeconds(5);

    private static final int CLIENTS = 3;
    private static final int LONGEST_START_MILLIS = 500;

    private final Served served = new Served();
    private final LiveServer server = new LiveServer(served.directory(), Key.free());

    ServerKill() throws IOException, InterruptedException {
        restart(new Tally());
    }

    /** Starts it, and fetches a file as soon as there is one to fetch from. */
    private void restart(Tally tally) throws InterruptedException {
        long started = System.nanoTime();
        server.start();
        Fetch.one(server.key(), 5_000, Fetch.PATIENT).orFail().count(tally);
        long took = System.nanoTime() - started;
        tally.took("restart until an answer", took);
        if (took > RESTARTED.toNanos()) {
            throw new AssertionError("A server took " + took / 1_000_000 + " ms until it answered");
        }
    }

    @Override
    public void round(int number, SplittableRandom random, Tally tally) throws Exception {
        if (!server.isRunning()) {
            restart(tally);
        }
        whenIdle(tally);
        restart(tally);
        atWork(random, tally);
        restart(tally);
        whenStopping(random, tally);
        whenStarting(random, tally);
        restart(tally);
    }

    private void kill(Tally tally) {
        server.kill();
        tally.add("kills");
    }

    private void whenIdle(Tally tally) throws Exception {
        try (FileClient client = FileClient.connect(new QueueTransport(server.key()), Fetch.PATIENT)) {
            Fetch.through(client, 10).orFail().count(tally);
            kill(tally);
            long killed = System.nanoTime();
            expectError(Fetch.through(client, 10)).count(tally);
            tally.took("notice, asking later", System.nanoTime() - killed);
        }
    }

    private void atWork(SplittableRandom random, Tally tally) throws Exception {
        List<InTheMiddle> clients = new ArrayList<>();
        try {
            for (int i = 0; i < CLIENTS; i++) {
                clients.add(
                        i == 0 ? InTheMiddle.classic(server.key()) : new InTheMiddle(server.key(), Optional.empty()));
            }
            for (InTheMiddle client : clients) {
                client.awaitBegun();
                client.goOn();
            }
            // In full swing, or at the end.
            Thread.sleep(Duration.ofNanos(random.nextLong(20_000_000)));
            kill(tally);
            long killed = System.nanoTime();
            for (InTheMiddle client : clients.reversed()) {
                boolean classic = client == clients.getFirst();
                client.ended(classic ? CLASSIC : NOTICED).count(tally);
                tally.took(classic ? "end of a classic client" : "end in the middle", System.nanoTime() - killed);
            }
        } finally {
            clients.forEach(InTheMiddle::close);
        }
    }

    /** A client that does not read holds up the stop, and meanwhile the server is killed. */
    private void whenStopping(SplittableRandom random, Tally tally) throws Exception {
        try (InTheMiddle client = new InTheMiddle(server.key(), Optional.empty())) {
            client.awaitBegun();
            long asked = System.nanoTime();
            server.process().signal("TERM");
            Thread.sleep(Duration.ofMillis(random.nextLong(300)));
            boolean alive = server.process().isAlive();
            // A busy machine may itself be slower than that.
            if (!alive && System.nanoTime() - asked < HELD_UP.toNanos()) {
                throw new AssertionError("It ended before its client had its time: "
                        + server.process().describe());
            }
            kill(tally);
            long killed = System.nanoTime();
            client.goOn();
            expectError(client.ended(NOTICED)).count(tally);
            tally.took("end while it stops", System.nanoTime() - killed);
        }
    }

    private void whenStarting(SplittableRandom random, Tally tally) throws InterruptedException {
        server.launch();
        Thread.sleep(Duration.ofMillis(random.nextLong(LONGEST_START_MILLIS)));
        kill(tally);
    }

    private static Ended expectError(Ended ended) {
        if (ended.isRight()) {
            throw new AssertionError("The server was killed, and the answer came all the same");
        }
        return ended;
    }

    @Override
    public void close() {
        server.close();
        served.close();
        Await.until("its key is free", () -> !server.isRunning());
    }
}
