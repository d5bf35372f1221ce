package dev.letterbox.sysv;

import static org.assertj.core.api.Assertions.assertThat;

import dev.letterbox.testkit.Await;
import dev.letterbox.testkit.JavaProcess;
import dev.letterbox.testkit.TempFiles;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Limits of any size cost no memory and no time until a message needs them: some databases and monitors raise them. */
final class LargeLimitsTest {
    private static final int LARGEST = Integer.MAX_VALUE;

    @Test
    void buffersStartSmallAndGrowToWhatComesAtTheLargestLimits() {
        Map<String, String> outcomes = Attempt.outcomes(JavaProcess.running(Receives.class)
                // Far less than msgmax, so that a buffer of that length cannot be had.
                .options("-XX:MaxDirectMemorySize=24m")
                .command()
                .inOwnIpcNamespace(Map.of("msgmax", LARGEST, "msgmnb", LARGEST))
                .run());

        assertThat(outcomes).containsEntry("limit", String.valueOf(LARGEST));
        for (int size : Receives.SIZES) {
            for (String how :
                    new String[] {"at once", "by type", "asleep", "to the heap", "peeked", "peeked and cut"}) {
                assertThat(outcomes).containsEntry(how + " " + size, "as sent");
            }
            assertThat(outcomes.get("fixed " + size))
                    .startsWith("MessageTooLargeException E2BIG ")
                    .contains("the message has " + size + " bytes and the buffer 1 ");
        }
        assertThat(outcomes).containsEntry("listed", "1");
        assertThat(outcomes).containsEntry("growth in the steady state", "0");
    }

    static final class Receives {
        static final int[] SIZES = {2, 8_192, 8_193, 300_000};
        private static final Duration SOON = Duration.ofMinutes(1);

        public static void main(String[] none) throws Exception {
            Attempt.print("limit", MessageQueues.limits().maxMessageBytes());
            try (OwnedQueue queue = OwnedQueue.createPrivate(Mode.OWNER)) {
                for (int size : SIZES) {
                    byte[] body = TempFiles.bytes(size);
                    MessageBuffer message = MessageBuffer.allocate(size).put(5, body);

                    queue.send(message);
                    MessageBuffer atOnce = MessageBuffer.allocate();
                    queue.tryReceive(atOnce, Selector.any());
                    Attempt.print("at once " + size, told(atOnce, body));

                    queue.send(message);
                    MessageBuffer byType = MessageBuffer.allocate(0);
                    queue.tryReceive(byType, Selector.exactly(5), SOON);
                    Attempt.print("by type " + size, told(byType, body));

                    MessageBuffer asleep = MessageBuffer.allocate(1);
                    queue.setWaiting(Waiting.ASLEEP);
                    Thread receiver = Thread.ofPlatform().start(() -> {
                        try {
                            queue.receive(asleep, Selector.any());
                        } catch (InterruptedException e) {
                            throw new AssertionError(e);
                        }
                    });
                    Await.until("the receive to begin", () -> inUse(asleep));
                    queue.send(message);
                    receiver.join();
                    Attempt.print("asleep " + size, told(asleep, body));

                    queue.send(message);
                    MessageBuffer peeked = MessageBuffer.allocate(0);
                    queue.peek(peeked, 0);
                    Attempt.print("peeked " + size, told(peeked, body));
                    MessageBuffer cut = MessageBuffer.truncating(1);
                    queue.peek(cut, 0);
                    Attempt.print("peeked and cut " + size, told(cut, new byte[] {body[0]}));
                    Attempt.print("fixed " + size, () -> queue.tryReceive(MessageBuffer.fixed(1), Selector.any()));
                    Attempt.print("listed", MessageQueues.list().size());

                    byte[] heap = queue.receive(Selector.any()).body();
                    Attempt.print("to the heap " + size, Arrays.equals(heap, body) ? "as sent" : "otherwise");
                }
                MessageBuffer steady = MessageBuffer.allocate();
                int growth = 0;
                for (int message = 0; message < 100; message++) {
                    queue.send(MessageBuffer.allocate().put(1, TempFiles.bytes(20_000)));
                    MemorySegment before = steady.memory();
                    queue.tryReceive(steady, Selector.any());
                    growth += message > 0 && !before.equals(steady.memory()) ? 1 : 0;
                }
                Attempt.print("growth in the steady state", growth);
            }
        }

        private static boolean inUse(MessageBuffer buffer) {
            try {
                buffer.size();
                return false;
            } catch (IllegalStateException otherThread) {
                return true;
            }
        }

        private static String told(MessageBuffer buffer, byte[] body) {
            return buffer.type() == 5 && buffer.body().mismatch(MemorySegment.ofArray(body)) < 0
                    ? "as sent"
                    : buffer + " of something else";
        }
    }
}
