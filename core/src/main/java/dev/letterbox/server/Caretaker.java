package dev.letterbox.server;

import dev.letterbox.ReturnAddress;
import dev.letterbox.engine.OrphanCollector;
import dev.letterbox.engine.PeriodicWarning;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;

/**
 * Notices clients that ended without a word, ends their sessions at once, and has what they left removed. It
 * looks when the bell rings, when a client finds the table of queues full, when there is a suspect, and every half minute
 * while there are sessions; every second while there are sessions of clients that a bell that was removed would have told
 * of. Where there are neither, it sleeps.
 */
final class Caretaker implements AutoCloseable {
    private static final Logger LOG = System.getLogger(Server.class.getName());
    private static final long BETWEEN_ROUNDS = TimeUnit.SECONDS.toNanos(30);
    private static final long SHORTEST_PAUSE = TimeUnit.SECONDS.toNanos(1);
    private static final long NEVER = Long.MAX_VALUE;

    /** A process that ends may be seen for a while after the bell has rung for it. */
    private static final int LOOKS = 5;

    private static final long BETWEEN_LOOKS = TimeUnit.MILLISECONDS.toNanos(100);

    private final Sessions sessions;
    private final OrphanCollector orphans;
    private final long betweenLooks;
    private final PeriodicWarning failed = new PeriodicWarning(LOG);
    private final Thread thread;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition news = lock.newCondition();

    // All below is guarded by the lock.
    private int looksLeft;
    private boolean asked;
    private boolean closed;

    /** When the next round is due, as {@link System#nanoTime} counts from the beginning. */
    private long nextRound;

    /** Tells those who open sessions that nobody would look at them. */
    private volatile boolean idle;

    private final long beginning = System.nanoTime();

    /** The guard runs what the thread does. */
    Caretaker(Sessions sessions, OrphanCollector orphans, Consumer<Runnable> guard) {
        this.thread = Thread.ofPlatform().daemon().name("letterbox-caretaker").unstarted(() -> guard.accept(this::run));
        this.sessions = sessions;
        this.orphans = orphans;
        this.betweenLooks = orphans.betweenLooks().plusMillis(100).toNanos();
    }

    void begin() {
        thread.start();
    }

    /** A client may have ended: looks now. */
    void look() {
        notify(() -> looksLeft = LOOKS);
    }

    /** The bell of today's clients is gone: looks at them often from now on. */
    void untied() {
        sessions.untie();
        look();
    }

    /** The table of queues is full: has a round made soon. */
    void hurry() {
        notify(() -> asked = true);
    }

    /** There is a session: from now on there are rounds. */
    void attend() {
        if (idle) {
            notify(() -> nextRound = Math.min(nextRound, now() + BETWEEN_ROUNDS));
        }
    }

    private void notify(Runnable change) {
        lock.lock();
        try {
            change.run();
            idle = false;
            news.signal();
        } finally {
            lock.unlock();
        }
    }

    private long now() {
        return System.nanoTime() - beginning;
    }

    private enum Task {
        ROUND,
        LOOK,
        END
    }

    private void run() {
        try {
            long lastRound = -SHORTEST_PAUSE;
            for (Task task = Task.ROUND; task != Task.END; task = next(lastRound)) {
                if (task == Task.ROUND) {
                    round();
                    lastRound = now();
                } else if (sessionsLookedAt() > 0) {
                    planBy(betweenLooks);
                }
            }
        } catch (InterruptedException asked) {
            LOG.log(Level.DEBUG, "the caretaker ends");
        }
    }

    private Task next(long lastRound) throws InterruptedException {
        lock.lock();
        try {
            while (true) {
                long now = now();
                long due = asked ? Math.min(nextRound, lastRound + SHORTEST_PAUSE) : nextRound;
                if (closed) {
                    return Task.END;
                }
                if (due <= now) {
                    asked = false;
                    nextRound = NEVER;
                    return Task.ROUND;
                }
                if (looksLeft > 0) {
                    // All but the first wait.
                    if (looksLeft < LOOKS) {
                        news.awaitNanos(BETWEEN_LOOKS);
                    }
                    looksLeft--;
                    return Task.LOOK;
                }
                idle = due == NEVER;
                if (idle && sessions.count() > 0) {
                    // Opened just before that was to be read.
                    nextRound = now + BETWEEN_ROUNDS;
                } else if (idle) {
                    news.await();
                } else if (sessions.someAreUntied()) {
                    news.awaitNanos(Math.min(due - now, SHORTEST_PAUSE));
                    looksLeft = Math.max(looksLeft, 1);
                } else {
                    news.awaitNanos(due - now);
                }
            }
        } finally {
            lock.unlock();
        }
    }

    private void planBy(long nanos) {
        lock.lock();
        try {
            nextRound = Math.min(nextRound, now() + nanos);
        } finally {
            lock.unlock();
        }
    }

    /** Ends the sessions of those who have ended, and returns how many. */
    private int sessionsLookedAt() {
        int ended = 0;
        try {
            for (ReturnAddress client : sessions.endThoseOfTheDead()) {
                LOG.log(Level.INFO, "The client of {0} has exited; its session is over.", client);
                orphans.suspect(client);
                ended++;
            }
        } catch (RuntimeException | Error defect) {
            failed.warn("Could not check the sessions: " + defect + ".");
        }
        return ended;
    }

    private void round() {
        sessionsLookedAt();
        try {
            orphans.collect();
        } catch (RuntimeException | Error defect) {
            failed.warn("Could not look for orphans: " + defect + ".");
        }
        if (orphans.hasSuspects()) {
            planBy(betweenLooks);
        } else if (sessions.count() > 0) {
            planBy(BETWEEN_ROUNDS);
        }
    }

    @Override
    public void close() {
        notify(() -> closed = true);
    }
}
