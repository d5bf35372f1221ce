package dev.letterbox.sysv.memory;

import dev.letterbox.sysv.Mode;
import dev.letterbox.sysv.linux.Linux;
import dev.letterbox.sysv.linux.layout.IpcPerm;
import dev.letterbox.sysv.linux.layout.ShmidDs;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Finds and removes the segments that processes left when they were killed between creating a segment and marking it as
 * removed. Such a segment has no key, mode {@link Mode#INCOMPLETE}, no mark and nobody attached, and the kernel knows the
 * process that created it.
 */
public final class AbandonedSegments {
    private static final Pattern BLANKS = Pattern.compile("\\s+");
    private static final Path TABLE = Path.of("/proc/sysvipc/shm");
    private static final Path PROCESSES = Path.of("/proc");

    private static final int CPID = 4;
    private static final int NATTCH = 6;

    private final Duration age;
    private final InstantSource clock;
    private boolean hasYounger;

    /**
     * Creates one that looks for them.
     *
     * @param age how old those are that are removed
     * @param clock tells the time of day
     */
    public AbandonedSegments(Duration age, InstantSource clock) {
        this.age = age;
        this.clock = clock;
    }

    /**
     * A segment that was abandoned.
     *
     * @param id its id
     * @param uid the user who created and owns it
     * @param creator the process that created it, which has ended
     * @param bytes how long it is
     * @param changed when it was created: seconds since 1970
     */
    public record Segment(int id, int uid, long creator, long bytes, long changed) {
        /**
         * Removes it, if it is still as it was found.
         *
         * @return false if it is another one's by now, or the kernel does not allow it
         */
        public boolean remove() {
            return find(Linux.host(), id, creator).equals(Optional.of(this))
                    && Linux.host().shmctl(id, Linux.IPC_RMID, MemorySegment.NULL) == 0;
        }
    }

    /**
     * Finds those of this user, or, for root, of all users, of any age. Segments of processes that run, or that cannot be
     * seen from this process's pid namespace, are not found.
     *
     * @return the segments; none if {@code /proc} does not show them
     */
    public static List<Segment> find() {
        Linux linux = Linux.host();
        int me = (int) linux.geteuid();
        List<Segment> found = new ArrayList<>();
        for (String line : table()) {
            // key shmid perms size cpid lpid nattch uid gid cuid cgid atime dtime ctime rss swap
            String[] row = BLANKS.split(line.strip(), -1);
            if (row.length > NATTCH
                    && row[0].equals("0")
                    && row[2].equals(Integer.toOctalString(Mode.INCOMPLETE.bits()))
                    && row[NATTCH].equals("0")
                    && hasEnded(row[CPID])) {
                find(linux, Integer.parseInt(row[1]), Long.parseLong(row[CPID]))
                        .filter(segment -> me == 0 || segment.uid() == me)
                        .ifPresent(found::add);
            }
        }
        return found;
    }

    private static Optional<Segment> find(Linux linux, int id, long creator) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment state = arena.allocate(ShmidDs.LAYOUT);
            boolean abandoned = linux.shmctl(id, Linux.IPC_STAT, state) == 0
                    && IpcPerm.key(state) == Linux.IPC_PRIVATE
                    && IpcPerm.cuid(state) == IpcPerm.uid(state)
                    && IpcPerm.mode(state) == Mode.INCOMPLETE.bits()
                    && IpcPerm.flags(state) == 0;
            return abandoned
                    ? Optional.of(
                            new Segment(id, IpcPerm.uid(state), creator, ShmidDs.segsz(state), ShmidDs.ctime(state)))
                    : Optional.empty();
        }
    }

    /**
     * Removes those of this user. Those of processes that run, or that cannot be seen from this process's pid namespace,
     * stay.
     *
     * @return how many were removed
     */
    public int remove() {
        int removed = 0;
        hasYounger = false;
        int me = (int) Linux.host().geteuid();
        for (Segment segment : find()) {
            if (segment.uid() != me) {
                continue;
            }
            if (segment.changed() >= clock.instant().minus(age).getEpochSecond()) {
                hasYounger = true;
            } else if (segment.remove()) {
                removed++;
            }
        }
        return removed;
    }

    /**
     * Returns whether the last look found some that are not old enough yet.
     *
     * @return true if there are
     */
    public boolean hasYounger() {
        return hasYounger;
    }

    private static List<String> table() {
        try {
            return Files.readAllLines(TABLE);
        } catch (IOException noProc) {
            return List.of();
        }
    }

    /**
     * The kernel says 0 for a process of another pid namespace. Where {@code /proc} shows another one than this process's, or
     * hides other users' processes, its entries prove nothing.
     */
    private static boolean hasEnded(String process) {
        return !process.equals("0") && isProcOfThisNamespace() && !Files.exists(PROCESSES.resolve(process));
    }

    private static boolean isProcOfThisNamespace() {
        try {
            return Files.readSymbolicLink(PROCESSES.resolve("self"))
                    .toString()
                    .equals(Long.toString(ProcessHandle.current().pid()));
        } catch (IOException noProc) {
            return false;
        }
    }
}
