package dev.letterbox.cli;

import dev.letterbox.sysv.Key;
import dev.letterbox.testkit.ChildProcess;
import dev.letterbox.testkit.Command;
import dev.letterbox.testkit.Deadline;
import dev.letterbox.testkit.Finished;
import dev.letterbox.testkit.Proc;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.MatchResult;

/** A {@code letterbox serve} in a process of its own, which has said that it is ready. Closing it sends it TERM. */
public final class RunningServer implements AutoCloseable {
    private static final Duration STOP = Deadline.PATIENCE;

    private final Key key;
    private final ChildProcess process;
    private final int queueId;

    private RunningServer(Key key, ChildProcess process) {
        this.key = key;
        this.process = process;
        queueId = Integer.parseInt(process.awaitLine("^Serving .* on key " + key + " \\(queue (\\d+), for .*\\)")
                .group(1));
    }

    public static RunningServer start(Path directory, String... options) {
        return start(directory, Key.free(), options);
    }

    public static RunningServer start(Path directory, Key key, String... options) {
        return start(Letterbox.program(arguments(directory, key, options)), key);
    }

    public static RunningServer start(Command command, Key key) {
        ChildProcess process = command.start();
        try {
            return new RunningServer(key, process);
        } catch (AssertionError e) {
            process.close();
            throw e;
        }
    }

    public static String[] arguments(Path directory, Key key, String... options) {
        List<String> arguments = new ArrayList<>(List.of("serve", directory.toString(), "--key", key.toString()));
        arguments.addAll(List.of(options));
        return arguments.toArray(String[]::new);
    }

    public Key key() {
        return key;
    }

    public int queueId() {
        return queueId;
    }

    public ChildProcess process() {
        return process;
    }

    public Proc proc() {
        return process.proc();
    }

    /** Waits for a line of its log. */
    public MatchResult awaitLog(String regex) {
        return process.awaitErrLine(regex);
    }

    /** Ends it, and returns what it said. */
    public Finished stop() {
        process.signal("TERM");
        return process.exit(STOP).expect(0);
    }

    /** Ends it if it still runs. */
    @Override
    public void close() {
        try (process) {
            if (process.isAlive()) {
                stop();
            }
        }
    }
}
