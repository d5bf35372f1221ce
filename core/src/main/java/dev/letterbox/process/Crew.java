package dev.letterbox.process;

import dev.letterbox.FailureKind;
import dev.letterbox.ServiceException;
import dev.letterbox.process.WorkerProcess.Assignment;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import org.jspecify.annotations.Nullable;

/**
 * Knows the workers there are, what each is about, and the requests that wait for one. It decides who gets which, and which
 * workers are too many. Guarded by the lock of {@link WorkerProcesses}.
 */
final class Crew {
    /** A client that took nothing for so long, while there was more, holds its worker up. */
    private static final long HELD_UP = TimeUnit.MILLISECONDS.toNanos(50);

    /** How many times the wanted number of workers there may be, while clients hold some up. */
    static final int MOST_TIMES = 4;

    /** How often who is held up is looked at, while requests wait for a worker. */
    private static final long LOOK = TimeUnit.MILLISECONDS.toNanos(20);

    /** After so long without work, those that were started for want of others end. */
    private static final long SURPLUS = TimeUnit.SECONDS.toNanos(5);

    private final int count;
    private final long graceNanos;
    private final Map<WorkerProcess, Member> members = new LinkedHashMap<>();
    private final Deque<Member> idle = new ArrayDeque<>();
    private final FairLine<Waiter> line = new FairLine<>();

    enum State {
        STARTING,
        IDLE,
        BUSY,
        /** Its request is no longer wanted. */
        CANCELLED,
        /** It was told to end, or killed. */
        LEAVING
    }

    /** A worker and what it is about. */
    static final class Member {
        private final WorkerProcess worker;
        private State state = State.STARTING;
        private long since = System.nanoTime();

        private Member(WorkerProcess worker) {
            this.worker = worker;
        }

        WorkerProcess worker() {
            return worker;
        }

        State state() {
            return state;
        }

        private void is(State now) {
            state = now;
            since = System.nanoTime();
        }

        /** For how long its client has kept it from going on. */
        private long heldUp() {
            Assignment serving = worker.assignment();
            return state == State.BUSY && serving != null ? serving.content().heldUp() : 0;
        }
    }

    /** A request that waits for a worker. */
    static final class Waiter {
        private final Condition turn;
        private @Nullable Member member;

        Waiter(Condition turn) {
            this.turn = turn;
        }

        /** Waits until a worker may be there. */
        @SuppressWarnings("WaitNotInLoop") // the caller asks again
        void await(long nanos) throws InterruptedException {
            turn.awaitNanos(nanos);
        }

        /** The worker that was given; null as long as there is none. */
        @Nullable
        WorkerProcess given() {
            return member == null ? null : member.worker;
        }
    }

    /**
     * Makes a crew without workers.
     *
     * @param count how many there are to be while no client holds one up
     * @param graceNanos how long one may take to let go of a request that is over
     */
    Crew(int count, long graceNanos) {
        this.count = count;
        this.graceNanos = graceNanos;
    }

    boolean isEmpty() {
        return members.isEmpty();
    }

    List<WorkerProcess> workers() {
        return List.copyOf(members.keySet());
    }

    void add(WorkerProcess worker) {
        members.put(worker, new Member(worker));
    }

    /** Forgets a worker that has ended; returns what it was about, or null if it was not known. */
    @Nullable
    Member remove(WorkerProcess worker) {
        Member member = members.remove(worker);
        if (member != null) {
            idle.remove(member);
        }
        return member;
    }

    /** Takes a free worker, if one is free and nobody waits for it. */
    Optional<WorkerProcess> takeFree() {
        if (idle.isEmpty() || !line.isEmpty()) {
            return Optional.empty();
        }
        Member free = idle.pop();
        free.is(State.BUSY);
        return Optional.of(free.worker);
    }

    void queue(String user, Waiter waiter) {
        line.add(user, waiter);
    }

    void leave(String user, Waiter waiter) {
        line.remove(user, waiter);
    }

    /** Passes on the worker of a request that does not want it any more. */
    void giveBack(Waiter waiter) {
        if (waiter.member != null && members.containsValue(waiter.member)) {
            place(waiter.member);
        }
    }

    /** Those who wait look up, and find that they wait in vain. */
    void turnAllAway() {
        for (Optional<Waiter> waiter = line.poll(); waiter.isPresent(); waiter = line.poll()) {
            waiter.get().turn.signal();
        }
    }

    /** A worker takes requests from now on; false if it was not just starting. */
    boolean ready(WorkerProcess worker) {
        Member member = members.get(worker);
        if (member == null || member.state != State.STARTING) {
            return false;
        }
        place(member);
        return true;
    }

    /** A worker has sent all there was. */
    void served(WorkerProcess worker) {
        Member member = members.get(worker);
        if (member != null && (member.state == State.BUSY || member.state == State.CANCELLED)) {
            place(member);
        }
    }

    /** The client of a request does not want the rest; false if its worker is done with it. */
    boolean unwanted(WorkerProcess worker, int number) {
        Assignment serving = worker.assignment();
        Member member = members.get(worker);
        if (member == null || serving == null || serving.number() != number) {
            return false;
        }
        member.is(State.CANCELLED);
        return true;
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
        }
    }

    /** Returns whether there are fewer workers than there are to be: each that waits for its client is replaced. */
    boolean wantsMore() {
        return staying() < (line.isEmpty() ? count : Math.min(count + heldUp(), most()));
    }

    /** Returns whether there are more workers than are wanted in the long run. */
    boolean hasSurplus() {
        return staying() > count;
    }

    private long most() {
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

    /** Where there can be no more workers and all wait for their clients, one is taken from who let it wait for longest. */
    void takeFromTheStalled() {
        boolean somebodyComes = members.values().stream()
                .anyMatch(member -> member.state == State.STARTING || member.state == State.CANCELLED);
        if (line.isEmpty() || somebodyComes || staying() < most()) {
            return;
        }
        members.values().stream()
                .filter(member -> member.heldUp() > HELD_UP)
                .max(Comparator.comparingLong(Member::heldUp))
                .ifPresent(Crew::takeFrom);
    }

    private static void takeFrom(Member member) {
        Assignment serving = member.worker.assignment();
        if (serving != null) {
            member.is(State.CANCELLED);
            serving.content()
                    .takeAway(new ServiceException(
                            FailureKind.STALLED, "The client does not read, and others wait for its worker process"));
            member.worker.cancel(serving.number());
        }
    }

    /** Kills those that do not let go of a request that is over, and returns them. */
    List<WorkerProcess> killTheObstinate(long now) {
        List<WorkerProcess> obstinate = members.values().stream()
                .filter(member -> member.state == State.CANCELLED && now - member.since >= graceNanos)
                .map(Member::worker)
                .toList();
        for (WorkerProcess worker : obstinate) {
            Member member = members.get(worker);
            if (member != null) {
                member.is(State.LEAVING);
            }
            worker.kill();
        }
        return obstinate;
    }

    void dismissTheSurplus(long now) {
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

    /** In how many nanoseconds there is something to decide, if nothing happens before. */
    long untilNext(long now) {
        long next = line.isEmpty() ? Long.MAX_VALUE : LOOK;
        for (Member member : members.values()) {
            if (member.state == State.CANCELLED) {
                next = Math.min(next, member.since + graceNanos - now);
            }
        }
        Member longest = idle.peekLast();
        if (longest != null && hasSurplus()) {
            next = Math.min(next, longest.since + SURPLUS - now);
        }
        return next;
    }
}
