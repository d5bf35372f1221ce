package dev.letterbox.process;

import dev.letterbox.Caller;
import dev.letterbox.Content;
import dev.letterbox.FailureKind;
import dev.letterbox.Request;
import dev.letterbox.Service;
import dev.letterbox.ServiceException;
import dev.letterbox.Timeout;
import dev.letterbox.process.WorkerProcess.Assignment;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Has requests answered in processes of their own, each with one request at a time: whatever ends such a process costs
 * that request and no other. Its client gets FAILURE at once, and another process takes its place.
 *
 * <p>The server still receives all requests and sends all answers; a worker process is handed the request and hands back
 * the content, by pipes, and knows no queue. So nothing is half sent where one ends, and a client in a session hears of it
 * as of any failure. A worker ends with its server, however that ends.
 *
 * <p>A client that does not read keeps its worker, if its answer is long or 64 MB of others' wait. Then others are started, up to
 * {@value #MOST_TIMES} times as many; beyond that the client that has read nothing for longest loses its answer, as soon as
 * somebody waits for a worker.
 *
 * <p>This class is safe for use by any number of threads.
 */
public final class WorkerProcesses implements AutoCloseable {
    private static final Logger LOG = System.getLogger(WorkerProcesses.class.getName());

    /** So many ends within so long are the end of all. */
    private static final int MOST_ENDS = 3;

    private static final long WITHIN = TimeUnit.SECONDS.toNanos(5);

    /** What a second end within that time waits before another process is started; each further one twice as long. */
    private static final long FIRST_PAUSE = TimeUnit.MILLISECONDS.toNanos(250);

    private static final int MOST_DOUBLINGS = 4;

    /** How long a start may take on a busy machine. */
    private static final Duration START = Duration.ofSeconds(60);

    /** So long a worker has to let go of a request that nobody wants any more. */
    private static final Duration GRACE = Duration.ofSeconds(1);

    /** A client that took nothing for so long, while there was more, holds its worker up. */
    private static final long HELD_UP = TimeUnit.MILLISECONDS.toNanos(50);

    private static final int MOST_TIMES = 4;

    /** How often who is held up is looked at, while requests wait for a worker. */
    private static final long LOOK = TimeUnit.MILLISECONDS.toNanos(20);

    /** After so long without work, those that were started for want of others end. */
    private static final long SURPLUS = TimeUnit.SECONDS.toNanos(5);

    /** For workers to end by themselves. */
    private static final long LAST_PATIENCE = TimeUnit.SECONDS.toNanos(2);

    private final int count;
    private final Duration patience;
    private final long graceNanos;
    private final List<String> command;
    private final Optional<Caller> user = OwnUser.find();
    private final WorkerProcess.Supervisor supervisor = new Supervision();
    private final Thread thread =
            Thread.ofPlatform().daemon().name("letterbox-supervisor").unstarted(this::supervise);
    private final AtomicLong allAhead = new AtomicLong();
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition change = lock.newCondition();

    // All below is guarded by the lock.
    private final Map<WorkerProcess, Member> members = new LinkedHashMap<>();
    private final Deque<Member> idle = new ArrayDeque<>();
    private final FairLine<Waiter> line = new FairLine<>();
    private final Deque<Long> ends = new ArrayDeque<>();
    private final Deque<Long> suspiciousEnds = new ArrayDeque<>();
    private long endCount;
    private long nextStart = System.nanoTime();
    private boolean proven;
    private boolean closed;
    private @Nullable WorkersFailedException failure;
    private Runnable whenFailed = () -> {};

    private enum State {
        STARTING,
        IDLE,
        BUSY,
        /** Its request is no longer wanted. */
        CANCELLED,
        /** It was told to end, or killed. */
        LEAVING
    }

    /** Is a worker and what it is about. */
    private static final class Member {
        private final WorkerProcess worker;
        private State state = State.STARTING;
        private long since = System.nanoTime();

        Member(WorkerProcess worker) {
            this.worker = worker;
        }

        void is(State now) {
            state = now;
            since = System.nanoTime();
        }

        /** For how long its client has kept it from going on. */
        long heldUp() {
            Assignment serving = worker.assignment();
            return state == State.BUSY && serving != null ? serving.content().heldUp() : 0;
        }
    }

    /** Is a request that waits for a worker. */
    private final class Waiter {
        private final Condition turn = lock.newCondition();
        private @Nullable Member member;
    }

    private WorkerProcesses(int count, Duration patience, Duration grace, List<String> command) {
        this.count = count;
        this.patience = Timeout.bounded(patience);
        this.graceNanos = grace.toNanos();
        this.command = List.copyOf(command);
    }

    /**
     * Starts the processes, and waits until the first one is ready.
     *
     * @param count how many answer at a time, 1 or more
     * @param patience how long one may take until its next piece of an answer; it is killed where it takes longer, and
     *     where a request's own deadline has passed and it does not let go of it
     * @param command the program that each of them runs, with its arguments; it calls {@link ServiceProcess#run}
     * @return the processes, at work
     * @throws WorkersFailedException where they end before one is ready
     * @throws InterruptedException where the thread was interrupted
     * @throws IllegalArgumentException where the count is less than 1 or the patience not more than zero
     */
    public static WorkerProcesses start(int count, Duration patience, List<String> command)
            throws InterruptedException {
        return start(count, patience, GRACE, command);
    }

    /**
     * Starts them, with a grace other than a second.
     *
     * @param count how many, 1 or more
     * @param patience how long a request waits at most for a worker that is free
     * @param grace how long a worker may take to let go of a request that nobody wants any more, before it is killed
     * @param command the program and its arguments, whose main program is {@link ServiceProcess}
     * @return the processes, of which one at least is ready
     * @throws WorkersFailedException if they end before one is ready
     * @throws InterruptedException if the thread was interrupted
     * @throws IllegalArgumentException if the count is less than 1 or the patience not more than zero
     */
    public static WorkerProcesses start(int count, Duration patience, Duration grace, List<String> command)
            throws InterruptedException {
        if (count < 1) {
            throw new IllegalArgumentException("There is 1 worker process at least, not " + count + ".");
        }
        if (patience.isNegative() || patience.isZero()) {
            throw new IllegalArgumentException("The patience is more than zero, not " + patience + ".");
        }
        WorkerProcesses processes = new WorkerProcesses(count, patience, grace, command);
        processes.thread.start();
        boolean ready = false;
        try {
            processes.awaitFirst();
            ready = true;
            return processes;
        } finally {
            if (!ready) {
                processes.close();
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

    /**
     * Makes a service that these processes answer for.
     *
     * @param name what the service is called in {@link ServiceProcess#run}; a server may offer it under other names
     * @param describe names a request for the log, as {@link Service#describe} does, without asking a worker
     * @return the service
     */
    public Service service(String name, Function<? super Request, String> describe) {
        return new Service() {
            @Override
            public Content open(Request request) throws ServiceException {
                return begin(name, this, request);
            }

            @Override
            public String describe(Request request) {
                return describe.apply(request);
            }
        };
    }

    /**
     * Sets what is done when the processes have {@linkplain #requireWorking failed}, on a thread of its own; at once where
     * they have already.
     *
     * @param action what to do: to close the server, most likely
     */
    public void onFailure(Runnable action) {
        lock.lock();
        try {
            whenFailed = action;
            if (failure != null) {
                report();
            }
        } finally {
            lock.unlock();
        }
    }

    private void report() {
        Thread.ofPlatform().name("letterbox-workers-failed").start(whenFailed);
    }

    /**
     * Checks that requests are answered.
     *
     * @throws WorkersFailedException where processes ended again and again: three times within five seconds, not counting
     *     those that ended while they served another user than the server's own
     */
    public void requireWorking() {
        lock.lock();
        try {
            if (failure != null) {
                throw failure;
            }
        } finally {
            lock.unlock();
        }
    }

    /**
     * Returns which processes there are.
     *
     * @return their process ids, in the order of their start
     */
    public List<Long> processIds() {
        lock.lock();
        try {
            return members.keySet().stream().map(WorkerProcess::pid).toList();
        } finally {
            lock.unlock();
        }
    }

    /**
     * Counts the ends that nobody wished for: of processes that ended by themselves, were ended by others, or were killed since
     * they did not let go of a request.
     *
     * @return 0 or more, since the start
     */
    public long endCount() {
        lock.lock();
        try {
            return endCount;
        } finally {
            lock.unlock();
        }
    }

    // On the threads of requests

    private Content begin(String name, Service service, Request request) throws ServiceException {
        while (true) {
            Optional<IsolatedContent> given = acquire(request).serve(name, service, request, patience, allAhead);
            if (given.isEmpty()) {
                continue; // it ended in the moment in which it was chosen
            }
            boolean begun = false;
            try {
                given.get().awaitBegin();
                begun = true;
                return given.get();
            } finally {
                if (!begun) {
                    given.get().close();
                }
            }
        }
    }

    /** Waits for a worker, until the request's deadline or the end of patience. */
    private WorkerProcess acquire(Request request) throws ServiceException {
        String user = request.caller().name();
        long since = System.nanoTime();
        lock.lock();
        try {
            if (!idle.isEmpty() && line.isEmpty()) {
                Member free = idle.pop();
                free.is(State.BUSY);
                return free.worker;
            }
            Waiter waiter = new Waiter();
            line.add(user, waiter);
            change.signalAll();
            try {
                for (Member given = waiter.member; ; given = waiter.member) {
                    if (given != null) {
                        return given.worker;
                    }
                    waiter.turn.awaitNanos(leftToWait(request, since));
                }
            } catch (InterruptedException told) {
                Thread.currentThread().interrupt();
                giveBack(waiter);
                throw new ServiceException(FailureKind.STOPPING, "The server is stopping");
            } finally {
                line.remove(user, waiter);
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

    private void giveBack(Waiter waiter) {
        if (waiter.member != null && members.containsValue(waiter.member)) {
            place(waiter.member);
        }
    }

    /** Those who wait look up, and find that they wait in vain. */
    private void turnAllAway() {
        for (Optional<Waiter> waiter = line.poll(); waiter.isPresent(); waiter = line.poll()) {
            waiter.get().turn.signal();
        }
    }

    /** Gives a worker that is free to who waits for one, or lets it wait. */
    private void place(Member member) {
        Optional<Waiter> next = line.poll();
        if (next.isPresent()) {
            member.is(State.BUSY);
            next.get().member = member;
            next.get().turn.signal();
        } else {
            member.is(State.IDLE);
            idle.push(member);
            if (staying() > count) {
                change.signalAll();
            }
        }
    }

    // On the threads of workers

    private final class Supervision implements WorkerProcess.Supervisor {
        @Override
        public void ready(WorkerProcess worker) {
            lock.lock();
            try {
                Member member = members.get(worker);
                if (member != null && member.state == State.STARTING) {
                    proven = true;
                    place(member);
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
                Member member = members.get(worker);
                if (member != null && (member.state == State.BUSY || member.state == State.CANCELLED)) {
                    place(member);
                }
            } finally {
                lock.unlock();
            }
        }

        @Override
        public void unwanted(WorkerProcess worker, int number) {
            lock.lock();
            try {
                Assignment serving = worker.assignment();
                Member member = members.get(worker);
                if (member == null || serving == null || serving.number() != number) {
                    return; // it is done with it
                }
                member.is(State.CANCELLED);
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
                Member member = members.remove(worker);
                change.signalAll();
                if (member == null) {
                    return;
                }
                idle.remove(member);
                if (!closed && member.state != State.LEAVING) {
                    lost(member, left);
                }
            } finally {
                lock.unlock();
            }
        }
    }

    /** A worker ended that was not told to. */
    private void lost(Member member, @Nullable Assignment left) {
        String when = left == null
                ? member.state == State.STARTING ? "before it was ready" : "while it had nothing to do"
                : "while it answered " + Service.descriptionOf(left.service(), left.request()) + " for "
                        + left.request().returnAddress() + " of "
                        + left.request().caller() + ", who is told";
        LOG.log(
                Level.WARNING,
                "Worker process {0,number,#} {1} {2}.",
                member.worker.pid(),
                member.worker.ending(),
                when);
        endCount++;
        boolean suspicious = left == null
                || user.filter(own -> own.name().equals(left.request().caller().name()))
                        .isPresent();
        ended(suspicious, member.worker.ending());
    }

    /** Takes note that a worker ended, which delays the next start, and may be once too often. */
    private void ended(boolean suspicious, String how) {
        long now = System.nanoTime();
        ends.add(now);
        if (suspicious) {
            suspiciousEnds.add(now);
        }
        ends.removeIf(end -> now - end > WITHIN);
        suspiciousEnds.removeIf(end -> now - end > WITHIN);
        if (suspiciousEnds.size() >= MOST_ENDS && failure == null) {
            failure = new WorkersFailedException(
                    "The worker processes end again and again: %d within %d s, and the last one %s. What they said is above; each runs: %s"
                            .formatted(suspiciousEnds.size(), TimeUnit.NANOSECONDS.toSeconds(WITHIN), how, program()));
            // Whoever waits for the first.
            change.signalAll();
            turnAllAway();
            report();
        }
        int again = ends.size() - 2;
        nextStart = again < 0 ? now : now + (FIRST_PAUSE << Math.min(again, MOST_DOUBLINGS));
    }

    // On a thread of its own, which sleeps while there is nothing to decide

    private void supervise() {
        lock.lock();
        try {
            while (!closed && failure == null) {
                long now = System.nanoTime();
                if (staying() < wanted() && now - nextStart >= 0) {
                    startOne();
                    continue;
                }
                takeFromTheStalled();
                killTheObstinate(now);
                dismissTheSurplus(now);
                change.awaitNanos(untilNext(now));
            }
        } catch (InterruptedException impossible) {
            throw new AssertionError("nobody has this thread's handle", impossible);
        } finally {
            lock.unlock();
        }
    }

    /** How many workers there are to be: each that waits for its client is replaced while others need one. */
    private long wanted() {
        return line.isEmpty() ? count : Math.min(count + heldUp(), mostWorkers());
    }

    private long mostWorkers() {
        return (long) MOST_TIMES * count;
    }

    private long staying() {
        return members.values().stream()
                .filter(member -> member.state != State.LEAVING)
                .count();
    }

    private long heldUp() {
        return members.values().stream()
                .filter(member -> member.heldUp() > HELD_UP)
                .count();
    }

    private void startOne() {
        WorkerProcess worker;
        try {
            worker = WorkerProcess.start(command, supervisor);
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
        members.put(worker, new Member(worker));
    }

    /** Where there can be no more workers and all wait for their clients, one is taken from who let it wait for longest. */
    private void takeFromTheStalled() {
        boolean somebodyComes = members.values().stream()
                .anyMatch(member -> member.state == State.STARTING || member.state == State.CANCELLED);
        if (line.isEmpty() || somebodyComes || staying() < mostWorkers()) {
            return;
        }
        members.values().stream()
                .filter(member -> member.heldUp() > HELD_UP)
                .max(Comparator.comparingLong(Member::heldUp))
                .ifPresent(this::takeFrom);
    }

    private void takeFrom(Member member) {
        Assignment serving = member.worker.assignment();
        if (serving != null) {
            member.is(State.CANCELLED);
            serving.content()
                    .takeAway(new ServiceException(
                            FailureKind.STALLED, "The client does not read, and others wait for its worker process"));
            member.worker.cancel(serving.number());
        }
    }

    private void killTheObstinate(long now) {
        for (Member member : members.values()) {
            if (member.state == State.CANCELLED && now - member.since >= graceNanos) {
                LOG.log(
                        Level.WARNING,
                        "Worker process {0,number,#} does not let go of a request that is over; it is killed.",
                        member.worker.pid());
                member.is(State.LEAVING);
                member.worker.kill();
                endCount++;
                ended(false, "was killed");
            }
        }
    }

    private void dismissTheSurplus(long now) {
        for (long surplus = staying() - count; surplus > 0 && !idle.isEmpty(); surplus--) {
            Member longest = idle.getLast();
            if (now - longest.since < SURPLUS) {
                return;
            }
            idle.removeLast();
            longest.is(State.LEAVING);
            longest.worker.dismiss();
        }
    }

    private long untilNext(long now) {
        long next = Long.MAX_VALUE;
        if (staying() < wanted()) {
            next = nextStart - now;
        }
        if (!line.isEmpty()) {
            next = Math.min(next, LOOK);
        }
        for (Member member : members.values()) {
            if (member.state == State.CANCELLED) {
                next = Math.min(next, member.since + graceNanos - now);
            }
        }
        Member longest = idle.peekLast();
        if (longest != null && staying() > count) {
            next = Math.min(next, longest.since + SURPLUS - now);
        }
        return Math.max(0, next);
    }

    /**
     * Ends the processes: those that have nothing to do by themselves, all others after two seconds at most. Close the
     * server first: requests that are still at work fail.
     */
    @Override
    public void close() {
        boolean interrupted = false;
        lock.lock();
        try {
            closed = true;
            turnAllAway();
            change.signalAll();
            members.keySet().forEach(WorkerProcess::dismiss);
            long left = LAST_PATIENCE;
            while (!members.isEmpty()) {
                if (left <= 0) {
                    members.keySet().forEach(WorkerProcess::kill);
                    left = Long.MAX_VALUE;
                }
                try {
                    left = change.awaitNanos(left);
                } catch (InterruptedException hurry) {
                    interrupted = true;
                    left = 0;
                }
            }
        } finally {
            lock.unlock();
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
