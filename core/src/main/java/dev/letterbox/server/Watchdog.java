package dev.letterbox.server;

import dev.letterbox.error.TransportException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Ends a server that no longer works: one whose receiver, or another thread that it depends on, has ended, and one that
 * receives nothing any more. Such a server would be worse than none: its queue would fill, and no other could take its
 * place.
 *
 * <p>While requests come, they are the proof. When none has come for {@value #QUIET_LOOKS} looks, the server sends a
 * message to itself. A server that has received neither it nor another one after {@value #SILENT_LOOKS} more looks is ended.
 * Looks are counted, and not time: while this process stands still, its watchdog does too.
 */
final class Watchdog {
    /** How long it sleeps between looks. */
    static final Duration BETWEEN_LOOKS = Duration.ofSeconds(10);

    static final int QUIET_LOOKS = 6;
    static final int SILENT_LOOKS = 3;

    private static final Logger LOG = System.getLogger(Server.class.getName());

    private final long betweenLooks;
    private final LongSupplier received;
    private final BooleanSupplier probe;
    private final Runnable end;
    private final Thread thread =
            Thread.ofPlatform().daemon().name("letterbox-watchdog").unstarted(this::run);
    private volatile @Nullable Throwable fault;
    private volatile boolean released;

    // The thread's alone.
    private long lastReceived;
    private int looks;
    private boolean probed;

    /**
     * Makes a watchdog.
     *
     * @param betweenLooks how long it sleeps between looks
     * @param received a number that changes whenever a message is received, also one of the server to itself
     * @param probe has the server send a message to itself; false if that proves nothing in its engine
     * @param end ends the server
     */
    Watchdog(Duration betweenLooks, LongSupplier received, BooleanSupplier probe, Runnable end) {
        this.betweenLooks = betweenLooks.toNanos();
        this.received = received;
        this.probe = probe;
        this.end = end;
    }

    void begin() {
        thread.start();
    }

    /** Runs what a thread does for as long as the server lives. If that throws anything, the server ends. */
    void guard(Runnable work) {
        try {
            work.run();
        } catch (Throwable thrown) {
            endBy(thrown);
        }
    }

    /** Has the server end. Neither logs nor makes anything on this thread: what made it fail could make that fail too. */
    private void endBy(Throwable why) {
        if (fault == null && !released) {
            fault = why;
        }
        LockSupport.unpark(thread);
    }

    /** Returns why the server was ended; null if nothing went wrong. */
    @Nullable
    Throwable fault() {
        return fault;
    }

    /** The server ends in order: from here on nothing is watched. */
    void release() {
        released = true;
        LockSupport.unpark(thread);
    }

    private void run() {
        try {
            while (fault == null && !released) {
                LockSupport.parkNanos(this, betweenLooks);
                look();
            }
            Throwable why = fault;
            if (why instanceof TransportException) {
                LOG.log(Level.ERROR, "The server stops: {0}", why.getMessage());
            } else if (why != null) {
                LOG.log(Level.ERROR, "The server stops: a thread that it depends on has failed", why);
            }
        } catch (RuntimeException | Error defect) {
            endBy(defect);
        } finally {
            if (!released) {
                end.run();
            }
        }
    }

    private void look() {
        long now = received.getAsLong();
        looks++;
        if (now != lastReceived) {
            lastReceived = now;
            probed = false;
            looks = 0;
        } else if (!probed && looks >= QUIET_LOOKS) {
            probed = probe.getAsBoolean();
            looks = 0;
        } else if (probed && looks >= SILENT_LOOKS) {
            endBy(new TransportException("It has received nothing, not even its own message, for %d s."
                    .formatted(TimeUnit.NANOSECONDS.toSeconds(betweenLooks * SILENT_LOOKS))));
        }
    }
}
