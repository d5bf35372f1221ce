package dev.letterbox.sysv;

import dev.letterbox.sysv.linux.Linux;
import dev.letterbox.sysv.waiting.AdaptiveSpin;
import dev.letterbox.sysv.waiting.CarrierRelief;
import dev.letterbox.sysv.waiting.Waker;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Moves messages between buffers and a queue: at once, after some tries, or after a sleep. What all three have in common,
 * whichever way a message goes.
 *
 * <p>There are few methods between a call of the library and the call of the kernel. The linker makes a slice of the
 * segment that takes errno for each call, and the compiler removes it only where it has inlined everything around it,
 * which it does 15 methods deep, the caller's included.
 */
abstract sealed class Mover permits Sender, Receiver {
    /** A longer wait never ends: 146 years. So a deadline never overflows. */
    private static final Duration LONGEST = Duration.ofNanos(Waker.NEVER / 2);

    final MessageQueue queue;
    final Linux linux;
    private final String task;

    /** Created by the first call that has to wait: most handles on clients' queues never do. */
    private volatile @Nullable AdaptiveSpin spin;

    Mover(MessageQueue queue, String task) {
        this.queue = queue;
        this.linux = queue.linux();
        this.task = task;
    }

    /** Moves the message if that is possible without waiting. */
    abstract boolean now(MessageBuffer message, Selector selector);

    /**
     * Moves the message, asleep until that is possible or the deadline has passed. After the deadline it tries once more:
     * a process that was stopped meanwhile is woken by the deadline's signal although a message or room is there.
     */
    abstract boolean asleep(MessageBuffer message, Selector selector, long deadline) throws InterruptedException;

    /** Forgets what was learned about waits. */
    final void forget() {
        spin = null;
    }

    /** Moves a message for a caller that does not wait. */
    final boolean moveNow(MessageBuffer message, Selector selector) {
        queue.checkOpen(task);
        message.claim();
        try {
            return now(message, selector);
        } finally {
            message.release();
        }
    }

    /** Moves a message for a caller that waits until a deadline; 0 does not wait. */
    final boolean moveBy(long deadline, MessageBuffer message, Selector selector) throws InterruptedException {
        queue.checkOpen(task);
        message.claim();
        try {
            if (Thread.interrupted()) {
                throw new InterruptedException();
            }
            if (now(message, selector)) {
                return true;
            }
            if (deadline == 0) {
                return false;
            }
            AdaptiveSpin tries = spin();
            long began = Waker.now();
            if (trying(message, selector, tries, deadline)) {
                return true;
            }
            boolean moved = Thread.currentThread().isVirtual()
                    ? CarrierRelief.run(() -> asleep(message, selector, deadline))
                    : asleep(message, selector, deadline);
            tries.slept(Waker.now() - began);
            return moved;
        } finally {
            message.release();
        }
    }

    private AdaptiveSpin spin() {
        AdaptiveSpin known = spin;
        if (known == null) {
            known = new AdaptiveSpin(queue.waiting().adaptive(), queue.waiting().trying());
            spin = known;
        }
        return known;
    }

    private boolean trying(MessageBuffer message, Selector selector, AdaptiveSpin tries, long deadline) {
        long started = tries.start();
        if (started == AdaptiveSpin.SLEEP) {
            return false;
        }
        boolean moved = false;
        int count = 0;
        try {
            do {
                moved = now(message, selector);
                count++;
            } while (!moved
                    && tries.goOn(started, count)
                    && !queue.isClosed()
                    && Waker.now() < deadline
                    && !Thread.currentThread().isInterrupted());
            return moved;
        } finally {
            tries.end(started, count, moved);
        }
    }

    /** Returns whether a sleep that moved nothing ends the call; throws if an interrupt or a close ended it. */
    final boolean isOver(long deadline) throws InterruptedException {
        queue.checkOpen(task);
        if (Thread.interrupted()) {
            throw new InterruptedException();
        }
        return Waker.now() >= deadline;
    }

    static long deadlineAfter(Duration timeout) {
        if (timeout.isNegative() || timeout.isZero()) {
            return 0;
        }
        return timeout.compareTo(LONGEST) >= 0 ? Waker.NEVER : Waker.now() + timeout.toNanos();
    }
}
