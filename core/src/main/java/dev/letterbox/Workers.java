package dev.letterbox;

import dev.letterbox.Exchange.Progress;
import dev.letterbox.sysv.MessageBuffer;
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
final class Workers implements Workforce {
    private static final long SHORTEST_PAUSE = TimeUnit.MICROSECONDS.toNanos(20);
    private static final long LONGEST_PAUSE = TimeUnit.MILLISECONDS.toNanos(50);
    private static final int SPARE_BUFFERS = 64;

    private final long stallNanos;
    private final RequestLog log;
    private final ServerEvents events;
    private final Set<Driven> atWork = ConcurrentHashMap.newKeySet();
    private final BlockingQueue<MessageBuffer> spareBuffers = new ArrayBlockingQueue<>(SPARE_BUFFERS);
    private volatile boolean aborting;

    Workers(Duration stallTimeout, RequestLog log, ServerEvents events) {
        this.stallNanos = Timeout.shorter(stallTimeout, Timeout.FOREVER).toNanos();
        this.log = log;
        this.events = events;
    }

    /** Is one exchange and the thread that drives it. */
    private final class Driven implements Work, Runnable {
        private final Exchange exchange;
        private final Runnable whenOver;
        private final Thread thread =
                Thread.ofVirtual().name("letterbox-worker").unstarted(this);

        private Driven(Exchange exchange, Runnable whenOver) {
            this.exchange = exchange;
            this.whenOver = whenOver;
        }

        @Override
        public void allow(long upTo) {
            exchange.allow(upTo);
            LockSupport.unpark(thread);
        }

        /** A worker that waits, in the service too if that heeds an interrupt, waits no longer. */
        @Override
        public void cancel() {
            exchange.request().cancel();
            thread.interrupt();
        }

        @Override
        public void run() {
            MessageBuffer spare = spareBuffers.poll();
            MessageBuffer message = spare == null ? MessageBuffer.allocate() : spare;
            try {
                drive(exchange, message);
                report(exchange);
            } finally {
                spareBuffers.offer(message);
                atWork.remove(this);
                whenOver.run();
            }
        }
    }

    @Override
    public Work take(Job job, Runnable whenOver) {
        return take(new Exchange(job), whenOver);
    }

    /** Has an exchange driven to its end. */
    Work take(Exchange exchange, Runnable whenOver) {
        Driven work = new Driven(exchange, whenOver);
        atWork.add(work);
        return work;
    }

    @Override
    public void begin(Work work) {
        ((Driven) work).thread.start();
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
                events.waitsNoMore(exchange);
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
                long noticed = events.waits(exchange, now - lastProgress);
                LockSupport.parkNanos(
                        this, untilNextLook(exchange, Math.min(noticed, stallNanos - (now - lastProgress))));
            } else {
                events.waits(exchange, now - lastProgress);
                LockSupport.parkNanos(this, pause);
                pause = Math.min(2 * pause, LONGEST_PAUSE);
            }
        }
    }

    private static long untilNextLook(Exchange exchange, long stalledIn) {
        long left = exchange.request().timeLeft().map(Duration::toNanos).orElse(Long.MAX_VALUE);
        return Math.max(1, Math.min(left, stalledIn)) + TimeUnit.MILLISECONDS.toNanos(1);
    }

    private void report(Exchange exchange) {
        Outcome outcome = Objects.requireNonNull(exchange.outcome(), "an exchange that is over has an outcome");
        events.waitsNoMore(exchange);
        Request request = exchange.request();
        log.ended(request, exchange::describe, outcome, exchange.bytes(), request.age());
    }

    @Override
    public int atWork() {
        return atWork.size();
    }

    @Override
    public void await(long deadline) throws InterruptedException {
        for (Driven work : atWork) {
            long left = Math.max(1, deadline - System.nanoTime());
            if (work.thread.isAlive() && !work.thread.join(Duration.ofNanos(left))) {
                return;
            }
        }
    }

    /** Ends those at work, and interrupts those who are busy in a service. */
    @Override
    public void abort() {
        aborting = true;
        atWork.forEach(work -> work.thread.interrupt());
    }
}
