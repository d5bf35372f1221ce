package dev.letterbox.campaign;

import dev.letterbox.sysv.Key;
import dev.letterbox.testkit.ChildProcess;
import dev.letterbox.testkit.Command;
import dev.letterbox.testkit.Finished;
import dev.letterbox.testkit.IpcNamespace;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Is a {@code letterbox serve} on a key, in a process of its own, which may be killed and started again. */
final class LiveServer implements AutoCloseable {
    private final Path directory;
    private final Key key;
    private final List<String> options;
    private final @Nullable IpcNamespace namespace;
    private @Nullable ChildProcess process;

    LiveServer(Path directory, Key key, String... options) {
        this(directory, key, null, options);
    }

    LiveServer(Path directory, Key key, @Nullable IpcNamespace namespace, String... options) {
        this.directory = directory;
        this.key = key;
        this.namespace = namespace;
        this.options = List.of(options);
    }

    Key key() {
        return key;
    }

    /** Starts it, and does not wait until it serves. */
    ChildProcess launch() {
        List<String> words =
                new ArrayList<>(List.of("serve", directory.toString(), "--quiet", "--key", key.toString()));
        words.addAll(options);
        Command command = Letterbox.command(words.toArray(String[]::new));
        ChildProcess launched = (namespace == null ? command : command.in(namespace)).start();
        process = launched;
        return launched;
    }

    /** Starts it, and waits until it says that it serves. */
    void start() {
        launch().awaitLine("^Serving ", Fetch.PATIENT);
    }

    ChildProcess process() {
        ChildProcess running = process;
        if (running == null) {
            throw new IllegalStateException("not started");
        }
        return running;
    }

    /** Kills it, as {@code kill -9} does. */
    void kill() {
        process().kill();
        process().exit();
        process().close();
        process = null;
    }

    /** Waits until it has ended by itself. */
    Finished awaitEnd() {
        try (ChildProcess ended = process()) {
            process = null;
            return ended.exit(Fetch.PATIENT);
        }
    }

    boolean isRunning() {
        return process != null && process.isAlive();
    }

    /** Ends it in order if it runs; else a last one is started and ended, which takes over and removes what is left. */
    @Override
    public void close() {
        if (!isRunning()) {
            start();
        }
        try (ChildProcess ending = process()) {
            ending.signal("TERM");
            ending.exit(Fetch.PATIENT).expect(0);
        }
        process = null;
    }
}
