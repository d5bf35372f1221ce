package dev.letterbox;

import dev.letterbox.Exchange.Progress;
import dev.letterbox.sysv.MessageBuffer;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Answers each request in a virtual thread of its own. A worker that meets a full queue parks with growing pauses, which
 * holds no carrier; one whose client has not asked for more parks until it does; and one whose client takes nothing for
 * too long gives up.
 */
final class Workers {
    private static final Logger LOG = System.getLogger(Server.class.getName());
    private static final long SHORTEST_PAUSE = TimeUnit.MICROSECONDS.toNanos(20);
    private static final long LONGEST_PAUSE = TimeUnit.MILLISECONDS.toNanos(50);
    private static final int SPARE_BUFFERS = 64;

    private final long stallNanos;
    private final Counters counters;
    private final Set<Work> atWork = ConcurrentHashMap.newKeySet();
    private final BlockingQueue<MessageBuffer> spareBuffers = new ArrayBlockingQueue<>(SPARE_BUFFERS);
    private volatile boolean aborting;

    Workers(Duration stallTimeout, Counters counters) {
        this.stallNanos = Timeout.shorter(stallTimeout, Timeout.FOREVER).toNanos();
        this.counters = counters;
    }

    /** Is one exchange and the thread that drives it. */
    final class Work implements Runnable {
        private final Exchange exchange;
        private final Runnable whenOver;
        private final Thread thread =
                Thread.ofVirtual().name("letterbox-worker").unstarted(this);

        private Work(Exchange exchange, Runnable whenOver) {
            this.exchange = exchange;
            this.whenOver = whenOver;
        }

        /** The client takes more. */
        void allow(long upTo) {
            exchange.allow(upTo);
            LockSupport.unpark(thread);
        }

        /** The client wants no more: a worker that waits, in the service too if that heeds an interrupt, waits no longer. */
        void cancel() {
            exchange.request().cancel();
            thread.interrupt();
        }

        @Override
        public void run() {
            long started = System.nanoTime();
            MessageBuffer spare = spareBuffers.poll();
            MessageBuffer message = spare == null ? MessageBuffer.allocate() : spare;
            try {
                drive(exchange, message);
                report(exchange, System.nanoTime() - started);
            } finally {
                spareBuffers.offer(message);
                atWork.remove(this);
                whenOver.run();
            }
        }
    }

    /**
     * Has a request answered.
     *
     * @param whenOver is run at the end, whatever happened
     * @return the work, not begun
     */
    Work take(Exchange exchange, Runnable whenOver) {
        Work work = new Work(exchange, whenOver);
        atWork.add(work);
        return work;
    }

    void begin(Work work) {
        work.thread.start();
    }

    @SuppressWarnings("ThreadPriorityCheck") // nothing depends on it but fairness
    private void drive(Exchange exchange, MessageBuffer message) {
        long pause = SHORTEST_PAUSE;
        long sent = 0;
        long lastProgress = System.nanoTime();
        for (Progress progress = exchange.advance(message);
                progress != Progress.OVER;
                progress = exchange.advance(message)) {
            long now = System.nanoTime();
            if (exchange.bytes() != sent) {
                sent = exchange.bytes();
                lastProgress = now;
                pause = SHORTEST_PAUSE;
            }
            if (aborting) {
                exchange.abort(message, Outcome.STOPPED, FailureKind.STOPPING, "The server is stopping");
            } else if (exchange.request().isExpired()) {
                exchange.abort(message, Outcome.EXPIRED, FailureKind.EXPIRED, "The deadline has passed");
            } else if (progress == Progress.MORE) {
                // A virtual thread keeps its carrier until it waits: others must have their turn.
                Thread.yield();
            } else if (now - lastProgress > stallNanos) {
                exchange.abort(message, Outcome.STALLED, FailureKind.STALLED, "The client does not read");
            } else if (progress == Progress.NOT_ALLOWED) {
                LockSupport.parkNanos(this, untilNextLook(exchange, stallNanos - (now - lastProgress)));
            } else {
                LockSupport.parkNanos(this, pause);
                pause = Math.min(2 * pause, LONGEST_PAUSE);
            }
        }
    }

    private static long untilNextLook(Exchange exchange, long stalledIn) {
        long left = exchange.request().timeLeft().map(Duration::toNanos).orElse(Long.MAX_VALUE);
        return Math.max(1, Math.min(left, stalledIn)) + TimeUnit.MILLISECONDS.toNanos(1);
    }

    private void report(Exchange exchange, long nanos) {
        Outcome outcome = Objects.requireNonNull(exchange.outcome(), "an exchange that is over has an outcome");
        counters.ended(outcome);
        if (LOG.isLoggable(Level.INFO)) {
            Request request = exchange.request();
            LOG.log(
                    Level.INFO,
                    "{0} for queue {1,number,#} of {2} ({3}): {4}, {5,number,#} bytes, {6} ms",
                    exchange.describe(),
                    request.returnAddress(),
                    request.caller(),
                    request.dialect(),
                    outcome,
                    exchange.bytes(),
                    "%.1f".formatted(nanos / 1e6));
        }
    }

    int atWork() {
        return atWork.size();
    }

    /** Waits until those who are at work now have ended, or a moment of {@link System#nanoTime} has come. */
    void await(long deadline) throws InterruptedException {
        for (Work work : atWork) {
            long left = Math.max(1, deadline - System.nanoTime());
            if (work.thread.isAlive() && !work.thread.join(Duration.ofNanos(left))) {
                return;
            }
        }
    }

    /** Ends those at work, and interrupts those who are busy in a service. */
    void abort() {
        aborting = true;
        atWork.forEach(work -> work.thread.interrupt());
    }
}
