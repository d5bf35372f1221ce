package dev.letterbox.lab.scene;

import dev.letterbox.lab.result.Design;
import dev.letterbox.sysv.Key;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;

/**
 * Where experiments run. It creates the files that are served, and starts processes. When it is closed, or this program is told to
 * end, it ends the processes, removes their queues and deletes the files.
 */
public final class Stage implements AutoCloseable {
    public static final String SMALL = "small";
    public static final int SMALL_BYTES = 1_024;
    public static final String MIDDLE = "middle";
    public static final int MIDDLE_BYTES = 16_384;
    public static final String LARGE = "large";
    public static final int LARGE_BYTES = 32 << 20;

    private static final String LOGGING = "logging.properties";

    private final Path folder;
    private final boolean privateNamespace;
    private final Set<Scene> scenes = new LinkedHashSet<>();
    private final List<Participant> started = new ArrayList<>();
    private final Thread atExit = new Thread(this::clear, "lab-clear");
    private boolean ending;

    private Stage(Path folder, boolean privateNamespace) {
        this.folder = folder;
        this.privateNamespace = privateNamespace;
    }

    /**
     * Opens a stage.
     *
     * @param privateNamespace whether this process has an IPC namespace of its own
     * @return the stage
     * @throws IOException if the files cannot be created
     */
    public static Stage open(boolean privateNamespace) throws IOException {
        Stage stage = new Stage(Files.createTempDirectory("letterbox-lab-"), privateNamespace);
        Runtime.getRuntime().addShutdownHook(stage.atExit);
        boolean open = false;
        try {
            // A line for each request would cost more than the request.
            Files.writeString(stage.folder.resolve(LOGGING), ".level = OFF\n");
            stage.make(SMALL, SMALL_BYTES);
            stage.make(MIDDLE, MIDDLE_BYTES);
            stage.make(LARGE, LARGE_BYTES);
            open = true;
            return stage;
        } finally {
            if (!open) {
                stage.close();
            }
        }
    }

    /** Interrupts the calling thread when standard input ends. */
    public void endWithStandardInput() {
        Thread experiment = Thread.currentThread();
        Thread.ofPlatform().daemon().name("lab-parent").start(() -> {
            try {
                while (System.in.read() >= 0) {
                    // Nothing is written there.
                }
            } catch (IOException broken) {
                assert broken != null;
            } finally {
                experiment.interrupt();
            }
        });
    }

    /** Creates a file whose bytes depend on its size alone. */
    private void make(String name, int size) throws IOException {
        byte[] bytes = new byte[size];
        new SplittableRandom(size).nextBytes(bytes);
        Files.write(folder.resolve(name), bytes);
    }

    public Path folder() {
        return folder;
    }

    /** Returns whether the IPC namespace has no queues of other programs. */
    public boolean isPrivate() {
        return privateNamespace;
    }

    /** Starts a process that runs {@link dev.letterbox.lab.role.Child}. */
    synchronized Participant start(
            List<String> prefix, String name, String role, Design design, Key key, String... more) throws IOException {
        if (ending) {
            throw new IOException("The laboratory is closed");
        }
        List<String> command = new ArrayList<>(prefix);
        command.addAll(ChildCommand.of(role, folder.resolve(LOGGING)));
        command.addAll(List.of(role, design.name(), key.toString()));
        command.addAll(List.of(more));
        Participant participant = new Participant(name, command);
        started.add(participant);
        return participant;
    }

    synchronized void remember(Scene scene) {
        scenes.add(scene);
    }

    synchronized void forget(Scene scene) {
        scenes.remove(scene);
    }

    private void clear() {
        List<Scene> open;
        List<Participant> all;
        synchronized (this) {
            ending = true;
            open = List.copyOf(scenes);
            all = List.copyOf(started);
        }
        all.forEach(Participant::dismiss);
        open.forEach(Scene::end);
        all.forEach(Participant::close);
        try (var paths = Files.walk(folder)) {
            for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(path);
            }
        } catch (IOException | UncheckedIOException goneAlready) {
            assert goneAlready != null;
        }
    }

    /** Ends what still runs, and deletes the files. */
    @Override
    public void close() {
        clear();
        try {
            Runtime.getRuntime().removeShutdownHook(atExit);
        } catch (IllegalStateException exiting) {
            // The hook does the same.
            assert exiting != null;
        }
    }
}
