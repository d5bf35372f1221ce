package dev.letterbox.lab.experiment;

import dev.letterbox.lab.result.Design;
import dev.letterbox.lab.result.LabFailure;
import dev.letterbox.lab.result.LimitResult;
import dev.letterbox.lab.result.LimitResult.PerClient;
import dev.letterbox.lab.result.LimitResult.Shared;
import dev.letterbox.lab.scene.Participant;
import dev.letterbox.lab.scene.Scene;
import dev.letterbox.lab.scene.Stage;
import dev.letterbox.sysv.MessageQueues;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Starts clients until the kernel has no more queues. It runs only in an IPC namespace of its own: elsewhere it would deny queues
 * to other programs.
 */
public final class LimitExperiment {
    private static final Path LIMIT = Path.of("/proc/sys/kernel/msgmni");
    private static final int SMALL_LIMIT = 16;
    private static final int REQUESTS = 200;

    private final Stage stage;

    public LimitExperiment(Stage stage) {
        this.stage = stage;
    }

    public LimitResult run() throws LabFailure, IOException, InterruptedException {
        if (!stage.isPrivate()) {
            throw new LabFailure("The experiment 'limit' fills the kernel's table of queues, and so needs an IPC"
                    + " namespace of its own, which this user may not create here. Run it as root.");
        }
        // Not readString: it gets one digit of a file in /proc/sys, which has no length and can only be read at once.
        String before = Files.readAllLines(LIMIT).getFirst();
        setLimit(Integer.toString(SMALL_LIMIT));
        try {
            Shared shared;
            try (Scene scene = new Scene(stage, Design.SHARED)) {
                shared = shared(scene);
            }
            try (Scene scene = new Scene(stage, Design.PRIVATE)) {
                return new LimitResult(SMALL_LIMIT, Integer.parseInt(before), shared, perClient(scene));
            }
        } finally {
            setLimit(before);
        }
    }

    private static void setLimit(String limit) throws LabFailure {
        try {
            Files.writeString(LIMIT, limit);
        } catch (IOException denied) {
            throw new LabFailure("The experiment 'limit' lowers " + LIMIT + ", which this user may not do here ("
                    + denied.getMessage() + "). Run it as root.");
        }
    }

    private static Shared shared(Scene scene) throws LabFailure, IOException, InterruptedException {
        Participant crowd = scene.client("crowd");
        // With the process's own client these are twice as many clients as there may be queues.
        crowd.tell("join " + (2 * SMALL_LIMIT - 1));
        int joined = Integer.parseInt(crowd.await("joined"));
        return new Shared(joined + 1, answered(crowd), MessageQueues.usage().queues());
    }

    private static PerClient perClient(Scene scene) throws LabFailure, IOException, InterruptedException {
        Participant crowd = scene.client("crowd");
        crowd.tell("join " + SMALL_LIMIT);
        String[] joined = crowd.await("joined").split(" ", 3);
        int answered = answered(crowd);
        crowd.tell("leave");
        crowd.await("left");
        crowd.tell("many %s %d".formatted(Stage.SMALL, REQUESTS));
        int whole = Integer.parseInt(crowd.await("many"));
        return new PerClient(
                Integer.parseInt(joined[0]) + 1,
                joined.length > 1 ? joined[1] : "",
                joined.length > 2 ? joined[2] : "",
                answered,
                REQUESTS,
                whole);
    }

    /** Lets each client of a crowd fetch a file, the process's own client too, and returns how many got one. */
    private static int answered(Participant crowd) throws LabFailure, InterruptedException {
        crowd.tell("each " + Stage.SMALL);
        int answered = Integer.parseInt(crowd.await("each"));
        crowd.tell(Orders.fetch(Stage.SMALL, 1));
        crowd.await("fetched");
        return answered + 1;
    }
}
