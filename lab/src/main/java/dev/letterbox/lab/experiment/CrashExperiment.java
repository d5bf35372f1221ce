package dev.letterbox.lab.experiment;

import dev.letterbox.lab.result.CrashResult;
import dev.letterbox.lab.result.CrashResult.PerClient;
import dev.letterbox.lab.result.CrashResult.Shared;
import dev.letterbox.lab.result.Design;
import dev.letterbox.lab.result.LabFailure;
import dev.letterbox.lab.result.Latencies;
import dev.letterbox.lab.result.Sleep;
import dev.letterbox.lab.role.Wire;
import dev.letterbox.lab.scene.Participant;
import dev.letterbox.lab.scene.Pause;
import dev.letterbox.lab.scene.Scene;
import dev.letterbox.lab.scene.Stage;
import dev.letterbox.sysv.QueueStatus;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** Kills a client in the middle of a response, in both designs. */
public final class CrashExperiment {
    private static final Duration WINDOW = Duration.ofMillis(1_500);
    private static final Duration STILL = Duration.ofSeconds(1);
    private static final Duration LONGEST = Duration.ofMinutes(1);

    /** Two looks, five seconds apart, on a busy machine. */
    private static final Duration REAPED = Duration.ofSeconds(30);

    private static final String FOR_EVER = "fetch %s 1000000000 1000000000".formatted(Stage.SMALL);

    private final Stage stage;

    public CrashExperiment(Stage stage) {
        this.stage = stage;
    }

    public CrashResult run() throws LabFailure, IOException, InterruptedException {
        Shared shared;
        try (Scene scene = new Scene(stage, Design.SHARED)) {
            shared = shared(scene);
        }
        try (Scene scene = new Scene(stage, Design.PRIVATE)) {
            return new CrashResult(shared, perClient(scene));
        }
    }

    /** Lets the first client be killed when it has read a piece and the server has sent as much as it can. */
    private static Participant killOne(Scene scene, List<Participant> clients) throws LabFailure, InterruptedException {
        Participant victim = clients.getFirst();
        victim.tell("ask %s 1".formatted(Stage.LARGE));
        victim.tell("receive 1");
        victim.await("received");
        long fullEnough = Wire.CAPACITY - Wire.PIECE_BYTES;
        int queue = scene.queueOf(victim);
        long deadline = System.nanoTime() + LONGEST.toNanos();
        while (Scene.status(queue).map(QueueStatus::bytes).orElse(0L) <= fullEnough
                && System.nanoTime() - deadline < 0) {
            Pause.of(Duration.ofMillis(1));
        }
        victim.kill();
        return victim;
    }

    private static Shared shared(Scene scene) throws LabFailure, IOException, InterruptedException {
        List<Participant> clients = scene.clients("victim", "other client");
        killOne(scene, clients);
        QueueStatus left = scene.status();
        Participant other = clients.getLast();
        other.tell(FOR_EVER);
        Optional<List<Sleep>> sleepers = scene.awaitStillness(List.of(other), STILL, LONGEST);
        return new Shared(
                left.messages(),
                left.bytes(),
                left.capacity().orElse(Wire.CAPACITY),
                other.count().count(),
                sleepers.isPresent(),
                sleepers.orElse(List.of()));
    }

    private static PerClient perClient(Scene scene) throws LabFailure, IOException, InterruptedException {
        List<Participant> clients = scene.clients("victim", "other client", "session client");
        Participant victim = killOne(scene, clients);
        Optional<QueueStatus> left = Scene.status(scene.queueOf(victim));
        Participant other = clients.get(1);
        other.tell(FOR_EVER);
        // Longer than the stall timeout: what stays after that, stays.
        Pause.of(WINDOW);
        boolean queueLeft = Scene.status(scene.queueOf(victim)).isPresent();
        Latencies others = other.count();
        return new PerClient(
                left.map(QueueStatus::messages).orElse(0L),
                left.map(QueueStatus::bytes).orElse(0L),
                others,
                Scene.STALL_TIMEOUT.toMillis() / 1e3,
                queueLeft,
                reaped(scene, clients.getLast()));
    }

    /** Kills a client that the server can see to be dead, and tells after how many seconds its queue was removed. */
    private static Optional<Double> reaped(Scene scene, Participant client) throws LabFailure, InterruptedException {
        client.tell("hold " + Stage.LARGE);
        int queue = Integer.parseInt(client.await("held"));
        scene.adopt(queue);
        client.kill();
        long killed = System.nanoTime();
        while (Scene.status(queue).isPresent()) {
            if (System.nanoTime() - killed > REAPED.toNanos()) {
                return Optional.empty();
            }
            Pause.of(Duration.ofMillis(10));
        }
        return Optional.of(Math.round((System.nanoTime() - killed) / 1e8) / 10.0);
    }
}
