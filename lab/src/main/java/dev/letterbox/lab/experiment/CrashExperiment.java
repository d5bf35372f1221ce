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

/** Kills a client in the middle of a response, in both designs, and measures what another client gets before and after. */
public final class CrashExperiment {
    /** Longer than the stall timeout: what exists at its end, stays. */
    private static final Duration WINDOW = Duration.ofMillis(1_500);

    private static final Duration STILL = Duration.ofSeconds(1);
    private static final Duration LONGEST = Duration.ofMinutes(1);

    /** The server looks twice, five seconds apart; a busy machine takes longer. */
    private static final Duration REAPED = Duration.ofSeconds(30);

    private final Stage stage;

    public CrashExperiment(Stage stage) {
        this.stage = stage;
    }

    public CrashResult run() throws LabFailure, IOException, InterruptedException {
        Shared shared;
        try (Scene scene = new Scene(stage, Design.SHARED)) {
            shared = shared(scene);
        }
        PerClient perClient;
        try (Scene scene = new Scene(stage, Design.PRIVATE)) {
            perClient = perClient(scene);
        }
        return new CrashResult(Stage.SMALL_BYTES, WINDOW.toMillis() / 1e3, Orders.WARM_UP, shared, perClient);
    }

    /** Measures what a client gets alone. After that it asks no more. */
    private static Latencies alone(Participant client) throws LabFailure, InterruptedException {
        Orders.warmUp(List.of(client));
        client.tell("fetch-for %s %d".formatted(Stage.SMALL, WINDOW.toMillis()));
        client.await("fetched");
        return client.count();
    }

    /** Kills a client that has read one message, when its queue has no room for another one. */
    private static void killInTheMiddle(Scene scene, Participant victim) throws LabFailure, InterruptedException {
        victim.tell(Orders.ask(Stage.LARGE, 1));
        victim.tell("receive 1");
        victim.await("received");
        long full = Wire.CAPACITY - Wire.PIECE_BYTES;
        int queue = scene.queueOf(victim);
        long deadline = System.nanoTime() + LONGEST.toNanos();
        while (Scene.status(queue).map(QueueStatus::bytes).orElse(0L) <= full && System.nanoTime() - deadline < 0) {
            Pause.of(Duration.ofMillis(1));
        }
        victim.kill();
    }

    private static Shared shared(Scene scene) throws LabFailure, IOException, InterruptedException {
        List<Participant> clients = scene.clients("victim", "other client");
        Participant other = clients.getLast();
        Latencies before = alone(other);
        killInTheMiddle(scene, clients.getFirst());
        QueueStatus left = scene.status();
        other.tell(Orders.fetchWithoutEnd(Stage.SMALL));
        Latencies after = Orders.window(List.of(other), WINDOW);
        Optional<List<Sleep>> sleepers = scene.awaitStillness(List.of(other), STILL, LONGEST);
        return new Shared(
                left.messages(),
                left.bytes(),
                left.capacity().orElse(Wire.CAPACITY),
                before,
                after,
                sleepers.isPresent(),
                sleepers.orElse(List.of()));
    }

    private static PerClient perClient(Scene scene) throws LabFailure, IOException, InterruptedException {
        List<Participant> clients = scene.clients("victim", "other client", "session client");
        Participant victim = clients.getFirst();
        Participant other = clients.get(1);
        Latencies before = alone(other);
        killInTheMiddle(scene, victim);
        Optional<QueueStatus> left = Scene.status(scene.queueOf(victim));
        other.tell(Orders.fetchWithoutEnd(Stage.SMALL));
        Latencies after = Orders.window(List.of(other), WINDOW);
        boolean queueLeft = Scene.status(scene.queueOf(victim)).isPresent();
        return new PerClient(
                left.map(QueueStatus::messages).orElse(0L),
                left.map(QueueStatus::bytes).orElse(0L),
                before,
                after,
                Scene.STALL_TIMEOUT.toMillis() / 1e3,
                queueLeft,
                reaped(scene, clients.getLast()));
    }

    /** Kills a client whose death the server can see, and returns after how many seconds its queue was removed. */
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
        return Optional.of(Orders.rounded((System.nanoTime() - killed) / 1e9, 1));
    }
}
