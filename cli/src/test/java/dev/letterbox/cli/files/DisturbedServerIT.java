package dev.letterbox.cli.files;

import static org.assertj.core.api.Assertions.assertThat;

import dev.letterbox.cli.RunningServer;
import dev.letterbox.sysv.Key;
import dev.letterbox.testkit.ChildProcess;
import dev.letterbox.testkit.Command;
import dev.letterbox.testkit.IpcTable;
import dev.letterbox.testkit.Peers;
import dev.letterbox.testkit.TempFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What becomes of a server whose clients do not read, or whose queue is taken from it. */
final class DisturbedServerIT {
    @TempDir
    private Path served;

    @Test
    void aStalledClientsResponseIsAbortedInTime() {
        TempFiles.file(served, "big", 1_000_000);
        try (RunningServer server = RunningServer.start(served, "--stall-timeout", "300ms");
                ChildProcess stalled = Command.of(
                                Peers.program("compact-client"),
                                "-k",
                                server.key().toString(),
                                "-n",
                                "big")
                        .start()) {
            server.awaitLog("get 'big' for queue \\d[\\d,]* .*compact.*: STALLED");
            stalled.signal("TERM");
            stalled.exit();
            assertThat(server.stop().err()).contains("1 stalled");
        }
    }

    /** A key is free for a moment when its queue is removed: whoever makes a queue there then is not served from. */
    @Test
    void aKeyTakenByAnotherProgramDuringRecoveryEndsTheServer() throws IOException {
        Files.writeString(served.resolve("note"), "all is well\n");
        Key key = Key.free();
        try (RunningServer server = RunningServer.start(served, key)) {
            server.process().signal("STOP");
            Command.of("ipcrm", "-q", "" + server.queueId()).run().expect(0);
            String squatted = Command.of(Peers.program("queue"), "create", "-k", key.toString(), "-m", "622")
                    .run()
                    .expect(0)
                    .text()
                    .strip();
            server.process().signal("CONT");
            assertThat(server.process().exit().expect(1).err())
                    .contains("cannot be created again: Another program has taken the key. A message queue with key "
                            + key);
            // What somebody else made is left alone.
            assertThat(IpcTable.now().queue(Integer.parseInt(squatted))).isPresent();
            Command.of("ipcrm", "-q", squatted).run().expect(0);
            assertThat(IpcTable.now().items()).noneMatch(item -> item.key() == key.value());
        }
    }
}
