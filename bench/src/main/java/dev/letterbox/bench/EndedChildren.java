package dev.letterbox.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Tells how much processor time the ended children of a process used, and theirs, in steps of 10 ms. */
public final class EndedChildren {
    /** {@code USER_HZ} is 100 on every Linux that this runs on. */
    private static final long NANOS_PER_TICK = 10_000_000;

    private EndedChildren() {}

    /** Returns the time used so far by all children of this process that have ended. */
    public static long cpuNanos() {
        return cpuNanosOf(ProcessHandle.current().pid());
    }

    /**
     * Returns the time used so far by all children that have ended and were waited for.
     *
     * @param pid whose children
     */
    public static long cpuNanosOf(long pid) {
        try {
            String line = Files.readString(Path.of("/proc/" + pid + "/stat"));
            // pid (name) state ppid ... utime stime cutime cstime: the name may hold blanks and parentheses itself.
            String[] rest = line.substring(line.lastIndexOf(')') + 2).split(" ", -1);
            return (Long.parseLong(rest[13]) + Long.parseLong(rest[14])) * NANOS_PER_TICK;
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }
}
