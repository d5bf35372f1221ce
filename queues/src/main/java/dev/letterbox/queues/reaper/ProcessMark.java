package dev.letterbox.queues.reaper;

import dev.letterbox.sysv.linux.Errno;
import dev.letterbox.sysv.linux.Linux;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.UUID;

/**
 * Tells a process from every other one of this machine since it was booted: by its number, when it began, and where both
 * of these were counted.
 *
 * @param pid the number, as its own pid namespace counts
 * @param began when it began, in ticks since boot, as its own time namespace counts: field 22 of {@code /proc/PID/stat}
 * @param pidNamespace the pid namespace's inode
 * @param timeNamespace the time namespace's inode; 0 on kernels that have none (before 5.6)
 * @param boot the id of this boot
 */
public record ProcessMark(int pid, long began, int pidNamespace, int timeNamespace, UUID boot) {
    private static final Path PROC = Path.of("/proc");

    /** Tells what became of a process. */
    public enum Fate {
        /** It runs, or is stopped. */
        RUNS,
        /** It has ended. */
        ENDED,
        /** It cannot be seen from here. */
        UNKNOWN
    }

    /**
     * Returns the mark of this process.
     *
     * @return the mark; empty if {@code /proc} does not tell
     */
    public static Optional<ProcessMark> current() {
        try {
            return Optional.of(new ProcessMark(
                    (int) ProcessHandle.current().pid(),
                    Stat.of("self").began(),
                    namespace("pid"),
                    namespace("time"),
                    UUID.fromString(Files.readString(PROC.resolve("sys/kernel/random/boot_id"))
                            .strip())));
        } catch (IOException | IllegalArgumentException hidden) {
            return Optional.empty();
        }
    }

    private static int namespace(String kind) throws IOException {
        try {
            String link =
                    Files.readSymbolicLink(PROC.resolve("self/ns/" + kind)).toString();
            return Integer.parseUnsignedInt(link.substring(link.indexOf('[') + 1, link.length() - 1));
        } catch (NoSuchFileException none) {
            return 0;
        }
    }

    /**
     * Looks what became of the process.
     *
     * @return what is certain
     */
    public Fate fate() {
        return current().map(this::fateSeenBy).orElse(Fate.UNKNOWN);
    }

    private Fate fateSeenBy(ProcessMark self) {
        if (!boot.equals(self.boot) || pidNamespace != self.pidNamespace || pid < 1) {
            return Fate.UNKNOWN;
        }
        long exists = Linux.host().tgkill(pid, pid, 0);
        if (Errno.ESRCH.in(exists)) {
            return Fate.ENDED;
        }
        try {
            // /proc may be mounted for another namespace, or not show others' processes.
            if (Stat.of("self").pid() != self.pid) {
                return Fate.UNKNOWN;
            }
            Stat now = Stat.of(Integer.toString(pid));
            if (now.isOver()) {
                return Fate.ENDED;
            }
            if (timeNamespace != self.timeNamespace) {
                return Fate.UNKNOWN;
            }
            return now.began() == began ? Fate.RUNS : Fate.ENDED;
        } catch (IOException | IllegalArgumentException hidden) {
            return Fate.UNKNOWN;
        }
    }

    /** What {@code /proc/PID/stat} tells. */
    record Stat(int pid, boolean isOver, long began) {
        static Stat of(String process) throws IOException {
            return parse(Files.readString(PROC.resolve(process).resolve("stat"), StandardCharsets.ISO_8859_1));
        }

        static Stat parse(String line) {
            // The name is in parentheses and may hold some itself. Behind it: state, parent, and so on.
            int name = line.lastIndexOf(')');
            String[] fields = line.substring(name + 2).strip().split(" ", -1);
            boolean zombie = fields[0].equals("Z") || fields[0].equals("X");
            // The first thread may have ended and the others not.
            boolean alone = Integer.parseInt(fields[17]) <= 1;
            return new Stat(
                    Integer.parseInt(line.substring(0, line.indexOf(' '))),
                    zombie && alone,
                    Long.parseLong(fields[19]));
        }
    }
}
