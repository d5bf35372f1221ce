package example;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.letterbox.sysv.Message;
import dev.letterbox.sysv.Mode;
import dev.letterbox.sysv.OwnedQueue;
import dev.letterbox.sysv.Selector;

/** Sends a message through a queue of its own, and receives it. */
public final class Main {
    private Main() {}

    public static void main(String[] arguments) throws InterruptedException {
        try (OwnedQueue queue = OwnedQueue.createPrivate(Mode.OWNER)) {
            queue.send(new Message(1, "hello".getBytes(UTF_8)));
            Message message = queue.receive(Selector.any());
            System.out.println(new String(message.body(), UTF_8));
        }
    }
}
