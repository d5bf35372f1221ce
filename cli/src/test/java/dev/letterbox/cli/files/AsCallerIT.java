package dev.letterbox.cli.files;

import static org.assertj.core.api.Assertions.assertThat;

import dev.letterbox.cli.Letterbox;
import dev.letterbox.cli.RunningServer;
import dev.letterbox.sysv.Key;
import dev.letterbox.testkit.Command;
import dev.letterbox.testkit.Finished;
import dev.letterbox.testkit.OpenFolder;
import dev.letterbox.testkit.Privileges;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** {@code serve --as-caller}: who asks gets what that user could read, and nothing else. With real users. */
final class AsCallerIT {
    private static final int ANNA = 12_345;
    private static final int BERT = Privileges.NOBODY;

    private final OpenFolder served = OpenFolder.create();
    private RunningServer server;

    @BeforeEach
    void serve() throws IOException {
        Privileges.assumeRoot();
        Privileges.assumeOtherUsers();
        file("annas", ANNA, ANNA, "rw-------");
        file("berts", BERT, BERT, "rw-------");
        file("groups", 0, BERT, "rw-r-----");
        file("roots", 0, 0, "rw-------");
        file("alls", 0, 0, "rw-r--r--");
        Path closed = Files.createDirectory(served.path().resolve("closed"));
        Files.writeString(closed.resolve("inside"), "inside");
        Files.setPosixFilePermissions(closed.resolve("inside"), PosixFilePermissions.fromString("rw-r--r--"));
        own(closed, ANNA, ANNA, "rwx------");
        server = RunningServer.start(served.path(), "--as-caller", "--access", "all");
    }

    @AfterEach
    void stop() {
        if (server != null) {
            server.close();
        }
        served.close();
    }

    private void file(String name, int uid, int gid, String mode) throws IOException {
        own(Files.writeString(served.path().resolve(name), name), uid, gid, mode);
    }

    private static void own(Path path, int uid, int gid, String mode) throws IOException {
        Files.setAttribute(path, "unix:uid", uid);
        Files.setAttribute(path, "unix:gid", gid);
        Files.setPosixFilePermissions(path, PosixFilePermissions.fromString(mode));
    }

    private Finished get(int uid, int gid, String name) {
        return Letterbox.programForAll("get", name, "--key", server.key().toString())
                .asUser(uid, gid)
                .run();
    }

    private void assertGets(int uid, int gid, String name) {
        assertThat(get(uid, gid, name).expect(0).text())
                .isEqualTo(Path.of(name).getFileName().toString());
    }

    private void assertDenied(int uid, int gid, String name) {
        Finished finished = get(uid, gid, name).expect(1);
        assertThat(finished.err()).isEqualTo("letterbox: Cannot open '" + name + "': Permission denied\n");
        assertThat(finished.text()).isEmpty();
    }

    @Test
    void eachUserGetsItsOwnFilesAndThoseThatAllMayRead() {
        assertGets(ANNA, ANNA, "annas");
        assertDenied(BERT, BERT, "annas");
        assertGets(BERT, BERT, "berts");
        assertDenied(ANNA, ANNA, "berts");
        assertDenied(BERT, BERT, "roots");
        assertGets(ANNA, ANNA, "alls");
    }

    @Test
    void theGroupOfTheCallerCounts() {
        assertGets(ANNA, BERT, "groups");
        assertDenied(ANNA, ANNA, "groups");
    }

    @Test
    void aDirectoryThatTheCallerMayNotSearchHidesItsFiles() {
        assertGets(ANNA, ANNA, "closed/inside");
        assertDenied(BERT, BERT, "closed/inside");
        for (String[] command : new String[][] {{"ls", "closed"}, {"stat", "closed/inside"}}) {
            assertThat(Letterbox.programForAll(
                                    command[0],
                                    command[1],
                                    "--key",
                                    server.key().toString())
                            .asUser(BERT)
                            .run()
                            .expect(1)
                            .err())
                    .endsWith("Permission denied\n");
        }
    }

    @Test
    void workerProcessesOpenFilesWithTheCallersRightsToo() {
        try (RunningServer isolated = RunningServer.start(
                served.path(), "--as-caller", "--access", "all", "--isolation", "process", "--workers", "1")) {
            for (int caller : new int[] {ANNA, BERT, ANNA}) {
                Finished finished = Letterbox.programForAll(
                                "get", "annas", "--key", isolated.key().toString())
                        .asUser(caller, caller)
                        .run();
                assertThat(finished.status()).isEqualTo(caller == ANNA ? 0 : 1);
                assertThat(finished.text()).isEqualTo(caller == ANNA ? "annas" : "");
            }
        }
    }

    @Test
    void rootGetsAll() {
        assertThat(Letterbox.program("get", "annas", "--key", server.key().toString())
                        .run()
                        .expect(0)
                        .text())
                .isEqualTo("annas");
    }

    /** Rights belong to a thread of the kernel, and workers share those: nobody may get another's for a moment. */
    @Test
    void manyUsersAtOnceNeverGetEachOthersRights() throws Exception {
        try (ExecutorService users = Executors.newFixedThreadPool(4)) {
            List<Future<?>> all = new ArrayList<>();
            for (int i = 0; i < 12; i++) {
                int uid = i % 2 == 0 ? ANNA : BERT;
                String own = uid == ANNA ? "annas" : "berts";
                String others = uid == ANNA ? "berts" : "annas";
                all.add(users.submit(() -> {
                    List<String> names = new ArrayList<>();
                    for (int each = 0; each < 50; each++) {
                        names.addAll(List.of(own, others));
                    }
                    List<String> line =
                            new ArrayList<>(List.of("get", "--key", server.key().toString()));
                    line.addAll(names);
                    Finished finished = Letterbox.programForAll(line.toArray(String[]::new))
                            .asUser(uid)
                            .run(Duration.ofMinutes(5))
                            .expect(1);
                    assertThat(finished.text()).isEqualTo(own.repeat(50));
                    assertThat(finished.err().lines())
                            .hasSize(50)
                            .containsOnly("letterbox: Cannot open '" + others + "': Permission denied");
                }));
            }
            for (Future<?> each : all) {
                each.get();
            }
        }
    }

    @Test
    void asCallerWithoutRootRefusesToStart() {
        Key key = Key.free();
        assertThat(Letterbox.programForAll("serve", served.path().toString(), "--as-caller", "--key", key.toString())
                        .asUser(BERT)
                        .run()
                        .expect(1)
                        .err())
                .startsWith(
                        "letterbox: Cannot serve with the callers' rights: this requires root, or CAP_SETUID and CAP_SETGID");
        assertThat(Command.of("ipcs", "-q").run().expect(0).text()).doesNotContain(key.toString());
    }
}
