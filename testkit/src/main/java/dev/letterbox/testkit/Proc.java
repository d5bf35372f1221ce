package dev.letterbox.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Reads what {@code /proc} tells about one process.
 *
 * <p>Of a process that has ended, it tells that it does not exist, has no threads and no children; figures of it
 * are an error.
 *
 * @param pid the process
 */
public record Proc(long pid) {
    /** The kernel's unit of CPU time towards programs (USER_HZ), 10 ms on every Linux. */
    private static final Duration TICK = Duration.ofMillis(10);

    /** Reads about the process that runs the tests. */
    public static Proc self() {
        return new Proc(ProcessHandle.current().pid());
    }

    /** Returns the kernel's id of the calling platform thread. */
    public static long currentThreadId() {
        try {
            return Long.parseLong(Files.readSymbolicLink(Path.of("/proc/thread-self"))
                    .getFileName()
                    .toString());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Returns whether the process lives; a zombie does not. */
    public boolean isAlive() {
        return stat().map(Stat::isAlive).orElse(false);
    }

    /** Sends it a signal by name: KILL, TERM, STOP, CONT. It need be no child of this process. Returns after STOP when it stands still. */
    public void signal(String name) {
        Command.of("sh", "-c", "kill -s %s %d".formatted(name, pid)).run().expect(0);
        if (name.equals("STOP")) {
            awaitStopped();
        }
    }

    /** Returns whether the process has ended and waits for its parent to notice. */
    public boolean isZombie() {
        return stat().map(stat -> !stat.isAlive()).orElse(false);
    }

    /** Counts its threads. */
    public int threadCount() {
        return tids().size();
    }

    /** Counts its open file descriptors. */
    public int descriptorCount() {
        String @Nullable [] descriptors = dir().resolve("fd").toFile().list();
        if (descriptors == null) {
            throw new AssertionError(
                    "Process %d has ended, or its descriptors are not for this user to see".formatted(pid));
        }
        return descriptors.length;
    }

    /** Returns the bytes of memory that it occupies now. */
    public long residentBytes() {
        return 1024 * Long.parseLong(status("VmRSS:").replaceAll("\\D", ""));
    }

    /** Returns whether it ignores any of the signals from 1 to 31. Those of the C library cannot be set. */
    boolean ignoresSignals() {
        return (Long.parseUnsignedLong(status("SigIgn:"), 16) & Integer.MAX_VALUE) != 0;
    }

    private String status(String field) {
        return read(dir().resolve("status")).stream()
                .flatMap(String::lines)
                .filter(line -> line.startsWith(field))
                .map(line -> line.substring(field.length()).strip())
                .findFirst()
                .orElseThrow(this::gone);
    }

    /** Returns the CPU time that it has used, in steps of 10 ms, ended threads included, children not. */
    public Duration cpuTime() {
        return TICK.multipliedBy(stat().orElseThrow(this::gone).ticks());
    }

    /** Counts how often its living threads went to sleep or were put off a core: it stands still in an idle process. */
    public long contextSwitches() {
        return tids().stream()
                .flatMap(tid -> read(taskDir(tid).resolve("status")).stream())
                .flatMap(String::lines)
                .filter(line -> line.contains("voluntary_ctxt_switches:"))
                .mapToLong(line ->
                        Long.parseLong(line.substring(line.indexOf(':') + 1).strip()))
                .sum();
    }

    /** Lists its threads and what each is doing. */
    public List<Task> tasks() {
        return tids().stream().map(this::task).flatMap(Optional::stream).toList();
    }

    /** Lists its children, zombies included. */
    public List<Proc> children() {
        return all().filter(
                        proc -> proc.stat().map(stat -> stat.parent() == pid).orElse(false))
                .toList();
    }

    /** Waits up to {@link Deadline#PATIENCE} until any of its threads sleeps in that call, and returns the thread. */
    public Task awaitAsleepIn(Syscall call) {
        return Await.value(
                        "a thread of process %d sleeps in %s".formatted(pid, call),
                        this::tasks,
                        tasks -> tasks.stream().anyMatch(task -> task.isAsleepIn(call)))
                .stream()
                .filter(task -> task.isAsleepIn(call))
                .findFirst()
                .orElseThrow();
    }

    /** Waits up to {@link Deadline#PATIENCE} until that thread sleeps in that call. */
    public void awaitAsleepIn(long tid, Syscall call) {
        Await.value(
                "thread %d of process %d sleeps in %s".formatted(tid, pid, call),
                () -> task(tid),
                task -> task.map(seen -> seen.isAsleepIn(call)).orElse(false));
    }

    /** Returns whether that thread sleeps in that call now. */
    public boolean isAsleepIn(long tid, Syscall call) {
        return task(tid).map(seen -> seen.isAsleepIn(call)).orElse(false);
    }

    private void awaitStopped() {
        Await.value(
                "process %d stands still".formatted(pid),
                this::tasks,
                tasks -> tasks.stream().allMatch(task -> task.state() == 'T'));
    }

    /**
     * What one thread is doing.
     *
     * @param tid the kernel's id of the thread
     * @param name its name, cut to 15 bytes by the kernel
     * @param state R runs, S sleeps, D waits for a disk, T is stopped, Z has ended
     * @param syscall the call it sleeps in; nothing when it runs, or when this user may not know
     */
    public record Task(long tid, String name, char state, OptionalLong syscall) {
        /** Returns whether it sleeps in that call. */
        public boolean isAsleepIn(Syscall call) {
            return state == 'S' && syscall.equals(OptionalLong.of(call.number()));
        }

        @Override
        public String toString() {
            return "%d %s %s%s"
                    .formatted(tid, name, state, syscall.isEmpty() ? "" : " in " + nameOf(syscall.getAsLong()));
        }

        private static String nameOf(long number) {
            return Arrays.stream(Syscall.values())
                    .filter(call -> call.number() == number)
                    .findFirst()
                    .map(Syscall::name)
                    .orElse("call " + number);
        }
    }

    /** Finds the processes that were started with that environment entry, and the children that those forked. */
    static Stream<Proc> startedWith(String name, String valuePrefix) {
        String entry = name + "=" + valuePrefix;
        return all().filter(proc -> read(proc.dir().resolve("environ")).stream()
                .flatMap(environment -> Arrays.stream(environment.split("\0", -1)))
                .anyMatch(other -> other.startsWith(entry)));
    }

    /** Returns the program and its arguments, separated by blanks. */
    public String commandLine() {
        String line =
                read(dir().resolve("cmdline")).orElse("").replace('\0', ' ').strip();
        return line.isEmpty() ? read(dir().resolve("comm")).orElse("?").strip() : line;
    }

    private List<Long> tids() {
        return numbers(dir().resolve("task"));
    }

    private Optional<Task> task(long tid) {
        Path dir = taskDir(tid);
        return Stat.of(dir).map(stat -> new Task(tid, stat.name(), stat.state(), syscall(dir)));
    }

    private Optional<Stat> stat() {
        return Stat.of(dir());
    }

    private Path dir() {
        return Path.of("/proc", Long.toString(pid));
    }

    private Path taskDir(long tid) {
        return dir().resolve("task").resolve(Long.toString(tid));
    }

    private AssertionError gone() {
        return new AssertionError("Process " + pid + " does not exist any more");
    }

    private static Stream<Proc> all() {
        return numbers(Path.of("/proc")).stream().map(Proc::new);
    }

    /** Reads a call number; "running", and -1 for a sleep outside any call, are none. */
    private static OptionalLong syscall(Path taskDir) {
        return read(taskDir.resolve("syscall"))
                .map(text -> text.strip().split(" ", -1)[0])
                .filter(word -> word.chars().allMatch(Character::isDigit) && !word.isEmpty())
                .map(Long::parseLong)
                .map(OptionalLong::of)
                .orElse(OptionalLong.empty());
    }

    private static List<Long> numbers(Path dir) {
        return names(dir).stream()
                .filter(name -> name.chars().allMatch(Character::isDigit))
                .map(Long::valueOf)
                .sorted()
                .toList();
    }

    private static List<String> names(Path dir) {
        // Not Files.list: it may fail in the middle when a process ends.
        String @Nullable [] names = dir.toFile().list();
        return names == null ? List.of() : List.of(names);
    }

    /** Reads a file of /proc. Names of processes are any bytes, so it is never refused as malformed text. */
    private static Optional<String> read(Path file) {
        try {
            return Optional.of(new String(Files.readAllBytes(file), StandardCharsets.UTF_8));
        } catch (IOException e) {
            // Ended since it was listed, or not for this user to see.
            return Optional.empty();
        }
    }

    private record Stat(String name, char state, long parent, long ticks, int threads) {
        static Optional<Stat> of(Path dir) {
            return read(dir.resolve("stat")).map(Stat::parse);
        }

        /** Its first thread may have ended, and others not: they hold its memory and its files. */
        boolean isAlive() {
            return (state != 'Z' && state != 'X') || threads > 1;
        }

        /** Parses "pid (name) state parent ...", where the name may hold blanks and parentheses itself. */
        private static Stat parse(String line) {
            int open = line.indexOf('(');
            int close = line.lastIndexOf(')');
            String[] rest = line.substring(close + 2).strip().split(" ", -1);
            return new Stat(
                    line.substring(open + 1, close),
                    rest[0].charAt(0),
                    Long.parseLong(rest[1]),
                    Long.parseLong(rest[11]) + Long.parseLong(rest[12]),
                    Integer.parseInt(rest[17]));
        }
    }
}
