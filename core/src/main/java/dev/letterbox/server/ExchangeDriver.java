package dev.letterbox.server;

import dev.letterbox.FailureKind;
import dev.letterbox.Outcome;
import dev.letterbox.ReturnAddress;
import dev.letterbox.engine.BriefWait;
import dev.letterbox.engine.LaneAddress;
import dev.letterbox.engine.Message;
import dev.letterbox.server.Exchange.Progress;
import dev.letterbox.server.Reception.Receiver;
import dev.letterbox.share.Turns;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Drives one exchange to its end, at its client's pace: as long as the client reads, on a thread, and else when the
 * {@link Keeper} finds room. One thread at a time does so.
 *
 * <p>Long because every step of an answer works on the same state: what is driven, waited for, looked at and ended.
 */
final class ExchangeDriver extends Keeper.Kept implements Work, Runnable {
    /** On the thread that receives: more would keep others waiting. */
    private static final int SHORT_BURST = 4;

    private static final int BURST = 64;
    /** So long one request prepares its content before others have their turn. */
    private static final long TURN = TimeUnit.MILLISECONDS.toNanos(10);

    private static final long BETWEEN_SIGNS_OF_LIFE = TimeUnit.SECONDS.toNanos(1);
    /** So long a request that nobody has begun to answer waits for a thread, where the system gives no more. */
    private static final long WAITS_FOR_THREAD = TimeUnit.SECONDS.toNanos(1);

    private static final long BETWEEN_THREADS = TimeUnit.MILLISECONDS.toNanos(10);
    private static final long SHORTEST_PAUSE = TimeUnit.MICROSECONDS.toNanos(20);
    /** So long a thread waits for its client; half of the time in short pauses. */
    private static final long THREAD_WAITS = TimeUnit.MILLISECONDS.toNanos(2);

    /** A client that has to ask for more is heard when it does; one that has ended asks no more. */
    private static final long BETWEEN_LOOKS = TimeUnit.SECONDS.toNanos(2);

    /** How a thread waits for room, and what tries once more with the message at hand: made once, since each is garbage. */
    private record Brief(BriefWait briefly, BooleanSupplier attempt) {}

    private final Workers workers;
    private final Exchange exchange;
    private final Runnable whenOver;
    private final boolean prompt;

    // The driver's, and handed on with the work.
    private @Nullable Message buffer;
    private @Nullable Brief brief;

    /** How long it has waited for room, as far as it had to: a sleep that lasted longer than asked for says nothing. */
    private long waited;

    /** The place among those who prepare content; null while there was nothing to prepare. */
    private Turns.@Nullable Ticket ticket;

    /** Whether it is in the line of those that wait for room in the same private queue. */
    private boolean isInLine;

    /** How much was sent when the first in that line was called last. */
    private long sentAtCall;

    private final Patience patience;
    private long lastSignOfLife;

    /** Since when there is no thread for it; null while there was. */
    private @Nullable Long withoutThread;

    private long sent;
    private long lastProgress;

    private final CountDownLatch over = new CountDownLatch(1);

    // Guarded by this object's monitor.
    private @Nullable Thread driver;
    private boolean interrupted;

    ExchangeDriver(Workers workers, Exchange exchange, boolean prompt, Runnable whenOver) {
        this.workers = workers;
        this.exchange = exchange;
        this.patience = new Patience(exchange.chunkBytes());
        this.prompt = prompt;
        this.whenOver = whenOver;
        this.lastSignOfLife = workers.nanoTime();
        this.lastProgress = lastSignOfLife;
    }

    @Override
    public void allow(long upTo, Optional<LaneAddress> lane) {
        exchange.allow(upTo, lane);
        nudge();
    }

    /** A worker that waits, in the service too if that heeds an interrupt, waits no longer. */
    @Override
    public void cancel() {
        exchange.request().cancel();
        interrupt();
        nudge();
    }

    void nudge() {
        workers.keeper().nudge(this);
        synchronized (this) {
            LockSupport.unpark(driver);
        }
    }

    synchronized void interrupt() {
        if (driver != null) {
            interrupted = true;
            driver.interrupt();
        }
    }

    private synchronized void enter() {
        driver = Thread.currentThread();
    }

    /** An interrupt was this work's, and not the next one's on this thread. */
    private synchronized void leave() {
        driver = null;
        if (interrupted) {
            interrupted = false;
            Thread.interrupted();
        }
    }

    @Override
    public void run() {
        boolean ended = true;
        withoutThread = null;
        enter();
        try {
            Message message = buffer == null ? workers.buffer() : buffer;
            buffer = message;
            ended = drive(message);
        } finally {
            leave();
            if (ended) {
                end(buffer);
            }
        }
        if (!ended) {
            keep(workers.nanoTime());
        }
    }

    /**
     * Answers on the thread that receives, as far as that goes at once; returns false if there is more to send. What only
     * waits to be settled is kept.
     */
    boolean serveHere(Receiver receiver) {
        Message message = receiver.reply();
        boolean over = true;
        boolean settling = false;
        receiver.serving();
        enter();
        try {
            expectNudge();
            boolean ended = exchange.advance(message, SHORT_BURST) == Progress.OVER;
            settling = exchange.isSettling();
            if (!ended && !settling) {
                receiver.replaceReply(workers.buffer());
                // The message that waits for room goes with the work.
                buffer = message;
            }
            // Not before: without memory for another message it cannot go on.
            over = ended;
        } finally {
            leave();
            try {
                if (over) {
                    end(message);
                } else if (settling) {
                    keep(workers.nanoTime());
                }
            } finally {
                receiver.served();
            }
        }
        return over || settling;
    }

    /** Goes on until the exchange is over, or the client has taken nothing for a while: then returns false. */
    private boolean drive(Message message) {
        long pause = SHORTEST_PAUSE;
        while (true) {
            expectNudge();
            Progress progress = exchange.advance(message, BURST);
            long now = workers.nanoTime();
            if (hasMoved(now)) {
                pause = SHORTEST_PAUSE;
                callNext();
            }
            if (progress == Progress.OVER || isGivenUp(message, progress, now)) {
                return true;
            }
            if (exchange.isSettling()) {
                return false;
            }
            if (progress == Progress.MORE) {
                takeTurns();
            } else if (progress == Progress.UNPREPARED) {
                if (!prepareInTurn(message, now)) {
                    return false;
                }
            } else if (progress == Progress.NOT_ALLOWED || !hasRoomSoon(message)) {
                if (now - lastProgress > THREAD_WAITS) {
                    return false;
                }
                // Where somebody tells, there is nothing to look for meanwhile.
                boolean told = progress == Progress.FULL && exchange.onRoom(this::nudge);
                LockSupport.parkNanos(this, told ? THREAD_WAITS : pause);
                waited += pause;
                pause = Math.min(2 * pause, THREAD_WAITS / 2);
            }
        }
    }

    /** Prepares the content for a while; false if others' turn it is. */
    private boolean prepareInTurn(Message message, long now) {
        Turns.Ticket own = ticket;
        if (own == null) {
            own = new Turns.Ticket(exchange.request().caller().name(), this::nudge);
            ticket = own;
        }
        signOfLife(message, now);
        if (!workers.turns().take(own)) {
            return false;
        }
        try {
            while (exchange.isUnprepared() && workers.nanoTime() - now < TURN) {
                exchange.work(message);
            }
        } finally {
            workers.turns().leave(own);
        }
        // The client is not to blame for this time.
        lastProgress = workers.nanoTime();
        return true;
    }

    private void signOfLife(Message message, long now) {
        if (now - lastSignOfLife >= BETWEEN_SIGNS_OF_LIFE) {
            lastSignOfLife = now;
            exchange.signOfLife(message);
        }
    }

    /** Whether it is this work's turn, which was waited for; until then the client hears now and then. */
    private boolean hasTurn(Turns.Ticket own, Message message, long now) {
        if (workers.turns().has(own)) {
            return true;
        }
        signOfLife(message, now);
        return false;
    }

    /** A client that reads makes room in less time than a sleep would take. */
    private boolean hasRoomSoon(Message message) {
        Brief known = brief;
        if (known == null) {
            known = new Brief(exchange.briefWait(), () -> exchange.retry(message));
            brief = known;
        }
        long since = workers.nanoTime();
        boolean room = known.briefly().tryUntil(known.attempt());
        if (!room) {
            waited += workers.nanoTime() - since;
        }
        return room;
    }

    private boolean hasMoved(long now) {
        if (exchange.bytes() == sent) {
            return false;
        }
        sent = exchange.bytes();
        lastProgress = now;
        if (brief != null && waited > 0) {
            brief.briefly().slept(waited);
        }
        waited = 0;
        workers.events().waitsNoMore(exchange);
        return true;
    }

    /** Ends the exchange where there is a reason. */
    private boolean isGivenUp(@Nullable Message message, Progress progress, long now) {
        long heldUp = patience.look(now, exchange.bytes(), isClients(progress));
        if (workers.isAborting()) {
            exchange.abort(message, Outcome.STOPPED, FailureKind.STOPPING, "The server is stopping");
        } else if (exchange.request().isExpired()) {
            exchange.abort(message, Outcome.EXPIRED, FailureKind.EXPIRED, "The deadline has passed");
        } else if (isClients(progress) && heldUp > workers.stallNanos()) {
            exchange.abort(message, Outcome.STALLED, FailureKind.STALLED, "The client does not read");
        } else {
            return false;
        }
        return true;
    }

    /** Whether the client holds it up. */
    private static boolean isClients(Progress progress) {
        return progress == Progress.FULL || progress == Progress.NOT_ALLOWED;
    }

    private ReturnAddress address() {
        return exchange.request().returnAddress();
    }

    /** The client reads: what has waited longest for room beside this is looked at, and not only after its pause. */
    private void callNext() {
        if (sent - sentAtCall < (long) BURST * exchange.chunkBytes()) {
            return;
        }
        sentAtCall = sent;
        ExchangeDriver next = workers.waitingForRoom().first(address());
        if (next != null) {
            next.nudge();
        }
    }

    /**
     * On the keeper's thread: nothing here may wait. Room is for who has waited longest in this client's line: those that got
     * some a moment ago look most often, and would always find it first.
     */
    @Override
    void lookAgain() {
        if (exchange.isSettling()) {
            lookWhetherSettled();
            return;
        }
        ExchangeDriver first = isInLine ? workers.waitingForRoom().first(address()) : null;
        if (first == null || first.equals(this) || !workers.keeper().take(first)) {
            look(true);
            return;
        }
        try {
            first.look(true);
        } finally {
            look(false);
        }
    }

    private void look(boolean mayTry) {
        Message message = Objects.requireNonNull(buffer, "kept work has its message with it");
        expectNudge();
        long now = workers.nanoTime();
        boolean ended = true;
        boolean moved = false;
        try {
            Turns.Ticket waiting = exchange.isUnprepared() ? ticket : null;
            if (waiting != null) {
                moved = hasTurn(waiting, message, now);
            } else if (mayTry || exchange.request().wasCancelled()) {
                moved = exchange.retry(message);
            }
            Progress blocked = waiting == null ? Progress.FULL : Progress.UNPREPARED;
            ended = exchange.outcome() != null || isGivenUp(message, moved ? Progress.MORE : blocked, now);
        } finally {
            if (moved) {
                leaveLine();
            }
            if (ended) {
                end(message);
            }
        }
        if (moved && !ended) {
            workers.goOn(this);
        } else if (!ended) {
            keep(now);
        }
    }

    /** Keeps it until there is a thread for it. The client gets BUSY if that takes long and nothing was sent yet. */
    void awaitThread() {
        boolean ended = true;
        try {
            long now = workers.nanoTime();
            if (withoutThread == null) {
                withoutThread = now;
            }
            Message message = buffer == null ? workers.buffer() : buffer;
            buffer = message;
            if (exchange.bytes() == 0 && now - withoutThread >= WAITS_FOR_THREAD) {
                exchange.abort(
                        message,
                        Outcome.BUSY,
                        FailureKind.BUSY,
                        "Busy: the server gets no more threads, try again later");
            } else {
                expectNudge();
                workers.keeper().keep(this, BETWEEN_THREADS, 0);
                ended = false;
            }
        } finally {
            if (ended) {
                end(buffer);
            }
        }
    }

    /** All was sent: what is left to wait for takes no message, and no thread. */
    private void lookWhetherSettled() {
        expectNudge();
        long now = workers.nanoTime();
        boolean ended = true;
        try {
            ended = exchange.settle() || isGivenUp(buffer, Progress.FULL, now);
        } finally {
            if (ended) {
                end(buffer);
            }
        }
        if (!ended) {
            keep(now);
        }
    }

    private void keep(long now) {
        if (exchange.isUnprepared()) {
            keepUntil(Math.min(BETWEEN_SIGNS_OF_LIFE, expiry()));
            return;
        }
        long quiet = now - lastProgress;
        long noticed = workers.events().waits(exchange, quiet);
        long pause = exchange.isFull() ? Keeper.pause(quiet) : BETWEEN_LOOKS;
        if (exchange.isFull()) {
            joinLine();
            // Where the engine tells when there is room, that hurries the look.
            exchange.onRoom(this::nudge);
        }
        long later = Math.min(Math.min(pause, noticed), Math.min(workers.stallNanos() - patience.heldUp(), expiry()));
        if (later == pause) {
            workers.keeper().keepAbout(this, pause);
        } else {
            keepUntil(later);
        }
    }

    private void joinLine() {
        if (!exchange.isSettling()) {
            isInLine = true;
            workers.waitingForRoom().join(address(), this);
        }
    }

    private void leaveLine() {
        if (isInLine) {
            isInLine = false;
            workers.waitingForRoom().leave(address(), this);
        }
    }

    private long expiry() {
        return exchange.request().timeLeft().map(Duration::toNanos).orElse(Long.MAX_VALUE);
    }

    private void keepUntil(long later) {
        workers.keeper().keep(this, Math.max(0, later) + TimeUnit.MILLISECONDS.toNanos(1), 0);
    }

    /** Ends with the message that it was driven with; null if there was no memory for one. */
    private void end(@Nullable Message message) {
        try {
            if (message != null) {
                workers.conclude(exchange, message);
            } else {
                // Unless it is over already.
                exchange.abort(
                        null, Outcome.BUSY, FailureKind.BUSY, "Busy: the server has no memory for an answer now");
                workers.report(exchange);
            }
        } finally {
            leaveLine();
            if (ticket != null) {
                workers.turns().leave(ticket);
            }
            if (buffer != null) {
                workers.recycle(buffer);
            }
            workers.over(this);
            whenOver.run();
            over.countDown();
        }
    }

    /** Waits until it is over, or a moment of {@link System#nanoTime} has come: then returns false. */
    boolean awaitEnd(long deadline) throws InterruptedException {
        return over.await(deadline - System.nanoTime(), TimeUnit.NANOSECONDS);
    }

    @SuppressWarnings("ThreadPriorityCheck") // nothing depends on it but fairness
    private static void takeTurns() {
        // A virtual thread keeps its carrier until it waits.
        if (Thread.currentThread().isVirtual()) {
            Thread.yield();
        }
    }

    boolean isPrompt() {
        return prompt;
    }
}
