package dev.letterbox.cli.host;

import dev.letterbox.cli.output.Printable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Finds the processes that the kernel names as users of a queue.
 *
 * <p>The kernel records the id of a process, of a thread if a receiver was asleep, and 0 if the process belongs to an
 * invisible pid namespace. The id may belong to another process by now: one that started after the use is a different one.
 */
public final class Processes {
    /** How fast {@code /proc/PID/stat} counts (USER_HZ), the same on every Linux. */
    private static final long TICKS_PER_SECOND = 100;

    /** The queue's times are whole seconds, and so is the time of boot. */
    static final Duration BLUR = Duration.ofSeconds(2);

    /** The kernel's own threads, which have no queues: PF_KTHREAD. */
    private static final long KERNEL_THREAD = 0x0020_0000;

    private static final int FLAGS = 6;

    private static final Pattern THREAD_GROUP = Pattern.compile("(?m)^Tgid:\\s*(\\d+)$");
    private static final Pattern BOOT_TIME = Pattern.compile("(?m)^btime (\\d+)$");

    /** What became of a process. */
    public enum State {
        /** It is running. */
        ALIVE,
        /** No process has this number any more. */
        GONE,
        /** The process is invisible from here. */
        UNKNOWN
    }

    /**
     * A process that used a queue.
     *
     * @param reported the id that the kernel recorded
     * @param pid the process; empty if unknown
     * @param program its name; empty if it has exited
     * @param state what became of it
     */
    public record User(int reported, OptionalInt pid, Optional<String> program, State state) {}

    private record Seen(int pid, String program, Instant begun) {}

    private final Path proc;
    private final boolean seesAll;
    private final Instant boot;
    private final Map<Integer, Optional<Seen>> looked = new HashMap<>();

    Processes(Path proc) {
        this.proc = proc;
        // If /proc hides other users' processes, process 1 is hidden too.
        this.seesAll = Files.isReadable(proc.resolve("1/status"));
        this.boot = boot(proc);
    }

    static Processes ofThisSystem() {
        return new Processes(Path.of("/proc"));
    }

    /**
     * Finds the process that used a queue.
     *
     * @param reported the id that the kernel recorded
     * @param used when; empty for never
     * @return empty if the queue was never used
     */
    Optional<User> find(int reported, Optional<Instant> used) {
        if (reported == 0) {
            return used.map(_ -> new User(0, OptionalInt.empty(), Optional.empty(), State.UNKNOWN));
        }
        Instant when = used.orElse(Instant.MAX);
        return Optional.of(looked.computeIfAbsent(reported, this::look)
                .filter(seen -> used.isEmpty() || !seen.begun().isAfter(when.plus(BLUR)))
                .map(seen -> new User(reported, OptionalInt.of(seen.pid()), Optional.of(seen.program()), State.ALIVE))
                .orElseGet(() -> new User(
                        reported, OptionalInt.of(reported), Optional.empty(), seesAll ? State.GONE : State.UNKNOWN)));
    }

    /** Finds a running process by its own id or by that of a thread. A zombie has exited. */
    private Optional<Seen> look(int id) {
        Path own = proc.resolve(Integer.toString(id));
        Optional<String> stat = read(own.resolve("stat"));
        Matcher group = THREAD_GROUP.matcher(read(own.resolve("status")).orElse(""));
        if (stat.isEmpty() || !group.find()) {
            return Optional.empty();
        }
        String[] fields = fields(stat.get());
        if (isOver(fields)) {
            return Optional.empty();
        }
        int pid = Integer.parseInt(group.group(1));
        String program = read(proc.resolve(pid + "/comm")).orElse("?").strip();
        return Optional.of(new Seen(pid, Printable.inOneLine(program), begun(fields, boot)));
    }

    /**
     * Splits {@code /proc/PID/stat} after the name, which is in parentheses and may contain some: state, parent, and so
     * on.
     */
    static String[] fields(String stat) {
        return stat.substring(stat.lastIndexOf(')') + 2).strip().split(" ", -1);
    }

    /** Returns whether a process with these fields has exited. Its first thread may exit before the others. */
    static boolean isOver(String[] fields) {
        return (fields[0].equals("Z") || fields[0].equals("X")) && Integer.parseInt(fields[17]) <= 1;
    }

    /** Returns whether these are the fields of a thread of the kernel, which has no queues. */
    static boolean isOfTheKernel(String[] fields) {
        return (Long.parseLong(fields[FLAGS]) & KERNEL_THREAD) != 0;
    }

    /** Returns whether a process is a thread of the kernel. */
    static boolean isOfTheKernel(Path process) {
        return read(process.resolve("stat"))
                .filter(stat -> isOfTheKernel(fields(stat)))
                .isPresent();
    }

    /** Returns whether a signal or a debugger has stopped a process. */
    public static boolean isStopped(long pid) {
        return read(Path.of("/proc", Long.toString(pid), "stat"))
                .filter(stat -> fields(stat)[0].equalsIgnoreCase("T"))
                .isPresent();
    }

    /** Returns when a process with these fields started. */
    static Instant begun(String[] fields, Instant boot) {
        return boot.equals(Instant.MIN)
                ? boot
                : boot.plus(Duration.ofMillis(Long.parseLong(fields[19]) * 1_000 / TICKS_PER_SECOND));
    }

    /** Returns when the machine was booted; {@link Instant#MIN} if that is hidden. */
    static Instant boot(Path proc) {
        Matcher boot = BOOT_TIME.matcher(read(proc.resolve("stat")).orElse(""));
        return boot.find() ? Instant.ofEpochSecond(Long.parseLong(boot.group(1))) : Instant.MIN;
    }

    /** Reads a file of {@code /proc}; empty if its process has exited or is hidden. */
    static Optional<String> read(Path file) {
        try {
            // A process may name itself in any bytes.
            return Optional.of(Files.readString(file, java.nio.charset.StandardCharsets.ISO_8859_1));
        } catch (NoSuchFileException gone) {
            return Optional.empty();
        } catch (IOException hiddenOrGone) {
            return Optional.empty();
        }
    }
}
