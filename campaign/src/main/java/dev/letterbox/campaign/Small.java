package dev.letterbox.campaign;

import dev.letterbox.sysv.Key;
import dev.letterbox.testkit.Command;
import dev.letterbox.testkit.Finished;
import dev.letterbox.testkit.IpcNamespace;
import dev.letterbox.testkit.IpcTable;
import dev.letterbox.testkit.TempFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** Is an IPC namespace with limits of its own, and a server in it. What is in it is reached by programs that enter it. */
final class Small implements AutoCloseable {
    private static final int SIZE = 5_000;

    private final Served served;
    private final IpcNamespace namespace;
    private final LiveServer server;

    Small(Map<String, Integer> limits) throws IOException {
        namespace = IpcNamespace.with(limits);
        served = new Served();
        server = new LiveServer(served.directory(), Key.of(0x1aaaaaa1), namespace);
        server.start();
    }

    Key key() {
        return server.key();
    }

    LiveServer server() {
        return server;
    }

    IpcNamespace namespace() {
        return namespace;
    }

    IpcTable table() {
        return namespace.table();
    }

    void set(String limit, int value) {
        set(limit, "" + value);
    }

    /** Sets a limit that is several numbers. */
    void set(String limit, String values) {
        Command.of("sh", "-c", "echo %s > /proc/sys/kernel/%s".formatted(values, limit))
                .in(namespace)
                .run()
                .expect(0);
    }

    /** Runs {@code letterbox get} with patience, where the server is to answer. */
    Got get() throws IOException {
        return get(Fetch.PATIENT);
    }

    /** Runs {@code letterbox get} with that limit: the file is right, or not there and one line says why. */
    Got get(Duration limit) throws IOException {
        return get(SIZE, limit);
    }

    /** Fetches the file of that size so. */
    Got get(int size, Duration limit) throws IOException {
        Path output = served.directory().resolveSibling(served.directory().getFileName() + ".out");
        Files.deleteIfExists(output);
        long started = System.nanoTime();
        Finished run = Letterbox.command(
                        "get", Served.name(size), "-o", output.toString(), "--timeout", limit.toSeconds() + "s")
                .in(namespace)
                .run(limit.plus(Fetch.PATIENT));
        long nanos = System.nanoTime() - started;
        if (run.status() == 0) {
            if (!Arrays.equals(Files.readAllBytes(output), TempFiles.bytes(size))) {
                throw new AssertionError("A wrong byte: " + run);
            }
            Files.delete(output);
            return new Got("", nanos);
        }
        List<String> said = run.err().lines().toList();
        if (run.status() != 1 || said.size() != 1 || !said.getFirst().startsWith("letterbox: ")) {
            throw new AssertionError("Not one clear line: " + run);
        }
        if (Files.exists(output)) {
            throw new AssertionError("It failed, and there is a file: " + run);
        }
        return new Got(said.getFirst(), nanos);
    }

    /**
     * Is what came of a get.
     *
     * @param error the line that says why it failed; empty if it did not
     * @param nanos how long it took, with the start of the program
     */
    record Got(String error, long nanos) {
        boolean isRight() {
            return error.isEmpty();
        }

        Got orFail() {
            if (!isRight()) {
                throw new AssertionError("It was to be answered: " + error);
            }
            return this;
        }

        Got expectError(String part) {
            if (!error.contains(part)) {
                throw new AssertionError("'" + part + "' was to be said, not '" + error + "'");
            }
            return this;
        }

        void count(Tally tally) {
            tally.add(isRight() ? "right answers" : "clear errors");
        }
    }

    /** Runs one of the C programs in it. */
    Finished peer(Path program, String... arguments) {
        return Command.of(program, arguments).in(namespace).run();
    }

    @Override
    public void close() {
        server.close();
        List<IpcTable.Queue> left = table().queues().stream()
                .filter(queue -> queue.key() == key().value())
                .toList();
        namespace.close();
        served.close();
        if (!left.isEmpty()) {
            throw new AssertionError("The server left " + left);
        }
    }
}
