package dev.letterbox.lab.experiment;

import dev.letterbox.lab.result.DeadlockResult;
import dev.letterbox.lab.result.DeadlockResult.PerClient;
import dev.letterbox.lab.result.DeadlockResult.Shared;
import dev.letterbox.lab.result.Design;
import dev.letterbox.lab.result.LabFailure;
import dev.letterbox.lab.result.Sleep;
import dev.letterbox.lab.role.Wire;
import dev.letterbox.lab.scene.FillSampler;
import dev.letterbox.lab.scene.Participant;
import dev.letterbox.lab.scene.Scene;
import dev.letterbox.lab.scene.Stage;
import dev.letterbox.sysv.QueueStatus;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Lets clients come one by one, in both designs, until one of the designs stands still. */
public final class DeadlockExperiment {
    private static final String[] CLIENTS = {"client 1", "client 2", "client 3", "client 4", "client 5"};
    private static final int REQUESTS_EACH = 150;
    private static final int WANTED = REQUESTS_EACH * CLIENTS.length * (CLIENTS.length + 1) / 2;

    /** With one queue all from here on ask again and again: whether three meet in it must not hang on who is quick. */
    private static final int FOR_EVER = Integer.MAX_VALUE;

    /** Two clients cannot fill the queue. */
    private static final int HARMLESS = 2;

    private static final Duration STILL = Duration.ofSeconds(1);
    private static final Duration LONGEST = Duration.ofMinutes(1);
    private static final int PLOTTED = 300;

    /** How much of the standstill is kept, as a multiple of the time before it. */
    private static final double BEYOND = 1.8;

    private final Stage stage;

    public DeadlockExperiment(Stage stage) {
        this.stage = stage;
    }

    public DeadlockResult run() throws LabFailure, IOException, InterruptedException {
        long capacity;
        Shared shared;
        try (Scene scene = new Scene(stage, Design.SHARED)) {
            capacity = scene.status().capacity().orElse(Wire.CAPACITY);
            shared = shared(scene);
        }
        PerClient perClient;
        try (Scene scene = new Scene(stage, Design.PRIVATE)) {
            perClient = perClient(scene);
        }
        return new DeadlockResult(
                capacity,
                Wire.REQUEST_BYTES,
                Wire.PIECE_BYTES,
                Stage.MIDDLE_BYTES,
                REQUESTS_EACH,
                WANTED,
                CLIENTS.length,
                shared,
                perClient);
    }

    private static void begin(Participant client, int requests) throws LabFailure {
        client.tell("fetch %s %d %d".formatted(Stage.MIDDLE, requests, requests));
    }

    /** Lets these clients ask at the same time, and waits until all have what they wanted. */
    private static void together(List<Participant> clients) throws LabFailure, InterruptedException {
        for (Participant client : clients) {
            begin(client, REQUESTS_EACH);
        }
        for (Participant client : clients) {
            client.await("fetched");
        }
    }

    /** Lets each ask once, alone: the first request takes a JVM a hundred times longer than the others. */
    private static List<Participant> warm(List<Participant> clients) throws LabFailure, InterruptedException {
        for (Participant client : clients) {
            begin(client, 1);
            client.await("fetched");
            client.count();
        }
        return clients;
    }

    private static Shared shared(Scene scene) throws LabFailure, IOException, InterruptedException {
        List<Participant> clients = warm(scene.clients(CLIENTS));
        List<Double> joined = new ArrayList<>();
        try (FillSampler fill = new FillSampler(scene.serverQueue())) {
            for (int come = 1; come <= HARMLESS; come++) {
                joined.add(fill.millis());
                together(clients.subList(0, come));
            }
            Optional<List<Sleep>> sleepers = Optional.empty();
            int come = HARMLESS;
            for (Participant client : clients.subList(0, HARMLESS)) {
                begin(client, FOR_EVER);
            }
            while (come < clients.size() && sleepers.isEmpty()) {
                joined.add(fill.millis());
                begin(clients.get(come), FOR_EVER);
                come++;
                sleepers = scene.awaitStillness(clients.subList(0, come), STILL, LONGEST);
            }
            int whenStuck = come;
            QueueStatus status = scene.status();
            double stuckAfter = fill.lastChange();
            long since = System.nanoTime();
            while (come < clients.size()) {
                joined.add(fill.millis());
                begin(clients.get(come), FOR_EVER);
                come++;
            }
            if (sleepers.isPresent()) {
                sleepers = scene.awaitStillness(clients, STILL, LONGEST);
            }
            double still = STILL.toMillis() / 1e3 + (System.nanoTime() - since) / 1e9;
            return new Shared(
                    sleepers.isPresent(),
                    whenStuck,
                    stuckAfter,
                    status.bytes(),
                    status.messages(),
                    answered(clients),
                    Math.round(still * 10) / 10.0,
                    sleepers.orElse(List.of()),
                    scene.status().bytes(),
                    joined,
                    fill.points(BEYOND * stuckAfter, PLOTTED));
        }
    }

    private static long answered(List<Participant> clients) throws LabFailure, InterruptedException {
        long answered = 0;
        for (Participant client : clients) {
            answered += client.count().count();
        }
        return answered;
    }

    private static PerClient perClient(Scene scene) throws LabFailure, IOException, InterruptedException {
        List<Participant> clients = warm(scene.clients(CLIENTS));
        List<Double> joined = new ArrayList<>();
        try (FillSampler fill = new FillSampler(scene.serverQueue())) {
            long began = System.nanoTime();
            for (int come = 1; come <= clients.size(); come++) {
                joined.add(fill.millis());
                together(clients.subList(0, come));
            }
            double seconds = (System.nanoTime() - began) / 1e9;
            long answered = answered(clients);
            return new PerClient(
                    answered == WANTED,
                    answered,
                    Math.round(seconds * 1e3) / 1e3,
                    Math.round(answered / seconds),
                    fill.highest(),
                    joined,
                    fill.points(Double.MAX_VALUE, PLOTTED));
        }
    }
}
