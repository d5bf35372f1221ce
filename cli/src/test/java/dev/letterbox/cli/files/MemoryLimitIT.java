package dev.letterbox.cli.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.abort;

import dev.letterbox.cli.Letterbox;
import dev.letterbox.cli.RunningServer;
import dev.letterbox.sysv.Key;
import dev.letterbox.sysv.MessageBuffer;
import dev.letterbox.sysv.MessageQueue;
import dev.letterbox.sysv.Mode;
import dev.letterbox.sysv.OwnedQueue;
import dev.letterbox.sysv.Selector;
import dev.letterbox.testkit.Await;
import dev.letterbox.testkit.Command;
import dev.letterbox.testkit.Deadline;
import dev.letterbox.testkit.TempFiles;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A server in a control group with a limit, a real one, whose clients do not read. */
final class MemoryLimitIT {
    private static final int QUEUES = 4631;
    private static final long LIMIT = 128 << 20;
    private static final int FILE = 16_000;
    private static final int COMPACT_REQUEST = 264;
    private static final String NAME =
            "letterbox-test-" + ProcessHandle.current().pid();

    @TempDir
    private Path served;

    private Path group;

    /** Of version 1, or of version 2 where its root hands memory on. */
    @BeforeEach
    void makeGroup() throws IOException {
        group = Files.isDirectory(Path.of("/sys/fs/cgroup/memory"))
                ? Path.of("/sys/fs/cgroup/memory", NAME)
                : Path.of("/sys/fs/cgroup", NAME);
        String limit = group.getParent().endsWith("memory") ? "memory.limit_in_bytes" : "memory.max";
        try {
            Files.createDirectory(group);
            Files.writeString(group.resolve(limit), "" + LIMIT);
        } catch (IOException refused) {
            removeGroup();
            abort("This test needs a control group with a limit of its memory, and there can be none here: " + refused);
        }
    }

    @AfterEach
    void removeGroup() {
        Await.until("the group is removed", () -> {
            try {
                return !Files.exists(group) || Files.deleteIfExists(group);
            } catch (IOException busy) {
                return false;
            }
        });
    }

    @Test
    void clientsThatNeverReadDoNotHaveTheServerKilled() throws Exception {
        TempFiles.file(served, "file", FILE);
        Key key = Key.free();
        List<String> words = new ArrayList<>(List.of(
                "sh",
                "-c",
                "echo $$ > \"$0\" && exec \"$@\"",
                group.resolve("cgroup.procs").toString()));
        words.addAll(Letterbox.program(RunningServer.arguments(served, key)).words());
        List<OwnedQueue> queues = new ArrayList<>();
        try (RunningServer server = RunningServer.start(Command.of(words), key)) {
            server.awaitLog("Answers that clients have not read may take 16384 KiB of this server's memory");
            MessageQueue requests = MessageQueue.ofId(server.queueId());
            MessageBuffer message = MessageBuffer.allocate();
            for (int i = 0; i < QUEUES; i++) {
                queues.add(OwnedQueue.createPrivate(Mode.OWNER));
                requests.send(message.put(1, request(queues.getLast().id())), Deadline.PATIENCE);
            }
            Await.until("the last is refused", () -> queues.getLast().status().messages() == 1);
            assertThat(queues.getLast().tryReceive(message, Selector.any())).isTrue();
            assertThat(new String(message.toByteArray(), StandardCharsets.UTF_8))
                    .startsWith("Busy: ");
            assertThat(server.process().isAlive()).isTrue();
            assertThat(queues.stream()
                            .filter(queue -> queue.status().messages() > 1)
                            .count())
                    .as("served")
                    .isBetween(LIMIT / 8 / 2 / (16_384 + 64), LIMIT / 8 / 2 / FILE);

            queues.forEach(OwnedQueue::close);
            assertThat(Letterbox.program("get", "file", "--key", key.toString(), "-o", "/dev/null")
                            .run()
                            .expect(0)
                            .err())
                    .isEmpty();
        } finally {
            queues.forEach(OwnedQueue::close);
        }
    }

    private static byte[] request(int queueId) {
        return ByteBuffer.allocate(COMPACT_REQUEST)
                .order(ByteOrder.nativeOrder())
                .putInt(queueId)
                .put("file".getBytes(StandardCharsets.UTF_8))
                .array();
    }
}
