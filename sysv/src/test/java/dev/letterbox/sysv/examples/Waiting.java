package dev.letterbox.sysv.examples;

import dev.letterbox.sysv.MessageBuffer;
import dev.letterbox.sysv.MessageQueue;
import dev.letterbox.sysv.Mode;
import dev.letterbox.sysv.OwnedQueue;
import dev.letterbox.sysv.Selector;
import java.time.Duration;

/** The third example of docs/library.md: a timed receive, interruption, and one buffer for all messages. */
final class Waiting {
    private Waiting() {}

    public static void main(String[] args) throws InterruptedException {
        // region use
        try (OwnedQueue questions = OwnedQueue.createPrivate(Mode.OWNER);
                OwnedQueue answers = OwnedQueue.createPrivate(Mode.OWNER)) {
            Thread echo = Thread.ofPlatform().start(() -> echo(questions, answers));

            MessageBuffer buffer = MessageBuffer.allocate();
            for (int number = 1; number <= 1_000; number++) {
                buffer.type(1).size(Integer.BYTES).bytes().putInt(0, number);
                questions.send(buffer);
                answers.receive(buffer, Selector.any());
            }

            boolean came = answers.tryReceive(buffer, Selector.any(), Duration.ofMillis(100));
            System.out.println(came ? "One more?" : "Nothing came in 100 ms.");

            echo.interrupt();
            echo.join();
        }
        // endregion
    }

    // region echo
    static void echo(MessageQueue questions, MessageQueue answers) {
        MessageBuffer buffer = MessageBuffer.allocate(); // the only one, for all messages
        long count = 0;
        try {
            while (true) {
                questions.receive(buffer, Selector.any()); // asleep in the kernel while there is none
                answers.send(buffer);
                count++;
            }
        } catch (InterruptedException wanted) {
            System.out.println("Interrupted after " + count + " messages.");
        }
    }
    // endregion
}
