package dev.letterbox.cli.files;

import static org.assertj.core.api.Assertions.assertThat;

import dev.letterbox.cli.Letterbox;
import dev.letterbox.cli.RunningServer;
import dev.letterbox.sysv.Key;
import dev.letterbox.sysv.MessageQueue;
import dev.letterbox.sysv.Mode;
import dev.letterbox.sysv.OwnedQueue;
import dev.letterbox.testkit.Command;
import dev.letterbox.testkit.Finished;
import dev.letterbox.testkit.IpcNamespace;
import dev.letterbox.testkit.IpcTable;
import dev.letterbox.testkit.OpenFolder;
import dev.letterbox.testkit.Privileges;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A server whose queue and semaphores are removed, by hand or by systemd: it has them back, or it ends and says why. */
final class ServerLossIT {
    private static final String ENDS =
            "letterbox: The server's queue, lock or bell was removed.*, and cannot be created again: ";

    private static void assertSaysOnceWhatRemovesQueues(Finished ended) {
        assertThat(ended.err()).containsOnlyOnce("RemoveIPC=no; to check, run letterbox doctor as this user");
    }

    @TempDir
    private Path served;

    private final Key key = Key.free();

    private void assertServes() {
        Letterbox.program("ls", "--key", key.toString()).run().expect(0);
    }

    private static void remove(String kind, int id) {
        Command.of("ipcrm", kind, "" + id).run().expect(0);
    }

    private int lock() {
        return IpcTable.now().semaphores().stream()
                .filter(set -> set.key() == key.value())
                .findFirst()
                .orElseThrow()
                .id();
    }

    @Test
    void aServerThatIsKilledAfterItsLockCameBackIsSucceededByTheNext() {
        try (RunningServer server = RunningServer.start(served, key)) {
            remove("-s", lock());
            server.awaitLog("WARNING The server's lock was removed; the server creates it again \\(systemd does that");
            assertServes();
            server.process().kill();
            server.process().exit();
        }
        try (RunningServer next = RunningServer.start(served, key)) {
            next.awaitLog("Took over queue \\d+");
            assertServes();
        }
        assertThat(IpcTable.now().items()).noneMatch(item -> item.key() == key.value());
    }

    @Test
    void aServerWhosePlaceAnotherHasTakenMeanwhileEndsAndLeavesThatAlone() {
        try (RunningServer server = RunningServer.start(served, key)) {
            server.process().signal("STOP");
            remove("-s", lock());
            remove("-q", server.queueId());
            try (RunningServer next = RunningServer.start(served, key)) {
                server.process().signal("CONT");
                Finished ended = server.process().exit();
                assertThat(ended.status()).isEqualTo(1);
                assertThat(ended.err())
                        .containsPattern(ENDS + "Another server \\(process "
                                + next.process().pid() + "\\) serves key");
                assertServes();
                next.stop();
            }
        }
        assertThat(IpcTable.now().items()).noneMatch(item -> item.key() == key.value());
    }

    @Test
    void aServerThatFindsTheTableFullEndsAndSaysWhatRemovesQueues() {
        try (IpcNamespace namespace = IpcNamespace.with(Map.of("msgmni", 2));
                RunningServer server = RunningServer.start(
                        Letterbox.program(RunningServer.arguments(served, key)).in(namespace), key)) {
            server.process().signal("STOP");
            Command.of("ipcrm", "-q", "" + server.queueId()).in(namespace).run().expect(0);
            Command.of("ipcmk", "-Q").in(namespace).run().expect(0);
            Command.of("ipcmk", "-Q").in(namespace).run().expect(0);
            server.process().signal("CONT");
            Finished ended = server.process().exit();
            assertThat(ended.status()).isEqualTo(1);
            assertThat(ended.err()).containsPattern(ENDS + ".*msgmni");
            assertSaysOnceWhatRemovesQueues(ended);
            assertThat(namespace.table().semaphores()).isEmpty();
        }
    }

    @Test
    void aServerWhoseKeyAnotherProgramTookEndsWithAdviceForTheCommandLine() {
        try (RunningServer server = RunningServer.start(served, key)) {
            server.process().signal("STOP");
            remove("-q", server.queueId());
            try (OwnedQueue taken = OwnedQueue.create(key, Mode.OWNER)) {
                server.process().signal("CONT");
                Finished ended = server.process().exit();
                assertThat(ended.status()).isEqualTo(1);
                assertThat(ended.err())
                        .containsPattern(ENDS + "Another program has taken the key\\. .*: queue " + taken.id()
                                + ", .*\\(msgget: EEXIST\\)\\. letterbox queues " + key + " shows its owner\\.\n")
                        .doesNotContain("MessageQueue.", "EINVAL");
                assertSaysOnceWhatRemovesQueues(ended);
            }
        }
    }

    /** As root may do, or its own user. A server that is root receives whatever the mode is. */
    @Test
    void aServerThatIsExcludedFromItsQueueByTheModeSetsItBack() throws IOException {
        try (OpenFolder folder = OpenFolder.create()) {
            Files.writeString(folder.path().resolve("note"), "all is well\n");
            Command command = Letterbox.programForAll(RunningServer.arguments(folder.path(), key, "--access", "all"))
                    .asUser(Privileges.NOBODY);
            try (RunningServer server = RunningServer.start(command, key)) {
                MessageQueue.ofId(server.queueId()).setMode(Mode.of(0));
                server.awaitLog("WARNING The mode of queue \\d+ .* was changed so that its server may not read it");
                assertServes();
            }
        }
    }
}
