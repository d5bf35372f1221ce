package dev.letterbox.sysv.examples;

import dev.letterbox.sysv.Key;
import dev.letterbox.sysv.Limits;
import dev.letterbox.sysv.Message;
import dev.letterbox.sysv.MessageQueues;
import dev.letterbox.sysv.Mode;
import dev.letterbox.sysv.OwnedQueue;
import dev.letterbox.sysv.QueueStatus;
import dev.letterbox.sysv.Usage;
import java.time.Instant;

/** The fifth example of docs/library.md: all queues of the machine, how full they are, and whose. */
final class AllQueues {
    private AllQueues() {}

    public static void main(String[] args) throws InterruptedException {
        try (OwnedQueue one = OwnedQueue.createPrivate(Mode.of(0_640));
                OwnedQueue _ = OwnedQueue.create(Key.free(), Mode.OWNER)) {
            one.send(new Message(1, new byte[100]));
            show();
        }
    }

    // region show
    static void show() {
        Limits limits = MessageQueues.limits();
        Usage usage = MessageQueues.usage();
        System.out.printf(
                "%d of %d queues, with %d messages of %d bytes%n",
                usage.queues(), limits.maxQueues(), usage.messages(), usage.bytes());

        for (QueueStatus queue : MessageQueues.list()) {
            System.out.printf(
                    "queue %d (%s): made by uid %d, mode %s, %d of %d bytes, last received from: %s%n",
                    queue.id(),
                    queue.key().map(key -> "key " + key).orElse("private"),
                    Integer.toUnsignedLong(queue.creatorUid()),
                    queue.mode(),
                    queue.bytes(),
                    queue.capacity().orElse(limits.queueBytes()),
                    queue.received().map(Instant::toString).orElse("never"));
        }
    }
    // endregion
}
