package dev.letterbox.sysv;

import dev.letterbox.sysv.linux.Linux;
import dev.letterbox.sysv.linux.ProcessStatus;
import java.util.HashSet;
import java.util.Set;

/**
 * What the modes of queues allow a user, as the kernel decides it ({@code ipcperms} in {@code ipc/util.c}): owner and creator
 * get the owner's bits, members of the queue's groups the group's, all others the last ones. Capabilities may allow more, and
 * security modules less.
 *
 * @param uid the effective user
 * @param groups the effective group and the supplementary ones
 */
public record Permission(long uid, Set<Long> groups) {
    static final int SEND = 2;
    static final int RECEIVE = 4;
    private static final int ALL = 7;

    /**
     * Reads user and groups of this process.
     *
     * @return what modes allow it
     */
    public static Permission ofThisProcess() {
        return of(Linux.host());
    }

    static Permission of(Linux linux) {
        Set<Long> groups = new HashSet<>(Set.of(linux.getegid()));
        groups.addAll(ProcessStatus.ofThisProcess().groups());
        return new Permission(linux.geteuid(), groups);
    }

    /**
     * Returns whether the mode of a queue allows to send to it.
     *
     * @param queue the queue's state
     * @return whether the bit for writing is set
     */
    public boolean allowsToSend(QueueStatus queue) {
        return (bits(queue) & SEND) != 0;
    }

    /**
     * Returns whether the mode of a queue allows to receive from it, and to look into it.
     *
     * @param queue the queue's state
     * @return whether the bit for reading is set
     */
    public boolean allowsToReceive(QueueStatus queue) {
        return (bits(queue) & RECEIVE) != 0;
    }

    /** Returns what {@code msgget} with these flags asks the mode of an existing queue for; 0 is granted to everybody. */
    static int asked(int flags) {
        return (flags >> 6 | flags >> 3 | flags) & ALL;
    }

    /** Returns whether the mode allows all of this: {@link #SEND}, {@link #RECEIVE}, or what is {@link #asked}. */
    boolean allows(QueueStatus queue, int wanted) {
        return (wanted & ~bits(queue) & ALL) == 0;
    }

    private int bits(QueueStatus queue) {
        int mode = queue.mode().bits();
        if (Integer.toUnsignedLong(queue.ownerUid()) == uid || Integer.toUnsignedLong(queue.creatorUid()) == uid) {
            return mode >> 6;
        }
        boolean member = groups.contains(Integer.toUnsignedLong(queue.ownerGid()))
                || groups.contains(Integer.toUnsignedLong(queue.creatorGid()));
        return member ? mode >> 3 : mode;
    }
}
