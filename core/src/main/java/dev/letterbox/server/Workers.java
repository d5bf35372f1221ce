package dev.letterbox.server;

import dev.letterbox.FailureKind;
import dev.letterbox.Outcome;
import dev.letterbox.ReturnAddress;
import dev.letterbox.Timeout;
import dev.letterbox.engine.Message;
import dev.letterbox.engine.ServerEndpoint;
import dev.letterbox.server.Reception.Receiver;
import dev.letterbox.share.Lines;
import dev.letterbox.share.Turns;
import dev.letterbox.share.threads.ThreadRoom;
import java.time.Duration;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/**
 * Answers requests, in up to three steps, each for what the one before cannot do well. What a prompt service answers in a
 * few messages is answered on the thread that received it. The rest gets a thread of its own while its client reads: a
 * platform thread for a prompt service, which blocks in files alone, and a virtual one for all others. Once a client has
 * taken nothing for some milliseconds, its work waits with the {@link Keeper}, and has a thread again when there is room.
 */
final class Workers {
    private static final int MOST_THREADS = 256;
    private static final int SPARE_BUFFERS = 64;
    private final ServerEndpoint endpoint;
    private final long stallNanos;
    private final RequestLog log;
    private final ServerEvents events;
    private final LongSupplier nanoTime;
    private final Keeper keeper;
    private final FailureOutbox outbox;
    private final Set<ExchangeDriver> atWork = ConcurrentHashMap.newKeySet();
    private final BlockingQueue<Message> spareBuffers = new ArrayBlockingQueue<>(SPARE_BUFFERS);
    private final Turns turns = new Turns(Math.max(2, Runtime.getRuntime().availableProcessors()));
    private final Lines<ReturnAddress, ExchangeDriver> waitingForRoom = new Lines<>();
    /** One is there from the beginning: whoever has to wait for it is answered, also where the system gives no more. */
    private final ThreadPoolExecutor threads = new ThreadPoolExecutor(
            1,
            MOST_THREADS,
            10,
            TimeUnit.SECONDS,
            new SynchronousQueue<>(),
            new ThreadRoom(
                    Thread.ofPlatform().daemon().name("letterbox-worker-", 1).factory()));

    private volatile boolean aborting;

    /** The clock counts as {@link System#nanoTime} does; the guard runs what a thread does on which all requests depend. */
    Workers(
            ServerEndpoint endpoint,
            Duration stallTimeout,
            RequestLog log,
            ServerEvents events,
            LongSupplier nanoTime,
            Consumer<Runnable> guard) {
        this.nanoTime = nanoTime;
        this.keeper = new Keeper(nanoTime, guard);
        this.endpoint = endpoint;
        this.stallNanos = Timeout.bounded(stallTimeout).toNanos();
        this.log = log;
        this.events = events;
        this.outbox = new FailureOutbox(keeper, this::buffer, this::recycle, FailureOutbox.MOST);
    }

    /** Starts the threads without which nobody could be answered. */
    void start() {
        keeper.begin();
        threads.prestartCoreThread();
    }

    /** Returns what keeps the FAILUREs that had no room. */
    FailureOutbox outbox() {
        return outbox;
    }

    long nanoTime() {
        return nanoTime.getAsLong();
    }

    Keeper keeper() {
        return keeper;
    }

    ServerEvents events() {
        return events;
    }

    /** How long a client may go without reading before its response is aborted. */
    long stallNanos() {
        return stallNanos;
    }

    Turns turns() {
        return turns;
    }

    /** Returns the work that waits for room, with a line for each private queue. */
    Lines<ReturnAddress, ExchangeDriver> waitingForRoom() {
        return waitingForRoom;
    }

    boolean isAborting() {
        return aborting;
    }

    void recycle(Message message) {
        spareBuffers.offer(message);
    }

    void over(ExchangeDriver work) {
        atWork.remove(work);
    }

    Message buffer() {
        Message spare = spareBuffers.poll();
        return spare == null ? endpoint.newMessage() : spare;
    }

    /**
     * Has an exchange driven to its end.
     *
     * @param prompt whether its service answers at once
     * @param whenOver is run at the end, whatever happened
     * @return the work, not begun
     */
    ExchangeDriver take(Exchange exchange, boolean prompt, Runnable whenOver) {
        ExchangeDriver work = new ExchangeDriver(this, exchange, prompt, whenOver);
        atWork.add(work);
        return work;
    }

    /**
     * Begins what was {@linkplain #take taken}.
     *
     * @param receiver the calling thread, which may be used for what is quick
     */
    void begin(ExchangeDriver work, Receiver receiver) {
        if (!work.isPrompt() || !work.serveHere(receiver)) {
            goOn(work);
        }
    }

    /** Gives work a thread, now or as soon as there is one. */
    void goOn(ExchangeDriver work) {
        if (!tryToGoOn(work)) {
            work.awaitThread();
        }
    }

    private boolean tryToGoOn(ExchangeDriver work) {
        if (!work.isPrompt() && startVirtual(work)) {
            return true;
        }
        try {
            threads.execute(work);
            return true;
        } catch (RejectedExecutionException allAreBusy) {
            return work.isPrompt() && startVirtual(work);
        } catch (OutOfMemoryError noThread) {
            return false;
        }
    }

    /**
     * There is no end of virtual threads, but the threads that carry them may be lacking. Then one that carries others may
     * have begun this work all the same, so who comes first has it.
     */
    private static boolean startVirtual(ExchangeDriver work) {
        AtomicBoolean begun = new AtomicBoolean();
        try {
            Thread.ofVirtual().name("letterbox-worker").start(() -> {
                if (!begun.getAndSet(true)) {
                    work.run();
                }
            });
            return true;
        } catch (OutOfMemoryError noCarrier) {
            return begun.getAndSet(true);
        }
    }

    void conclude(Exchange exchange, Message message) {
        try {
            // Where it is not over, something was thrown that nobody expects, and is on its way.
            exchange.abort(message, Outcome.FAILURE, FailureKind.INTERNAL, "Internal error");
        } finally {
            report(exchange);
        }
    }

    void report(Exchange exchange) {
        Outcome outcome = Objects.requireNonNull(exchange.outcome(), "an exchange that is over has an outcome");
        exchange.unsent().ifPresent(outbox::keep);
        events.waitsNoMore(exchange);
        ServedRequest request = exchange.request();
        log.ended(request, exchange::describe, outcome, exchange.bytes(), request.age());
    }

    /** How many requests are being answered. */
    int atWork() {
        return atWork.size();
    }

    /** Waits until those who are at work now have ended, or a moment of {@link System#nanoTime} has come. */
    void await(long deadline) throws InterruptedException {
        for (ExchangeDriver work : atWork) {
            if (!work.awaitEnd(deadline)) {
                return;
            }
        }
    }

    /** Ends those at work before their time, and interrupts those who are busy in a service: their clients get FAILURE. */
    void abort() {
        aborting = true;
        for (ExchangeDriver work : atWork) {
            work.interrupt();
            work.nudge();
        }
    }

    /** Lets go of all that waits for work. */
    void end() {
        outbox.close();
        keeper.end();
        threads.shutdown();
    }
}
