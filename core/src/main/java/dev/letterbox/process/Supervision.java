package dev.letterbox.process;

import dev.letterbox.Caller;
import dev.letterbox.FailureKind;
import dev.letterbox.Request;
import dev.letterbox.Service;
import dev.letterbox.ServiceException;
import dev.letterbox.process.WorkerProcess.Assignment;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Keeps worker processes at work: starts them, hands each to a request that waits, and replaces those that end. Its thread
 * sleeps while there is nothing to decide. Safe for use by any number of threads.
 */
final class Supervision implements WorkerProcess.Supervisor {
    private static final Logger LOG = System.getLogger(WorkerProcesses.class.getName());

    /** How long a start may take on a busy machine. */
    private static final Duration START = Duration.ofSeconds(60);

    /** For workers to end by themselves, and then for those that were killed. */
    private static final long LAST_PATIENCE = TimeUnit.SECONDS.toNanos(2);

    private final Duration patience;
    private final List<String> command;
    private final Launcher launcher;
    private final Optional<Caller> user = OwnUser.find();
    private final Thread thread =
            Thread.ofPlatform().daemon().name("letterbox-supervisor").unstarted(this::supervise);
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition change = lock.newCondition();

    // All below is guarded by the lock.
    private final Crew crew;
    private final CrashWatch crashes = new CrashWatch(System::nanoTime);
    private boolean proven;
    private boolean closed;
    private @Nullable WorkersFailedException failure;
    private Runnable whenFailed = () -> {};
    private boolean reported;

    /** Starts the process of a worker. */
    interface Launcher {
        Process launch(List<String> command) throws IOException;
    }

    Supervision(int count, Duration patience, Duration grace, List<String> command, Launcher launcher) {
        this.launcher = launcher;
        this.crew = new Crew(count, grace.toNanos());
        this.patience = patience;
        this.command = List.copyOf(command);
    }

    /** Starts the workers, and waits until the first one is ready; where none is, all are ended. */
    void begin() throws InterruptedException {
        thread.start();
        boolean ready = false;
        try {
            awaitFirst();
            ready = true;
        } finally {
            if (!ready) {
                close();
            }
        }
    }

    private void awaitFirst() throws InterruptedException {
        long left = START.toNanos();
        lock.lock();
        try {
            while (!proven && failure == null && left > 0) {
                left = change.awaitNanos(left);
            }
            if (failure != null) {
                throw failure;
            }
            if (!proven) {
                throw new WorkersFailedException(
                        "No worker process was ready within " + START.toSeconds() + " s; each runs: " + program());
            }
        } finally {
            lock.unlock();
        }
    }

    private String program() {
        return String.join(" ", command);
    }

    void onFailure(Runnable action) {
        lock.lock();
        try {
            whenFailed = action;
            if (reported) {
                Thread.ofPlatform().name("letterbox-workers-failed").start(action);
            }
        } finally {
            lock.unlock();
        }
    }

    void requireWorking() {
        lock.lock();
        try {
            if (failure != null) {
                throw failure;
            }
        } finally {
            lock.unlock();
        }
    }

    List<Long> processIds() {
        lock.lock();
        try {
            return crew.workers().stream().map(WorkerProcess::pid).toList();
        } finally {
            lock.unlock();
        }
    }

    long endCount() {
        lock.lock();
        try {
            return crashes.counted();
        } finally {
            lock.unlock();
        }
    }

    // On the threads of requests

    /** Waits for a worker, until the request's deadline or the end of patience. */
    WorkerProcess acquire(Request request) throws ServiceException {
        String user = request.caller().name();
        long since = System.nanoTime();
        lock.lock();
        try {
            Optional<WorkerProcess> free = crew.takeFree();
            if (free.isPresent()) {
                return free.get();
            }
            Crew.Waiter waiter = new Crew.Waiter(lock.newCondition());
            crew.queue(user, waiter);
            change.signalAll();
            try {
                for (WorkerProcess given = waiter.given(); ; given = waiter.given()) {
                    if (given != null) {
                        return given;
                    }
                    waiter.await(leftToWait(request, since));
                }
            } catch (InterruptedException told) {
                Thread.currentThread().interrupt();
                crew.giveBack(waiter);
                throw new ServiceException(FailureKind.STOPPING, "The server is stopping");
            } finally {
                crew.leave(user, waiter);
            }
        } finally {
            lock.unlock();
        }
    }

    private long leftToWait(Request request, long since) throws ServiceException {
        if (failure != null || closed) {
            throw new ServiceException(FailureKind.STOPPING, "The server is stopping");
        }
        long left = request.timeLeft().map(Duration::toNanos).orElse(Long.MAX_VALUE);
        if (left <= 0) {
            throw new ServiceException(FailureKind.EXPIRED, "The deadline has passed");
        }
        long patient = patience.toNanos() - (System.nanoTime() - since);
        if (patient <= 0) {
            throw new ServiceException(
                    FailureKind.BUSY, "Busy: no worker process was free for " + patience.toSeconds() + " s");
        }
        return Math.min(left, patient);
    }

    // On the threads of workers

    @Override
    public void ready(WorkerProcess worker) {
        lock.lock();
        try {
            if (crew.ready(worker)) {
                proven = true;
                change.signalAll();
            }
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void served(WorkerProcess worker) {
        lock.lock();
        try {
            crew.served(worker);
            if (crew.hasSurplus()) {
                change.signalAll();
            }
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void unwanted(WorkerProcess worker, int number) {
        lock.lock();
        try {
            if (!crew.unwanted(worker, number)) {
                return;
            }
            change.signalAll();
        } finally {
            lock.unlock();
        }
        worker.cancel(number);
    }

    @Override
    public void ended(WorkerProcess worker, @Nullable Assignment left) {
        lock.lock();
        try {
            Crew.Member member = crew.remove(worker);
            change.signalAll();
            if (member != null && !closed && member.state() != Crew.State.LEAVING) {
                lost(member, left);
            }
        } finally {
            lock.unlock();
        }
    }

    /** A worker ended that was not told to. */
    private void lost(Crew.Member member, @Nullable Assignment left) {
        String when = left == null
                ? member.state() == Crew.State.STARTING ? "before it was ready" : "while it had nothing to do"
                : "while it answered " + Service.descriptionOf(left.service(), left.request()) + " for "
                        + left.request().returnAddress() + " of "
                        + left.request().caller() + ", who is told";
        LOG.log(
                Level.WARNING,
                "Worker process {0,number,#} {1} {2}.",
                member.worker().pid(),
                member.worker().ending(),
                when);
        crashes.count();
        boolean suspicious = left == null
                || user.filter(own -> own.name().equals(left.request().caller().name()))
                        .isPresent();
        ended(suspicious, member.worker().ending());
    }

    /** Takes note that a worker ended, which delays the next start, and may be once too often. */
    private void ended(boolean suspicious, String how) {
        if (crashes.ended(suspicious) && failure == null) {
            fail(
                    "The worker processes exit again and again: %d within %d s, and the last one %s. Their messages are above; each runs: %s"
                            .formatted(crashes.suspicious(), CrashWatch.WITHIN_SECONDS, how, program()));
        }
    }

    private void fail(String why) {
        failure = new WorkersFailedException(why);
        // The supervisor, and whoever waits for the first.
        change.signalAll();
        crew.turnAllAway();
    }

    // On a thread of its own, which sleeps while there is nothing to decide

    private void supervise() {
        decide();
        // On this thread, which has nothing else to do any more: there may be no other one to be had.
        takeReport().run();
    }

    /** Returns what is to be done if the workers have failed; nothing if they were closed. */
    private Runnable takeReport() {
        lock.lock();
        try {
            reported = failure != null;
            return reported ? whenFailed : () -> {};
        } finally {
            lock.unlock();
        }
    }

    private void decide() {
        lock.lock();
        try {
            while (!closed && failure == null) {
                long now = System.nanoTime();
                if (crew.wantsMore() && crashes.untilNextStart() <= 0) {
                    startOne();
                    continue;
                }
                crew.takeFromTheStalled();
                killTheObstinate(now);
                crew.dismissTheSurplus(now);
                long start = crew.wantsMore() ? crashes.untilNextStart() : Long.MAX_VALUE;
                change.awaitNanos(Math.max(0, Math.min(start, crew.untilNext(now))));
            }
        } catch (InterruptedException impossible) {
            throw new AssertionError("nobody has this thread's handle", impossible);
        } catch (RuntimeException | Error defect) {
            // Nobody else replaces workers.
            fail("The thread that supervises worker processes failed: " + defect);
        } finally {
            lock.unlock();
        }
    }

    private void startOne() {
        WorkerProcess worker;
        try {
            worker = WorkerProcess.on(launcher.launch(command), this);
        } catch (IOException | OutOfMemoryError refused) { // the latter also where there can be no more threads
            // The JDK's text goes on with advice on several lines.
            String why = String.valueOf(refused.getMessage())
                    .lines()
                    .findFirst()
                    .orElse("")
                    .strip();
            LOG.log(Level.WARNING, "No worker process can be started: {0}", why);
            ended(true, "could not be started (" + why + ")");
            return;
        }
        crew.add(worker);
    }

    private void killTheObstinate(long now) {
        for (WorkerProcess worker : crew.killTheObstinate(now)) {
            LOG.log(
                    Level.WARNING,
                    "Worker process {0,number,#} does not stop working on a request that is over; it is killed.",
                    worker.pid());
            crashes.count();
            ended(false, "was killed");
        }
    }

    /**
     * Ends the processes: those that have nothing to do by themselves, all others after two seconds at most. One that does
     * not end within two more, since it sleeps in the kernel where no signal wakes it, is left.
     */
    void close() {
        boolean interrupted = false;
        lock.lock();
        try {
            closed = true;
            crew.turnAllAway();
            change.signalAll();
            crew.workers().forEach(WorkerProcess::dismiss);
            boolean killed = false;
            long until = System.nanoTime() + LAST_PATIENCE;
            while (!crew.isEmpty()) {
                long left = until - System.nanoTime();
                if (left <= 0 && killed) {
                    break;
                }
                if (left <= 0) {
                    crew.workers().forEach(WorkerProcess::kill);
                    killed = true;
                    until = System.nanoTime() + LAST_PATIENCE;
                    continue;
                }
                try {
                    change.awaitNanos(left);
                } catch (InterruptedException hurry) {
                    interrupted = true;
                    until = killed ? until : System.nanoTime();
                }
            }
            crew.workers().forEach(WorkerProcess::leave);
        } finally {
            lock.unlock();
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
