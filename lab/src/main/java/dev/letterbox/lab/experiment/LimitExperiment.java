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

/** Lets clients come until the kernel has no more queues. Only in an IPC namespace of its own: elsewhere others would suffer. */
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
                    + " namespace of its own, which this user may not make here. Run it as root.");
        }
        String before = Files.readString(LIMIT);
        setLimit(Integer.toString(SMALL_LIMIT));
        try {
            Shared shared;
            try (Scene scene = new Scene(stage, Design.SHARED)) {
                shared = shared(scene);
            }
            try (Scene scene = new Scene(stage, Design.PRIVATE)) {
                return new LimitResult(SMALL_LIMIT, shared, perClient(scene));
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
        int wanted = 2 * SMALL_LIMIT;
        crowd.tell("join " + wanted);
        int joined = Integer.parseInt(crowd.await("joined"));
        crowd.tell("each " + Stage.SMALL);
        int answered = Integer.parseInt(crowd.await("each"));
        return new Shared(joined, answered, MessageQueues.usage().queues());
    }

    private static PerClient perClient(Scene scene) throws LabFailure, IOException, InterruptedException {
        // The process has a queue of its own before the others come: it is the first client.
        Participant crowd = scene.client("crowd");
        crowd.tell("join " + SMALL_LIMIT);
        String[] joined = crowd.await("joined").split(" ", 3);
        crowd.tell("each " + Stage.SMALL);
        int answered = Integer.parseInt(crowd.await("each"));
        crowd.tell("fetch %s 1 1".formatted(Stage.SMALL));
        crowd.await("fetched");
        crowd.tell("leave");
        crowd.await("left");
        crowd.tell("many %s %d".formatted(Stage.SMALL, REQUESTS));
        int whole = Integer.parseInt(crowd.await("many"));
        return new PerClient(
                Integer.parseInt(joined[0]) + 1,
                joined.length > 1 ? joined[1] : "",
                joined.length > 2 ? joined[2] : "",
                answered + 1,
                REQUESTS,
                whole);
    }
}
