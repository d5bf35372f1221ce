package dev.letterbox.files;

import static org.assertj.core.api.Assertions.assertThat;

import dev.letterbox.Access;
import dev.letterbox.Outcome;
import dev.letterbox.queues.QueueTransport;
import dev.letterbox.server.Server;
import dev.letterbox.sysv.Key;
import dev.letterbox.testkit.Await;
import dev.letterbox.testkit.ChildProcess;
import dev.letterbox.testkit.Command;
import dev.letterbox.testkit.Deadline;
import dev.letterbox.testkit.JavaProcess;
import dev.letterbox.testkit.Peers;
import dev.letterbox.testkit.TempFiles;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A server that may open few files, and clients that keep its files open. */
final class FewFilesTest {
    private static final int FILES = 256;
    private static final int STALLED = 600;

    @TempDir
    private Path folder;

    private final Key key = Key.free();

    /** Serves a folder until it is ended, and says how many were refused. */
    static final class Program {
        private Program() {}

        public static void main(String[] keyAndFolder) throws Exception {
            try (ServedRoot root = ServedRoot.open(Path.of(keyAndFolder[1]));
                    Server server = Server.on(new QueueTransport(Key.parse(keyAndFolder[0])))
                            .access(Access.ALL)
                            .dialects(List.of(ClassicDialect.values()))
                            .service("", new FileService(root))
                            .service(FileService.NAME, new FileService(root))
                            .start()) {
                Runtime.getRuntime().addShutdownHook(new Thread(server::close));
                System.out.println("ready");
                Await.until("all have asked", () -> server.statistics().received() >= STALLED);
                Await.until(
                        "all are at work or refused",
                        () -> server.statistics().ended(Outcome.BUSY)
                                        + server.statistics().atWork()
                                >= STALLED);
                System.out.println("busy " + server.statistics().ended(Outcome.BUSY));
                server.awaitClose();
            }
        }
    }

    private Command server() {
        List<String> words = new ArrayList<>(List.of("sh", "-c", "ulimit -n " + FILES + " && exec \"$@\"", "sh"));
        words.addAll(JavaProcess.running(Program.class)
                .options("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC")
                .command(key.toString(), folder.toString())
                .words());
        return Command.of(words);
    }

    @Test
    void thoseWhoDoNotReadGetBusyAndOthersTheirFiles() throws Exception {
        Files.writeString(folder.resolve("small"), "all is well\n");
        TempFiles.file(folder, "large", 1 << 20);
        try (ChildProcess server = server().start()) {
            server.awaitLine("ready");
            try (ChildProcess stalled = Command.of(
                            Peers.program("compact-stalled"), "-k", key.toString(), "-n", "" + STALLED, "large")
                    .start()) {
                int busy = Integer.parseInt(server.awaitLine("busy (\\d+)").group(1));
                assertThat(busy).isBetween(STALLED - FILES / 2, STALLED - 10);
                for (int i = 0; i < 20; i++) {
                    // A session has a share of its own beside that of the classic dialects.
                    try (FileClient client = FileClient.connect(new QueueTransport(key), Deadline.PATIENCE)) {
                        StringBuilder text = new StringBuilder();
                        client.get("small", piece -> text.append(StandardCharsets.UTF_8.decode(piece)));
                        assertThat(text).hasToString("all is well\n");
                    }
                }
                stalled.signal("TERM");
                stalled.exit().expect(0);
            }
            server.signal("TERM");
            server.exit().expect(143);
        }
    }
}
