package dev.letterbox.rabbitmq;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Queue;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Hands what the broker delivered to the thread that receives. What is put in is bounded by who sends: by prefetch, and by
 * credit.
 *
 * @param <T> what is delivered
 */
final class Mailbox<T> {
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition news = lock.newCondition();

    // Guarded by the lock.
    private final Queue<T> delivered = new ArrayDeque<>();
    private int wakeUps;
    private boolean closed;

    /** What {@link #await} came to. */
    enum Wake {
        /** There is nothing, and the time is over. */
        TIME_OUT,
        /** Somebody called {@link #wake}. */
        WOKEN,
        /** The mailbox was closed, and is empty. */
        CLOSED
    }

    /** Puts something in; false if it was closed. */
    boolean put(T each) {
        lock.lock();
        try {
            if (closed) {
                return false;
            }
            delivered.add(each);
            news.signal();
            return true;
        } finally {
            lock.unlock();
        }
    }

    /** Takes what is next, if there is something. */
    @Nullable
    T poll() {
        lock.lock();
        try {
            return delivered.poll();
        } finally {
            lock.unlock();
        }
    }

    /** Waits until there is something to take, and returns null; or says why there is not. */
    @Nullable
    Wake await(long nanos) throws InterruptedException {
        lock.lockInterruptibly();
        try {
            long left = nanos;
            while (delivered.isEmpty()) {
                if (closed) {
                    return Wake.CLOSED;
                }
                if (wakeUps > 0) {
                    wakeUps = 0;
                    return Wake.WOKEN;
                }
                if (left <= 0) {
                    return Wake.TIME_OUT;
                }
                left = news.awaitNanos(left);
            }
            return null;
        } finally {
            lock.unlock();
        }
    }

    /** Ends a wait, now or the next one. */
    void wake() {
        lock.lock();
        try {
            wakeUps++;
            news.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Lets nothing more in, and ends the wait once all is taken. */
    void close() {
        lock.lock();
        try {
            closed = true;
            news.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Takes all that is there. */
    Deque<T> drain() {
        lock.lock();
        try {
            Deque<T> all = new ArrayDeque<>(delivered);
            delivered.clear();
            return all;
        } finally {
            lock.unlock();
        }
    }
}
