package dev.letterbox.cli.host;

import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Looks for anything that speaks for the life of the owner of a private queue without a birth certificate, such as a classic
 * C client's. That nothing does is no proof of death.
 */
public final class ClassicCoroner {
    private static final int OTHERS_RECEIVE = 0_044;

    private final ProcessTable processes;
    private final Set<Long> servers;

    /**
     * Makes one.
     *
     * @param processes who lives
     * @param servers processes that are known to be servers: that one of them sent an answer says nothing of who waits for it
     */
    ClassicCoroner(ProcessTable processes, Set<Long> servers) {
        this.processes = processes;
        this.servers = servers;
    }

    /** Says what an opinion comes to. */
    enum Sign {
        /** Somebody uses it. */
        ALIVE,
        /** Somebody may own it, or what would have to be seen is not to be seen from here. */
        UNKNOWN,
        /** Nothing speaks for life. */
        ABANDONED
    }

    /**
     * Is what was found.
     *
     * @param sign what it comes to
     * @param evidence by what that is seen, a clause for people
     * @param forTheCreator whether all that speaks for life is that its creator has processes
     */
    public record Opinion(Sign sign, String evidence, boolean forTheCreator) {
        Opinion(Sign sign, String evidence) {
            this(sign, evidence, false);
        }
    }

    Opinion examine(ListedQueue queue) {
        ProcessTable.Member sleeper = processes.sleepers().get(queue.status().id());
        if (sleeper != null) {
            return new Opinion(Sign.ALIVE, sleeper + " sleeps in it");
        }
        Optional<Processes.User> sender =
                queue.sender().filter(user -> !servers.contains(user.pid().orElse(0) + 0L));
        return user(queue.receiver(), "received from it last")
                .or(() -> user(sender, "sent to it last"))
                .orElseGet(() -> byCreator(queue));
    }

    private static Optional<Opinion> user(Optional<Processes.User> user, String did) {
        return user.flatMap(found -> switch (found.state()) {
            case ALIVE ->
                Optional.of(new Opinion(
                        Sign.ALIVE,
                        "process %d (%s) %s and runs"
                                .formatted(
                                        found.pid().orElseThrow(),
                                        found.program().orElse("?"),
                                        did)));
            case UNKNOWN -> Optional.of(new Opinion(Sign.UNKNOWN, "who " + did + " is not to be seen from here"));
            case GONE -> Optional.empty();
        });
    }

    /** Only its creator's user can have received from it, and did. */
    private static boolean tellsItsOwner(ListedQueue queue) {
        return queue.receiver().isPresent() && (queue.status().mode().bits() & OTHERS_RECEIVE) == 0;
    }

    private Opinion byCreator(ListedQueue queue) {
        List<ProcessTable.Member> owners =
                processes.possibleOwners(queue.creator().uid(), queue.touched());
        if (!owners.isEmpty()) {
            return new Opinion(
                    Sign.UNKNOWN,
                    "it could be of %s%s, which %s had when it was last used"
                            .formatted(
                                    owners.getFirst(),
                                    owners.size() > 1 ? " or of " + (owners.size() - 1) + " more" : "",
                                    queue.creator().user()),
                    true);
        }
        if (!processes.complete() && !tellsItsOwner(queue)) {
            return new Opinion(Sign.UNKNOWN, "its owner may be a process that is not to be seen from here");
        }
        String reader = queue.receiver()
                .map(user -> "who received from it last (%d) is gone".formatted(user.reported()))
                .orElse("nobody ever received from it");
        return new Opinion(
                Sign.ABANDONED,
                "%s, nobody sleeps in it, and no process of %s is left from then"
                        .formatted(reader, queue.creator().user()));
    }
}
