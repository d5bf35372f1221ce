package dev.letterbox;

import dev.letterbox.Exchange.Progress;
import dev.letterbox.sysv.MessageBuffer;
import dev.letterbox.sysv.MessageQueue;
import dev.letterbox.sysv.QueueStatus;
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
 * holds no carrier, and gives up on a client that does not read for too long.
 */
final class Workers {
    private static final Logger LOG = System.getLogger(Server.class.getName());
    private static final long SHORTEST_PAUSE = TimeUnit.MICROSECONDS.toNanos(20);
    private static final long LONGEST_PAUSE = TimeUnit.MILLISECONDS.toNanos(50);
    private static final int SPARE_BUFFERS = 64;
    private static final Duration PATIENCE_AT_CLOSE = Duration.ofSeconds(5);

    private final Service service;
    private final long stallNanos;
    private final Counters counters;
    private final Set<Thread> atWork = ConcurrentHashMap.newKeySet();
    private final BlockingQueue<MessageBuffer> spareBuffers = new ArrayBlockingQueue<>(SPARE_BUFFERS);
    private volatile boolean aborting;

    Workers(Service service, Duration stallTimeout, Counters counters) {
        this.service = service;
        this.stallNanos = TimeUnit.NANOSECONDS.convert(stallTimeout);
        this.counters = counters;
    }

    void serve(Request request, QueueStatus client) {
        // A message longer than the client's whole queue would never fit. (A queue without any room counts as full.)
        int chunkBytes = Math.clamp(
                client.capacity().orElse(Long.MAX_VALUE), 1, request.dialect().chunkBytes());
        Thread worker = Thread.ofVirtual().name("letterbox-worker").unstarted(() -> run(request, chunkBytes));
        atWork.add(worker);
        worker.start();
    }

    private void run(Request request, int chunkBytes) {
        long started = System.nanoTime();
        MessageBuffer spare = spareBuffers.poll();
        MessageBuffer message = spare == null ? MessageBuffer.allocate() : spare;
        try {
            Exchange exchange = new Exchange(request, service, message, chunkBytes);
            drive(exchange);
            report(exchange, System.nanoTime() - started);
        } finally {
            spareBuffers.offer(message);
            atWork.remove(Thread.currentThread());
        }
    }

    @SuppressWarnings("ThreadPriorityCheck") // A virtual thread keeps its carrier until it waits or yields.
    private void drive(Exchange exchange) {
        long pause = SHORTEST_PAUSE;
        long sent = 0;
        long lastProgress = System.nanoTime();
        for (Progress progress = exchange.advance(); progress != Progress.OVER; progress = exchange.advance()) {
            long now = System.nanoTime();
            if (exchange.bytes() != sent) {
                sent = exchange.bytes();
                lastProgress = now;
                pause = SHORTEST_PAUSE;
            }
            if (aborting) {
                exchange.abort(Outcome.STOPPED, "The server is stopping");
            } else if (progress == Progress.MORE) {
                // Others must have their turn, however long this goes on.
                Thread.yield();
            } else if (now - lastProgress > stallNanos) {
                exchange.abort(Outcome.STALLED, "The client does not read");
            } else {
                LockSupport.parkNanos(this, pause);
                pause = Math.min(2 * pause, LONGEST_PAUSE);
            }
        }
    }

    private void report(Exchange exchange, long nanos) {
        Outcome outcome = Objects.requireNonNull(exchange.outcome(), "an exchange that is over has an outcome");
        counters.ended(outcome);
        if (LOG.isLoggable(Level.INFO)) {
            Request request = exchange.request();
            LOG.log(
                    Level.INFO,
                    "{0} for queue {1,number,#} ({2}): {3}, {4,number,#} bytes, {5} ms",
                    service.describe(request),
                    request.returnAddress(),
                    request.dialect().dialectName(),
                    outcome,
                    exchange.bytes(),
                    "%.1f".formatted(nanos / 1e6));
        }
    }

    /** Answers with FAILURE, if the client's queue has room. */
    void refuse(Request request, MessageBuffer message) {
        request.dialect().failure(message, "The server is stopping");
        switch (MessageQueue.ofId(request.returnAddress()).offer(message)) {
            case SENT, FULL -> counters.ended(Outcome.STOPPED);
            case GONE -> counters.ended(Outcome.GONE);
            case DENIED -> counters.ended(Outcome.DENIED);
        }
    }

    int atWork() {
        return atWork.size();
    }

    /** Gives those at work some time to end, then ends them. */
    void close() throws InterruptedException {
        long deadline = System.nanoTime() + PATIENCE_AT_CLOSE.toNanos();
        for (Thread worker : atWork) {
            if (!worker.join(Duration.ofNanos(Math.max(1, deadline - System.nanoTime())))) {
                break;
            }
        }
        abort();
        for (Thread worker : atWork) {
            worker.join();
        }
    }

    /** Ends those at work. */
    void abort() {
        aborting = true;
        atWork.forEach(LockSupport::unpark);
    }
}
