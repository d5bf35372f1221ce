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
import java.util.List;
import java.util.regex.Pattern;

/**
 * Removes the segments that processes of this user left when they were killed between creating a segment and marking it as
 * removed. Such a segment has no key, mode {@link Mode#INCOMPLETE}, no mark and nobody attached, and the kernel knows the
 * process that created it.
 */
public final class AbandonedSegments {
    private static final Pattern BLANKS = Pattern.compile("\\s+");
    private static final Path TABLE = Path.of("/proc/sysvipc/shm");
    private static final Path PROCESSES = Path.of("/proc");

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
     * Removes them. Those of processes that run, or that cannot be seen from this process's pid namespace, stay.
     *
     * @return how many were removed
     */
    public int remove() {
        int removed = 0;
        hasYounger = false;
        for (String line : table()) {
            // key shmid perms size cpid lpid nattch uid gid cuid cgid atime dtime ctime rss swap
            String[] row = BLANKS.split(line.strip(), -1);
            if (row.length > 6
                    && row[0].equals("0")
                    && row[2].equals(Integer.toOctalString(Mode.INCOMPLETE.bits()))
                    && row[6].equals("0")
                    && hasEnded(row[4])
                    && removeIfStill(Linux.host(), Integer.parseInt(row[1]))) {
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

    /** The kernel says 0 for a process of another pid namespace. */
    private static boolean hasEnded(String process) {
        return !process.equals("0")
                && Files.exists(PROCESSES.resolve("self"))
                && !Files.exists(PROCESSES.resolve(process));
    }

    private boolean removeIfStill(Linux linux, int id) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment state = arena.allocate(ShmidDs.LAYOUT);
            int me = (int) linux.geteuid();
            boolean abandoned = linux.shmctl(id, Linux.IPC_STAT, state) == 0
                    && IpcPerm.cuid(state) == me
                    && IpcPerm.uid(state) == me
                    && IpcPerm.mode(state) == Mode.INCOMPLETE.bits()
                    && IpcPerm.flags(state) == 0;
            if (!abandoned) {
                return false;
            }
            if (ShmidDs.ctime(state) >= clock.instant().minus(age).getEpochSecond()) {
                hasYounger = true;
                return false;
            }
            return linux.shmctl(id, Linux.IPC_RMID, MemorySegment.NULL) == 0;
        }
    }
}
