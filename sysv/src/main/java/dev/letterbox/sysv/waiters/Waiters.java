package dev.letterbox.sysv.waiters;

import dev.letterbox.sysv.waiters.SyscallTable.Sleep;
import dev.letterbox.sysv.waiters.Waiter.Call;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * One look at the threads that sleep in queues of this IPC namespace, whatever programs they belong to: 64 and 32 bits, on
 * x86-64 and aarch64.
 *
 * <p>The kernel shows the calls of another user's processes to root alone, and some systems show a user not even the calls
 * of the user's other processes (see ptrace(2), Yama). Where it hides a call but shows that the thread sleeps in a queue,
 * the {@linkplain Waiter#queue queue} is unknown: take that for a sign of life of every queue. That a thread is not found
 * proves nothing if it may be hidden. The kernel does not say since when a thread sleeps.
 */
public final class Waiters {
    private static final Path PROC = Path.of("/proc");
    private static final Pattern NUMBER = Pattern.compile("\\d+");

    /** Shown in {@code wchan} in place of a function that is hidden. */
    private static final String HIDDEN_FUNCTION = "0";

    /** Running, exited, and idle; empty if the thread is not there any more. */
    private static final Set<String> AWAKE = Set.of("R", "Z", "X", "I", "");

    /** The place of the flags in {@code stat}, counted from the state. */
    private static final int FLAGS = 6;

    /** PF_KTHREAD of the kernel. */
    private static final long KERNEL_THREAD = 0x0020_0000;

    private final List<Waiter> waiters = new ArrayList<>();
    private final Set<Long> hidden = new LinkedHashSet<>();
    private boolean processesHidden;

    private Waiters() {}

    /**
     * Looks at all processes in sight. This takes some ten microseconds for each thread.
     *
     * @return who waits now; empty if there is no {@code /proc}
     */
    public static Waiters look() {
        return look(PROC);
    }

    /**
     * Looks at all processes that another {@code /proc} of this machine shows, such as the host's in a container.
     *
     * @param proc where it is mounted
     * @return who waits now
     */
    public static Waiters look(Path proc) {
        return look(proc, SyscallTable.ofThisKernel());
    }

    static Waiters look(Path proc, SyscallTable table) {
        Optional<Path> here = namespace(proc.resolve("self"));
        Waiters found = new Waiters();
        for (Path process : numbered(proc)) {
            Optional<Path> there = namespace(process);
            // A process whose namespace is hidden may be in this one.
            if (here.isEmpty() || there.isEmpty() || here.equals(there)) {
                found.addAll(process, table);
            }
        }
        // If /proc hides other users' processes, process 1 is hidden too.
        found.processesHidden = !Files.isReadable(proc.resolve("1/status"));
        return found;
    }

    /**
     * Looks at the threads of one process.
     *
     * @param pid the process
     * @return which of them wait now; none if there is no such process
     */
    public static Waiters of(long pid) {
        Waiters found = new Waiters();
        found.addAll(PROC.resolve(Long.toString(pid)), SyscallTable.ofThisKernel());
        return found;
    }

    private void addAll(Path process, SyscallTable table) {
        for (Path thread : numbered(process.resolve("task"))) {
            sleep(process, thread, table).ifPresent(sleep -> waiters.add(waiter(process, thread, sleep)));
        }
    }

    private Optional<Sleep> sleep(Path process, Path thread, SyscallTable table) {
        Optional<String> call = read(thread.resolve("syscall"));
        if (call.isPresent() && table != SyscallTable.UNKNOWN) {
            return table.sleep(call.get());
        }
        String function = read(thread.resolve("wchan")).orElse(HIDDEN_FUNCTION);
        Optional<Sleep> sleep = sleepIn(function);
        if (call.isEmpty() && (sleep.isPresent() || function.equals(HIDDEN_FUNCTION)) && maySleep(thread)) {
            hidden.add(number(process));
        }
        return sleep;
    }

    /**
     * Returns whether a thread may be asleep in a call, by {@code stat}, which hides nothing (see proc_pid_stat(5)). One that
     * runs or has exited is not, and the kernel's own threads make no calls.
     */
    private static boolean maySleep(Path thread) {
        String stat = read(thread.resolve("stat")).orElse("");
        String[] fields = stat.substring(stat.lastIndexOf(')') + 1).strip().split(" ", -1);
        return !AWAKE.contains(fields[0])
                && (fields.length <= FLAGS || (Long.parseLong(fields[FLAGS]) & KERNEL_THREAD) == 0);
    }

    /** The kernel's function in which a thread sleeps is shown also where its call is not. */
    private static Optional<Sleep> sleepIn(String function) {
        if (function.contains("msgrcv")) {
            return Optional.of(Sleep.somewhere(Call.RECEIVE));
        }
        return function.contains("msgsnd") ? Optional.of(Sleep.somewhere(Call.SEND)) : Optional.empty();
    }

    private static Waiter waiter(Path process, Path thread, Sleep sleep) {
        // The name is in parentheses, and may hold some itself.
        String stat = read(process.resolve("stat")).orElse("(?)");
        return new Waiter(
                number(process),
                number(thread),
                stat.substring(stat.indexOf('(') + 1, stat.lastIndexOf(')')),
                sleep.call(),
                sleep.queue(),
                sleep.type(),
                sleep.flags(),
                sleep.bytes(),
                isStopped(thread));
    }

    /** Returns whether the state in {@code stat} is T or t (see proc_pid_stat(5)): it follows the name. */
    private static boolean isStopped(Path thread) {
        String stat = read(thread.resolve("stat")).orElse("");
        return stat.regionMatches(true, stat.lastIndexOf(')') + 1, " T ", 0, 3);
    }

    /**
     * Returns all who wait.
     *
     * @return the waiters, those of one process together
     */
    public List<Waiter> all() {
        return List.copyOf(waiters);
    }

    /**
     * Returns whether the kernel hid the calls of a thread that may sleep in a queue, or whole processes, so that there may be
     * more waiters. It cannot tell of processes outside of this pid namespace.
     *
     * @return true if some calls were hidden
     */
    public boolean areSomeHidden() {
        return processesHidden || !hidden.isEmpty();
    }

    /**
     * Returns whether {@code /proc} hides processes of other users, as the mount option hidepid makes it do.
     *
     * @return true if there may be processes that are not in sight
     */
    public boolean areProcessesHidden() {
        return processesHidden;
    }

    /**
     * Returns the processes in sight that may have a thread in a queue, since the kernel hid its call.
     *
     * @return their numbers
     */
    public List<Long> hiddenProcesses() {
        return List.copyOf(hidden);
    }

    /**
     * Returns those who wait in a queue.
     *
     * @param queue the queue's id
     * @return the waiters that are known to wait in it
     */
    public List<Waiter> in(int queue) {
        return waiters.stream()
                .filter(each -> each.queue().isPresent() && each.queue().getAsInt() == queue)
                .toList();
    }

    /**
     * Returns those who wait in an unknown queue: it may be any.
     *
     * @return the waiters whose queue the kernel does not show
     */
    public List<Waiter> somewhere() {
        return waiters.stream().filter(each -> each.queue().isEmpty()).toList();
    }

    private static long number(Path folder) {
        return Long.parseLong(folder.getFileName().toString());
    }

    private static Optional<Path> namespace(Path process) {
        try {
            return Optional.of(Files.readSymbolicLink(process.resolve("ns/ipc")));
        } catch (IOException hidden) {
            return Optional.empty();
        }
    }

    private static List<Path> numbered(Path folder) {
        List<Path> found = new ArrayList<>();
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(
                folder, entry -> NUMBER.matcher(entry.getFileName().toString()).matches())) {
            entries.forEach(found::add);
        } catch (IOException | DirectoryIteratorException ended) {
            return found;
        }
        return found;
    }

    private static Optional<String> read(Path file) {
        try {
            // A process may name itself in any bytes.
            return Optional.of(Files.readString(file, StandardCharsets.ISO_8859_1));
        } catch (IOException hiddenOrGone) {
            return Optional.empty();
        }
    }
}
