package dev.letterbox.sysv.examples;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.letterbox.sysv.Message;
import dev.letterbox.sysv.Mode;
import dev.letterbox.sysv.OwnedQueue;
import dev.letterbox.sysv.Selector;

/** The first example of docs/library.md: a message through a private queue. */
final class FirstMessage {
    private FirstMessage() {}

    public static void main(String[] args) throws InterruptedException {
        // region first-message
        try (OwnedQueue queue = OwnedQueue.createPrivate(Mode.OWNER)) {
            queue.send(new Message(2, "later".getBytes(UTF_8)));
            queue.send(new Message(1, "sooner".getBytes(UTF_8)));

            Message urgent = queue.receive(Selector.exactly(1));
            Message rest = queue.receive(Selector.any());
            System.out.println(new String(urgent.body(), UTF_8) + ", of type " + urgent.type());
            System.out.println(new String(rest.body(), UTF_8) + ", of type " + rest.type());
        }
        // endregion
    }
}
