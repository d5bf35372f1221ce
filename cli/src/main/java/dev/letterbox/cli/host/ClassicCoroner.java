package dev.letterbox.cli.host;

import dev.letterbox.cli.output.Printable;
import dev.letterbox.sysv.waiters.Waiter;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Looks for signs that the owner of a private queue without a birth certificate, such as a classic C client's, is alive. The
 * lack of such signs does not prove that it has exited.
 */
public final class ClassicCoroner {
    private static final int OTHERS_RECEIVE = 0_044;

    private final ProcessTable processes;
    private final Set<Long> servers;

    /**
     * Makes a coroner.
     *
     * @param processes the running processes
     * @param servers processes that are known to be servers: an answer from one of them is no sign of a client
     */
    ClassicCoroner(ProcessTable processes, Set<Long> servers) {
        this.processes = processes;
        this.servers = servers;
    }

    /** The conclusion of an opinion. */
    enum Sign {
        /** A process uses it. */
        ALIVE,
        /** A process may own it, or signs would be invisible from here. */
        UNKNOWN,
        /** There is no sign of life. */
        ABANDONED
    }

    /**
     * What was found.
     *
     * @param sign the conclusion
     * @param evidence the evidence, as a clause for people
     * @param forTheCreator whether the only sign of life is that its creator has processes
     */
    public record Opinion(Sign sign, String evidence, boolean forTheCreator) {
        Opinion(Sign sign, String evidence) {
            this(sign, evidence, false);
        }
    }

    Opinion examine(ListedQueue queue) {
        Optional<Waiter> waiter = processes.mayWaitIn(queue.status().id());
        if (waiter.isPresent()) {
            return waiting(waiter.get());
        }
        Optional<Processes.User> sender =
                queue.sender().filter(user -> !servers.contains(user.pid().orElse(0) + 0L));
        return user(queue.receiver(), "received from it last")
                .or(() -> user(sender, "sent to it last"))
                .orElseGet(() -> byCreator(queue));
    }

    private static Opinion waiting(Waiter waiter) {
        String process = "process %d (%s)".formatted(waiter.pid(), Printable.inOneLine(waiter.command()));
        return waiter.queue().isPresent()
                ? new Opinion(Sign.ALIVE, process + " sleeps in it")
                : new Opinion(Sign.UNKNOWN, process + " sleeps in a queue, and the kernel does not show in which");
    }

    private static Optional<Opinion> user(Optional<Processes.User> user, String did) {
        return user.flatMap(found -> switch (found.state()) {
            case ALIVE ->
                Optional.of(new Opinion(
                        Sign.ALIVE,
                        "process %d (%s) %s and is running"
                                .formatted(
                                        found.pid().orElseThrow(),
                                        found.program().orElse("?"),
                                        did)));
            case UNKNOWN ->
                Optional.of(new Opinion(Sign.UNKNOWN, "the process that " + did + " is invisible from here"));
            case GONE -> Optional.empty();
        });
    }

    /** Returns whether its last reader belonged to its creator. */
    private static boolean tellsItsOwner(ListedQueue queue) {
        return queue.receiver().isPresent() && (queue.status().mode().bits() & OTHERS_RECEIVE) == 0;
    }

    private Opinion byCreator(ListedQueue queue) {
        List<ProcessTable.Member> owners =
                processes.possibleOwners(queue.creator().uid(), queue.touched());
        if (!owners.isEmpty()) {
            return new Opinion(
                    Sign.UNKNOWN,
                    "it may belong to %s%s, which %s was running when it was last used"
                            .formatted(
                                    owners.getFirst(),
                                    owners.size() > 1 ? " or " + (owners.size() - 1) + " more" : "",
                                    queue.creator().user()),
                    true);
        }
        if (!processes.complete() && !tellsItsOwner(queue)) {
            return new Opinion(Sign.UNKNOWN, "its owner may be a process that is invisible from here");
        }
        String reader = queue.receiver()
                .map(user -> "its last reader, process %d, has exited".formatted(user.reported()))
                .orElse("it has never been read");
        return new Opinion(
                Sign.ABANDONED,
                "%s, no process sleeps in it, and no process of %s has been running since its last use"
                        .formatted(reader, queue.creator().user()));
    }
}
