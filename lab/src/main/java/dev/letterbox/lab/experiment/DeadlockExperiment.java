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

/** Starts clients one by one, in both designs, and watches whether they come to a standstill. */
public final class DeadlockExperiment {
    private static final String[] CLIENTS = {"client 1", "client 2", "client 3", "client 4", "client 5"};
    private static final int REQUESTS_EACH = 500;
    private static final int REQUESTS = REQUESTS_EACH * CLIENTS.length * (CLIENTS.length + 1) / 2;

    /** Two clients cannot fill the queue. With more, all ask without end, so that it cannot depend on speed whether they meet. */
    private static final int HARMLESS = 2;

    private static final Duration STILL = Duration.ofSeconds(1);
    private static final Duration LONGEST = Duration.ofMinutes(1);
    private static final int PLOTTED = 300;

    /** How much of the standstill is kept for the plot, as a multiple of the time before it. */
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
                REQUESTS,
                CLIENTS.length,
                HARMLESS,
                Orders.WARM_UP,
                shared,
                perClient);
    }

    private static Shared shared(Scene scene) throws LabFailure, IOException, InterruptedException {
        List<Participant> clients = scene.clients(CLIENTS);
        Orders.warmUp(clients);
        List<Double> joined = new ArrayList<>();
        try (FillSampler fill = new FillSampler(scene.serverQueue())) {
            int come = 0;
            while (come < HARMLESS) {
                joined.add(fill.millis());
                come++;
                Orders.fetchTogether(clients.subList(0, come), Stage.MIDDLE, REQUESTS_EACH);
            }
            for (Participant client : clients.subList(0, come)) {
                client.tell(Orders.fetchWithoutEnd(Stage.MIDDLE));
            }
            Optional<List<Sleep>> sleepers = Optional.empty();
            while (come < clients.size() && sleepers.isEmpty()) {
                joined.add(fill.millis());
                clients.get(come).tell(Orders.fetchWithoutEnd(Stage.MIDDLE));
                come++;
                sleepers = scene.awaitStillness(clients.subList(0, come), STILL, LONGEST);
            }
            int whenStuck = come;
            QueueStatus status = scene.status();
            double stuckAfter = fill.lastChange();
            long since = System.nanoTime();
            while (come < clients.size()) {
                joined.add(fill.millis());
                clients.get(come).tell(Orders.fetchWithoutEnd(Stage.MIDDLE));
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
                    Orders.rounded(still, 1),
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
        List<Participant> clients = scene.clients(CLIENTS);
        Orders.warmUp(clients);
        List<Double> joined = new ArrayList<>();
        try (FillSampler fill = new FillSampler(scene.serverQueue())) {
            long began = System.nanoTime();
            for (int come = 1; come <= clients.size(); come++) {
                joined.add(fill.millis());
                Orders.fetchTogether(clients.subList(0, come), Stage.MIDDLE, REQUESTS_EACH);
            }
            double seconds = (System.nanoTime() - began) / 1e9;
            long answered = answered(clients);
            return new PerClient(
                    answered == REQUESTS,
                    answered,
                    Orders.rounded(seconds, 3),
                    fill.highest(),
                    joined,
                    fill.points(Double.MAX_VALUE, PLOTTED));
        }
    }
}
