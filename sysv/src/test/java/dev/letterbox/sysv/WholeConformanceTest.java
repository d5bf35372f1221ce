package dev.letterbox.sysv;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.letterbox.sysv.error.QueueReplacedException;
import dev.letterbox.testkit.ChildProcess;
import dev.letterbox.testkit.JavaProcess;
import java.lang.foreign.ValueLayout;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** What the four calls do together, and between processes. */
final class WholeConformanceTest {
    private static final int PAIRS = 2;
    private static final int MESSAGES = 100_000;

    @Test
    void pairsOfWritersAndReadersPass100000MessagesEachWithoutWaitingAndEveryByteIsRight() {
        List<OwnedQueue> queues = new ArrayList<>();
        List<ChildProcess> processes = new ArrayList<>();
        try {
            for (int pair = 0; pair < PAIRS; pair++) {
                OwnedQueue queue = OwnedQueue.create(Key.free(), Mode.OWNER);
                queues.add(queue);
                String key = queue.key().orElseThrow().toString();
                for (Class<?> side : List.of(Writer.class, Reader.class)) {
                    // The same seed on both sides: the reader knows what must come.
                    processes.add(JavaProcess.running(side)
                            .options("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC")
                            .command(key, String.valueOf(pair))
                            .start());
                }
            }
            for (ChildProcess process : processes) {
                process.exit(Duration.ofMinutes(5)).expect(0);
            }
            assertThat(queues)
                    .allSatisfy(queue -> assertThat(queue.status().messages()).isZero());
        } finally {
            processes.forEach(ChildProcess::close);
            queues.forEach(OwnedQueue::close);
        }
    }

    static final class Writer {
        public static void main(String[] args) {
            try (MessageQueue queue = MessageQueue.open(Key.parse(args[0]))) {
                MessageBuffer message = MessageBuffer.allocate();
                SplittableRandom random = new SplittableRandom(Long.parseLong(args[1]));
                for (int sent = 0; sent < MESSAGES; sent++) {
                    write(message, random);
                    while (!queue.trySend(message)) {
                        Rounds.giveWay();
                    }
                }
            }
        }
    }

    static final class Reader {
        public static void main(String[] args) {
            try (MessageQueue queue = MessageQueue.open(Key.parse(args[0]))) {
                MessageBuffer message = MessageBuffer.allocate();
                MessageBuffer wanted = MessageBuffer.allocate();
                SplittableRandom random = new SplittableRandom(Long.parseLong(args[1]));
                for (int received = 0; received < MESSAGES; received++) {
                    write(wanted, random);
                    while (!queue.tryReceive(message, Selector.any())) {
                        Rounds.giveWay();
                    }
                    if (message.type() != wanted.type() || message.body().mismatch(wanted.body()) >= 0) {
                        throw new AssertionError("message %d is %s and not %s".formatted(received, message, wanted));
                    }
                }
            }
        }
    }

    /** Writes the next message of a pair, 0 to 255 bytes. */
    private static void write(MessageBuffer message, SplittableRandom random) {
        int size = random.nextInt(256);
        for (int place = 0; place < size; place++) {
            message.memory().set(ValueLayout.JAVA_BYTE, place, (byte) random.nextInt());
        }
        message.type(random.nextLong(1, Long.MAX_VALUE)).size(size);
    }

    @Test
    void aKeyIsSeenInAChildAndNotInAnotherIpcNamespace() {
        try (OwnedQueue queue = OwnedQueue.create(Key.free(), Mode.OWNER)) {
            JavaProcess opens = JavaProcess.running(Opens.class);
            String key = queue.key().orElseThrow().toString();

            assertThat(Attempt.outcomes(opens.command(key).run())).containsEntry("open", "done");
            assertThat(Attempt.outcomes(opens.command(key)
                                    .inOwnIpcNamespace(Map.of())
                                    .run())
                            .get("open"))
                    .startsWith("NoSuchQueueException ENOENT ");
        }
    }

    static final class Opens {
        public static void main(String[] key) {
            Attempt.print("open", () -> MessageQueue.open(Key.parse(key[0])).status());
        }
    }

    @Test
    void theOldIdOfAQueueThatWasRemovedAndMadeAgainUnderItsKeyFailsAndIsToldAsReplaced() {
        Key key = Key.free();
        try (OwnedQueue old = OwnedQueue.create(key, Mode.OWNER);
                MessageQueue handle = MessageQueue.open(key)) {
            old.remove();
            try (OwnedQueue anew = OwnedQueue.create(key, Mode.OWNER)) {
                assertThat(anew.id()).isNotEqualTo(old.id());
                assertThatExceptionOfType(QueueReplacedException.class)
                        .isThrownBy(() -> handle.trySend(Samples.message(1, 1)))
                        .satisfies(failure -> {
                            assertThat(failure.oldId()).isEqualTo(old.id());
                            assertThat(failure.newId()).isEqualTo(anew.id());
                        });
                assertThat(anew.status().messages()).as("what went astray").isZero();
                assertThat(MessageQueues.find(old.id())).isEmpty();
            }
        }
    }
}
