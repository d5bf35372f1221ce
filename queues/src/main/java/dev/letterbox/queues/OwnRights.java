package dev.letterbox.queues;

import dev.letterbox.sysv.QueueStatus;
import dev.letterbox.sysv.linux.Linux;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * What this process may do to a queue by the queue's mode alone, as the kernel judges a process without capabilities
 * ({@code ipcperms} in {@code ipc/util.c}). Immutable.
 *
 * @param user the effective user id
 * @param groups the effective group id and all others
 */
record OwnRights(int user, Set<Integer> groups) {
    private static final int WRITE = 0_2;
    private static final int GROUP_BITS = 3;
    private static final String GROUPS = "Groups:";

    static OwnRights ofThisProcess() {
        Set<Integer> groups = new HashSet<>();
        groups.add((int) Linux.host().getegid());
        try {
            groups.addAll(otherGroups(Files.readAllLines(Path.of("/proc/self/status"))));
        } catch (IOException noProc) {
            System.getLogger(OwnRights.class.getName())
                    .log(System.Logger.Level.DEBUG, "no other groups are known: {0}", noProc.getMessage());
        }
        return new OwnRights((int) Linux.host().geteuid(), Set.copyOf(groups));
    }

    /** Reads the supplementary groups from {@code /proc/self/status}. */
    static List<Integer> otherGroups(List<String> status) {
        return status.stream()
                .filter(line -> line.startsWith(GROUPS))
                .flatMap(line ->
                        Arrays.stream(line.substring(GROUPS.length()).strip().split("\\s+", -1)))
                .filter(group -> !group.isEmpty())
                .map(Integer::parseUnsignedInt)
                .toList();
    }

    /**
     * Returns whether the mode lets this process send to the queue. A queue of its own user it may always: that user could set
     * the mode.
     */
    boolean maySend(QueueStatus queue) {
        if (queue.ownerUid() == user || queue.creatorUid() == user) {
            return true;
        }
        int bits = queue.mode().bits();
        if (groups.contains(queue.ownerGid()) || groups.contains(queue.creatorGid())) {
            bits >>= GROUP_BITS;
        }
        return (bits & WRITE) != 0;
    }
}
