package dev.letterbox.cli.files;

import static org.assertj.core.api.Assertions.assertThat;

import dev.letterbox.cli.Letterbox;
import dev.letterbox.cli.RunningServer;
import dev.letterbox.sysv.Key;
import dev.letterbox.testkit.Await;
import dev.letterbox.testkit.ChildProcess;
import dev.letterbox.testkit.Command;
import dev.letterbox.testkit.Finished;
import dev.letterbox.testkit.IpcTable;
import dev.letterbox.testkit.OpenFolder;
import dev.letterbox.testkit.TempFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * A server that may have few threads or few open files. How many it needs is up to the JVM, so it is tried with some less
 * than it has when nothing limits it, and with some more. Whatever the limit is, it serves and can be stopped, or it says
 * in one line why it cannot start; and it leaves nothing.
 */
final class ExhaustionIT {
    /** Nobody else's, as the kernel counts the threads of all of a user's processes. */
    private static final int USER = 54_321;

    private static final int LARGE = 20_000_000;

    private final Key key = Key.free();
    private OpenFolder served;

    @BeforeEach
    void write() throws IOException {
        served = OpenFolder.create();
        Files.writeString(served.path().resolve("note"), "all is well\n");
    }

    @AfterEach
    void remove() {
        served.close();
    }

    private Command limited(String... limit) {
        List<String> words = new ArrayList<>();
        if (limit.length > 0) {
            words.add("prlimit");
        }
        words.addAll(List.of(limit));
        words.addAll(Letterbox.programForAll(RunningServer.arguments(served.path(), key, "--access", "all"))
                .words());
        return Command.of(words).asUser(USER).withoutEnv("JAVA_TOOL_OPTIONS").withoutEnv("JDK_JAVA_OPTIONS");
    }

    private long ofUnlimitedServer(String directory) throws IOException {
        try (RunningServer server = RunningServer.start(limited(), key);
                Stream<Path> each =
                        Files.list(Path.of("/proc/" + server.process().pid(), directory))) {
            return each.count();
        }
    }

    /** Returns whether it served. */
    private boolean assertServesOrSaysWhyNot(String limit, String why) {
        try (ChildProcess process = limited(limit).start()) {
            Await.until(
                    limit + ": it serves or has ended", () -> process.out().contains("Serving ") || !process.isAlive());
            boolean serves = process.isAlive();
            if (serves) {
                assertAnswers(limit);
                process.signal("TERM");
            }
            Finished ended = process.exit();
            assertThat(IpcTable.now().items()).as(limit).noneMatch(item -> item.key() == key.value());
            if (serves) {
                assertThat(ended.status()).as(limit + ended.err()).isZero();
                assertThat(ended.err()).as(limit).contains("Stopped. ").doesNotContain("\tat ");
            } else if (ended.err().contains("letterbox: ")) {
                assertThat(ended.status()).as(limit).isOne();
                assertThat(ended.err())
                        .as(limit)
                        .startsWith("letterbox: ")
                        .contains(why)
                        .hasLineCount(1);
            }
            return serves;
        }
    }

    private void assertAnswers(String limit) {
        Finished got = Letterbox.program("get", "note", "--key", key.toString()).run();
        assertThat(got.text() + got.err())
                .as(limit)
                .satisfiesAnyOf(
                        text -> assertThat(text).isEqualTo("all is well\n"),
                        text -> assertThat(text).startsWith("letterbox: ").hasLineCount(1));
    }

    @Test
    void aServerWithoutEnoughThreadsSaysSoOrServes() throws IOException {
        long threads = ofUnlimitedServer("task");
        assertThat(assertServesOrSaysWhyNot("--nproc=" + (threads - 8), "RLIMIT_NPROC"))
                .isFalse();
        for (long limit = threads - 7; limit <= threads + 4; limit++) {
            assertServesOrSaysWhyNot("--nproc=" + limit, "RLIMIT_NPROC");
        }
        assertThat(assertServesOrSaysWhyNot("--nproc=" + (threads + 16), "RLIMIT_NPROC"))
                .isTrue();
    }

    /** Others of the same user may take all that is left at any time. */
    @Test
    void aServerWhoseUserHasNoThreadLeftGoesOnServing() throws IOException {
        long threads = ofUnlimitedServer("task") + 6;
        TempFiles.file(served.path(), "large", LARGE);
        List<ChildProcess> others = new ArrayList<>();
        try (RunningServer server = RunningServer.start(limited("--nproc=" + threads), key)) {
            for (int other = 0; other < 8; other++) {
                ChildProcess taking = Command.of(
                                "prlimit", "--nproc=" + threads, "sh", "-c", "echo up && exec sleep 600")
                        .asUser(USER)
                        .start();
                others.add(taking);
                Await.until("it runs or may not", () -> taking.out().contains("up") || !taking.isAlive());
            }
            List<ChildProcess> clients = new ArrayList<>();
            try {
                for (int client = 0; client < 3; client++) {
                    clients.add(Letterbox.program("get", "large", "--key", key.toString())
                            .start());
                }
                clients.forEach(
                        client -> assertThat(client.exit().expect(0).out()).hasSize(LARGE));
            } finally {
                clients.forEach(ChildProcess::close);
                others.forEach(ChildProcess::close);
            }
            assertThat(server.stop().err()).contains("Stopped. ", "3 completed").doesNotContain("\tat ");
        } finally {
            others.forEach(ChildProcess::close);
        }
    }

    @Test
    void aServerWithoutEnoughFilesSaysSoOrServes() throws IOException {
        long files = ofUnlimitedServer("fd");
        for (long limit = files - 8; limit <= files + 2; limit++) {
            assertServesOrSaysWhyNot("--nofile=" + limit, "open files");
        }
        assertThat(assertServesOrSaysWhyNot("--nofile=" + (files + 64), "open files"))
                .isTrue();
    }
}
