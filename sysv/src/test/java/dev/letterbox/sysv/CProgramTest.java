package dev.letterbox.sysv;

import static org.assertj.core.api.Assertions.assertThat;

import dev.letterbox.testkit.ChildProcess;
import dev.letterbox.testkit.Command;
import dev.letterbox.testkit.Deadline;
import dev.letterbox.testkit.Peers;
import dev.letterbox.testkit.Syscall;
import dev.letterbox.testkit.TempFiles;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a C program sends arrives here byte for byte, and the other way round. */
final class CProgramTest {
    private static final HexFormat HEX = HexFormat.of();

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 7, 8, 9, 4100, 8192})
    void whatCSendsIsReceived(int size) throws InterruptedException {
        byte[] body = TempFiles.bytes(size);
        try (OwnedQueue queue = OwnedQueue.create(Key.free(), Mode.OWNER)) {
            c("send", String.valueOf(queue.id()), "9223372036854775807", "-x", HEX.formatHex(body));
            assertThat(queue.receive(Selector.any())).isEqualTo(new Message(Long.MAX_VALUE, body));
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 7, 8, 9, 4100, 8192})
    void whatIsSentCReceives(int size) throws InterruptedException {
        byte[] body = TempFiles.bytes(size);
        try (OwnedQueue queue = OwnedQueue.create(Key.free(), Mode.OWNER)) {
            queue.send(new Message(123_456_789_012L, body));
            assertThat(c("receive", String.valueOf(queue.id()), "0"))
                    .isEqualTo(("123456789012 " + size + " " + HEX.formatHex(body)).strip());
        }
    }

    @Test
    void aReceiverInCThatSleepsIsWoken() {
        try (OwnedQueue queue = OwnedQueue.createPrivate(Mode.OWNER);
                ChildProcess receiver = Command.of(Peers.program("queue"), "receive", String.valueOf(queue.id()), "-5")
                        .start()) {
            receiver.proc().awaitAsleepIn(Syscall.MSGRCV);
            Samples.queue(queue, 6, 4);
            assertThat(receiver.exit().expect(0).text().strip()).isEqualTo("4 1 04");
        }
    }

    @Test
    void aReceiverHereThatSleepsIsWokenByC() throws InterruptedException {
        try (OwnedQueue queue = OwnedQueue.createPrivate(Mode.OWNER);
                ChildProcess sender = Command.of(
                                Peers.program("queue"), "flood", String.valueOf(queue.id()), "3", "1000", "1000")
                        .start()) {
            MessageBuffer buffer = MessageBuffer.allocate();
            for (int message = 0; message < 1000; message++) {
                assertThat(queue.tryReceive(buffer, Selector.any(), Deadline.PATIENCE))
                        .isTrue();
                assertThat(buffer.type()).isEqualTo(3);
                assertThat(buffer.size()).isEqualTo(1000);
            }
            assertThat(sender.exit().expect(0).text().strip()).isEqualTo("1000");
        }
    }

    @Test
    void bothSeeTheSameState() {
        Key key = Key.free();
        String id = c("create", "-k", key.toString(), "-m", "640");
        try (MessageQueue queue = MessageQueue.open(key)) {
            assertThat(queue.id()).isEqualTo(Integer.parseInt(id));
            c("send", id, "1", "-z", "100");
            queue.setCapacity(1234);
            QueueStatus status = queue.status();
            assertThat(c("stat", id).lines())
                    .contains(
                            "key " + key,
                            "uid " + status.ownerUid(),
                            "cuid " + status.creatorUid(),
                            "mode " + status.mode(),
                            "cbytes 100",
                            "qnum 1",
                            "qbytes 1234",
                            "stime " + status.sent().orElseThrow().getEpochSecond(),
                            "rtime 0",
                            "ctime " + status.changed().getEpochSecond(),
                            "lspid " + status.lastSender(),
                            "lrpid 0");
            queue.remove();
        }
    }

    private static String c(String... arguments) {
        return Command.of(Peers.program("queue"), arguments)
                .run()
                .expect(0)
                .text()
                .strip();
    }
}
