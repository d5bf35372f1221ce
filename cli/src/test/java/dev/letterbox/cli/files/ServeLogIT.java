package dev.letterbox.cli.files;

import static org.assertj.core.api.Assertions.assertThat;

import dev.letterbox.cli.Letterbox;
import dev.letterbox.cli.RunningServer;
import dev.letterbox.sysv.Key;
import dev.letterbox.testkit.Await;
import dev.letterbox.testkit.ChildProcess;
import dev.letterbox.testkit.Command;
import dev.letterbox.testkit.Finished;
import dev.letterbox.testkit.JavaProcess;
import dev.letterbox.testkit.Peers;
import dev.letterbox.testkit.Proc;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the log of a server costs, and what becomes of it where it cannot be written. */
final class ServeLogIT {
    private static final int REQUESTS = 5_000;

    @TempDir
    private Path served;

    private final Key key = Key.free();

    private void ask() throws IOException {
        Files.writeString(served.resolve("note"), "all is well\n");
        Command.of(Peers.program("tlpi-load"), "-k", key.toString(), "-n", "" + REQUESTS, "note")
                .run()
                .expect(0);
    }

    @Test
    void theLogIsCompleteAtTheEnd() throws IOException {
        try (RunningServer server = RunningServer.start(served, key)) {
            ask();
            Finished ended = server.stop();
            assertThat(ended.err().lines().filter(line -> line.contains(" get 'note' for queue ")))
                    .hasSize(REQUESTS);
            assertThat(ended.err()).endsWith(" 0 dropped.\n").doesNotContain("left out");
        }
    }

    private RunningServer serveLoggingTo(Path file, String... options) {
        List<String> words = new ArrayList<>(List.of("sh", "-c", "exec \"$@\" 2>'%s'".formatted(file), "sh"));
        words.addAll(
                Letterbox.program(RunningServer.arguments(served, key, options)).words());
        return RunningServer.start(Command.of(words), key);
    }

    /** Opens a pipe for both ends, so that neither the server nor this test waits for the other, and reads nothing. */
    private RandomAccessFile unreadPipe() throws IOException {
        Path pipe = served.resolve("log");
        Command.of("mkfifo", pipe.toString()).run().expect(0);
        return new RandomAccessFile(pipe.toFile(), "rw");
    }

    @Test
    void aLogThatNobodyReadsCostsNoThreadAndKeepsNobodyWaiting() throws IOException {
        try (RandomAccessFile _ = unreadPipe();
                RunningServer server = serveLoggingTo(served.resolve("log"))) {
            int before = server.proc().threadCount();
            ask();
            ask();
            assertThat(server.proc().threadCount()).isLessThan(before + 20);
            server.stop();
        }
    }

    private static Proc worker(RunningServer server) {
        return Await.value(
                        "there is a worker",
                        () -> server.proc().children().stream()
                                .filter(child -> child.commandLine().contains("FileWorker"))
                                .toList(),
                        workers -> workers.size() == 1)
                .getFirst();
    }

    /** A thread dump is the most that a worker writes. */
    @Test
    void whatAWorkerWritesIsInTheServersLogLineByLine() {
        try (RunningServer server = RunningServer.start(served, key, "--isolation", "process", "--workers", "1")) {
            Proc worker = worker(server);
            worker.signal("QUIT");
            server.awaitLog("^\\S+ \\S+ WARNING Worker process " + worker.pid() + ": Full thread dump ");
            assertThat(server.stop().err().lines())
                    .allSatisfy(line -> assertThat(line).matches("(\\d{4}-\\d\\d-\\d\\d .*|Stopped\\. .*)"));
        }
    }

    @Test
    void aLogThatNobodyReadsKeepsNoWorkerWaiting() throws IOException {
        try (RandomAccessFile _ = unreadPipe();
                RunningServer server =
                        serveLoggingTo(served.resolve("log"), "--isolation", "process", "--workers", "1")) {
            Proc worker = worker(server);
            Await.until("the worker has written more than a pipe holds", () -> {
                worker.signal("QUIT");
                return written(worker) > 200_000;
            });
            Files.writeString(served.resolve("note"), "all is well\n");
            assertThat(Letterbox.program("get", "note", "--key", key.toString())
                            .run()
                            .expect(0)
                            .text())
                    .isEqualTo("all is well\n");
            server.stop();
        }
    }

    private static long written(Proc process) {
        try {
            return Files.readString(Path.of("/proc", "" + process.pid(), "io"))
                    .lines()
                    .filter(line -> line.startsWith("wchar: "))
                    .mapToLong(line -> Long.parseLong(line.substring("wchar: ".length())))
                    .findFirst()
                    .orElseThrow();
        } catch (IOException ended) {
            throw new UncheckedIOException(ended);
        }
    }

    /** Its place is another's by now, so it fails; where it could say so, nobody reads. */
    @Test
    void aServerThatFailsEndsThoughNobodyReadsWhy() throws IOException {
        try (RandomAccessFile _ = unreadPipe();
                RunningServer server = serveLoggingTo(served.resolve("log"))) {
            ask();
            server.process().signal("STOP");
            Command.of("ipcrm", "-S", key.toString()).run().expect(0);
            Command.of("ipcrm", "-Q", key.toString()).run().expect(0);
            try (RunningServer next = RunningServer.start(served, key)) {
                server.process().signal("CONT");
                server.process().exit().expect(1);
                next.stop();
            }
        }
    }

    @Test
    void aLogThatCannotBeWrittenEndsNothing() throws IOException {
        try (RunningServer server = serveLoggingTo(Path.of("/dev/full"))) {
            ask();
            server.stop();
        }
    }

    /** The line that it would write is for people. */
    @Test
    void aStandardOutputThatCannotBeWrittenIsToldAndEndsNothing() throws IOException {
        try (ChildProcess serve = Letterbox.program(RunningServer.arguments(served, key))
                .outTo(Path.of("/dev/full"))
                .start()) {
            serve.awaitErrLine("WARNING Cannot write to standard output: No space left on device\\.$");
            ask();
            serve.signal("TERM");
            serve.exit().expect(0);
        }
    }

    /** Logs where no file can be opened any more, and nothing was logged before. */
    static final class WithoutFiles {
        private WithoutFiles() {}

        public static void main(String[] none) {
            ServerLog.configure(false);
            System.Logger log = System.getLogger("without files");
            List<InputStream> open = new ArrayList<>();
            try {
                while (true) {
                    open.add(new FileInputStream("/dev/null"));
                }
            } catch (IOException noMore) {
                log.log(Level.WARNING, "{0,number,#} files are open, {1}", 1_000_000, noMore.getMessage());
            }
            log.log(Level.ERROR, "a defect", new IllegalStateException("its text"));
            ServerLog.flush();
            System.out.println(open.size() + " were open");
        }
    }

    @Test
    void linesAreWrittenWhereNoFileCanBeOpenedAnyMore() {
        List<String> words = new ArrayList<>(List.of("sh", "-c", "ulimit -n 128 && exec \"$@\"", "sh"));
        words.addAll(JavaProcess.running(WithoutFiles.class).command().words());
        assertThat(Command.of(words).run().expect(0).err())
                .matches("(?s)\\S+ \\S+ WARNING 1000000 files are open, /dev/null \\(Too many open files\\)\n"
                        + "\\S+ \\S+ WARNING a defect\njava.lang.IllegalStateException: its text\n.*");
    }
}
