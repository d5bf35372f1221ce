package dev.letterbox.server;

import dev.letterbox.engine.Envelope;
import dev.letterbox.engine.Message;
import dev.letterbox.engine.ServerEndpoint;
import dev.letterbox.engine.Settlement;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Has one thread receive, which also serves what is served at once: no hand-over is as quick as none. Should a request
 * hold that thread up after all, such as by a disk that is slow, another one takes its place and receives the next. The
 * first that is wanted waits already, since the system may give no more threads then.
 *
 * <p>A watch sees to that. It looks every {@value #LOOK_MILLIS} ms while requests come, and sleeps while none do.
 */
final class Reception {
    private static final long LOOK_MILLIS = 2;
    private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(LOOK_MILLIS);

    private final ServerEndpoint endpoint;
    private final Consumer<Receiver> loop;
    private final ThreadFactory threads;
    private final Consumer<Runnable> guard;
    private final Thread watch;
    private final CountDownLatch finished = new CountDownLatch(1);
    private volatile Receiver current;
    private volatile @Nullable Receiver standby;
    private volatile boolean watching;
    private volatile boolean ended;

    /**
     * Makes a reception.
     *
     * @param endpoint makes the messages that a receiver needs
     * @param loop what a receiver's thread runs, until there is nothing more to receive or it was relieved
     * @param guard runs what each thread does
     */
    Reception(ServerEndpoint endpoint, Consumer<Receiver> loop, Consumer<Runnable> guard) {
        this(
                endpoint,
                loop,
                guard,
                Thread.ofPlatform().name("letterbox-receiver").factory());
    }

    /**
     * Makes a reception.
     *
     * @param endpoint makes the messages that a receiver needs
     * @param loop what a receiver's thread runs, until there is nothing more to receive or it was relieved
     * @param guard runs what each thread does
     * @param threads makes the receivers' threads
     */
    Reception(ServerEndpoint endpoint, Consumer<Receiver> loop, Consumer<Runnable> guard, ThreadFactory threads) {
        this.endpoint = endpoint;
        this.loop = loop;
        this.guard = guard;
        this.threads = threads;
        this.current = new Receiver();
        this.watch = Thread.ofPlatform().daemon().name("letterbox-watch").unstarted(() -> guard.accept(this::watch));
    }

    private enum Duty {
        RECEIVING,
        SERVING,
        RELIEVED
    }

    /** A thread that receives, and what it needs for that. */
    final class Receiver {
        private final Thread thread = Objects.requireNonNull(threads.newThread(this::run));
        private final AtomicReference<Duty> duty = new AtomicReference<>(Duty.RECEIVING);
        private final Envelope envelope = endpoint.newEnvelope();
        private Message reply = endpoint.newMessage();
        private boolean settlementTaken;
        private volatile long servingSince;

        private void run() {
            if (!awaitTurn()) {
                return;
            }
            try {
                guard.accept(() -> loop.accept(this));
            } finally {
                if (!isRelieved()) {
                    finished.countDown();
                }
            }
        }

        /** Waits until it is the one that receives; false if that will not come. */
        private boolean awaitTurn() {
            while (!equals(current)) {
                if (ended) {
                    return false;
                }
                LockSupport.park(Reception.this);
            }
            return true;
        }

        /** Takes what is received. */
        Envelope envelope() {
            return envelope;
        }

        /** Returns the message for answers that the receiver gives itself. */
        Message reply() {
            return reply;
        }

        /** Returns what the engine is to be told about the request at hand, for whoever answers it. */
        Settlement takeSettlement() {
            settlementTaken = true;
            return envelope.settlement();
        }

        /** Has the engine forget the message at hand, unless somebody answers it. */
        void discardUnlessTaken() {
            if (!settlementTaken) {
                envelope.settlement().discard();
            }
            settlementTaken = false;
        }

        /** Parts with the buffer for answers, for another one. */
        void replaceReply(Message other) {
            reply = other;
        }

        /** Announces that this thread may be held up. What comes after it must end with {@link #served}. */
        void serving() {
            servingSince = System.nanoTime();
            duty.set(Duty.SERVING);
            if (!watching) {
                LockSupport.unpark(watch);
            }
        }

        void served() {
            duty.compareAndSet(Duty.SERVING, Duty.RECEIVING);
        }

        /** Returns whether another one receives by now. */
        boolean isRelieved() {
            return duty.get() == Duty.RELIEVED;
        }

        private boolean isHeldUp() {
            return duty.get() == Duty.SERVING && System.nanoTime() - servingSince > LOOK_NANOS;
        }

        private boolean relieve() {
            return duty.compareAndSet(Duty.SERVING, Duty.RELIEVED);
        }
    }

    void begin() {
        standBy();
        watch.start();
        current.thread.start();
    }

    /** Makes what a thread needs that receives beside the reception. */
    Receiver another() {
        return new Receiver();
    }

    private void watch() {
        long lastSeen = 0;
        while (!ended) {
            Receiver receiver = current;
            long seen = receiver.servingSince;
            Receiver next = receiver.isHeldUp() ? successor() : null;
            if (next != null && receiver.relieve()) {
                standby = null;
                current = next;
                LockSupport.unpark(next.thread);
            } else if (seen != lastSeen || receiver.duty.get() == Duty.SERVING) {
                lastSeen = seen;
                LockSupport.parkNanos(this, LOOK_NANOS);
            } else {
                watching = false;
                // A request that came before the flag was seen to fall has woken nobody.
                if (receiver.servingSince == seen && !ended) {
                    LockSupport.park(this);
                }
                watching = true;
            }
        }
    }

    /** Returns one that waits; null if there is no thread for it: nobody is relieved without. */
    private @Nullable Receiver successor() {
        Receiver next = standby;
        try {
            return next == null ? standBy() : next;
        } catch (OutOfMemoryError noThread) {
            standby = null;
            return null;
        }
    }

    private Receiver standBy() {
        Receiver next = new Receiver();
        // Before it starts: whoever abandons it finds it, or it finds that all has ended.
        standby = next;
        next.thread.start();
        return next;
    }

    /** Ends the threads that only wait: nobody is to receive from here on. */
    void abandon() {
        ended = true;
        LockSupport.unpark(watch);
        Receiver waiting = standby;
        if (waiting != null) {
            LockSupport.unpark(waiting.thread);
        }
    }

    /** Waits until nobody receives any more, and returns false if that takes too long. Who was relieved is not waited for. */
    boolean join(Duration longest) throws InterruptedException {
        return finished.await(longest.toNanos(), TimeUnit.NANOSECONDS);
    }
}
