package dev.letterbox.lab.scene;

import dev.letterbox.lab.result.Sleep;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads from {@code /proc} what a process does, and what it has cost so far. */
public final class KernelView {
    private static final Pattern SWITCHES = Pattern.compile("(?m)^voluntary_ctxt_switches:\\s*(\\d+)$");

    /** The unit of time in {@code /proc/PID/stat}: USER_HZ is 100 on every Linux with glibc. */
    private static final long MICROS_PER_TICK = 10_000;

    /** The numbers of the system calls: on x86-64, and in the common table of newer machines. */
    private static final Map<String, String> CALLS =
            System.getProperty("os.arch").equals("amd64")
                    ? Map.of("69", "msgsnd", "70", "msgrcv")
                    : Map.of("189", "msgsnd", "188", "msgrcv");

    /** The kernel functions in which these calls sleep: shown in {@code wchan} also where the number of the call is not. */
    private static final Map<String, String> PLACES = Map.of("do_msgsnd", "msgsnd", "do_msgrcv", "msgrcv");

    private KernelView() {}

    /** Finds a thread of a process that sleeps in a queue. */
    static Optional<Sleep> sleep(Participant process) {
        return threads(process.pid()).stream()
                .flatMap(thread -> sleep(process, thread).stream())
                .findFirst();
    }

    private static Optional<Sleep> sleep(Participant process, Path thread) {
        // The number, six arguments, stack pointer and program counter; or one word such as "running".
        String[] call = read(thread.resolve("syscall")).orElse("").strip().split(" ", -1);
        String name = CALLS.get(call[0]);
        if (name != null && call.length > 5) {
            boolean sends = name.equals("msgsnd");
            return Optional.of(new Sleep(
                    process.name(),
                    process.pid(),
                    name,
                    OptionalLong.of(Long.decode(call[1])),
                    sends ? OptionalLong.of(Long.decode(call[3])) : OptionalLong.empty(),
                    sends ? OptionalLong.empty() : OptionalLong.of(Long.parseUnsignedLong(call[4].substring(2), 16))));
        }
        String place = PLACES.get(read(thread.resolve("wchan")).orElse("").strip());
        return Optional.ofNullable(place)
                .map(known -> new Sleep(
                        process.name(),
                        process.pid(),
                        known,
                        OptionalLong.empty(),
                        OptionalLong.empty(),
                        OptionalLong.empty()));
    }

    /** Counts how often the threads of a process went to sleep: as long as the count stays, nobody was woken. */
    public record Switches(long pid) {
        long read() {
            long all = 0;
            for (Path thread : threads(pid)) {
                // The JVM's own threads wake up now and then.
                if (sleepsInQueue(thread)) {
                    all += count(thread);
                }
            }
            return all;
        }

        public long readAll() {
            return threads(pid).stream().mapToLong(Switches::count).sum();
        }

        private static boolean sleepsInQueue(Path thread) {
            String number = KernelView.read(thread.resolve("syscall"))
                    .orElse("")
                    .strip()
                    .split(" ", 2)[0];
            return CALLS.containsKey(number)
                    || PLACES.containsKey(
                            KernelView.read(thread.resolve("wchan")).orElse("").strip());
        }

        private static long count(Path thread) {
            Matcher found =
                    SWITCHES.matcher(KernelView.read(thread.resolve("status")).orElse(""));
            return found.find() ? Long.parseLong(found.group(1)) : 0;
        }
    }

    /** Returns the processor time that a process has used, in microseconds. */
    public static long processorMicros(long pid) {
        String stat = read(Path.of("/proc/" + pid + "/stat")).orElse("");
        // The name is in parentheses and may contain some. After it: state, parent, ... user and system time.
        String[] fields = stat.substring(stat.lastIndexOf(')') + 1).strip().split(" ", -1);
        return fields.length < 13 ? 0 : (Long.parseLong(fields[11]) + Long.parseLong(fields[12])) * MICROS_PER_TICK;
    }

    private static List<Path> threads(long pid) {
        List<Path> threads = new ArrayList<>();
        try (DirectoryStream<Path> tasks = Files.newDirectoryStream(Path.of("/proc/" + pid + "/task"))) {
            tasks.forEach(threads::add);
        } catch (IOException ended) {
            return List.of();
        }
        return threads;
    }

    private static Optional<String> read(Path file) {
        try {
            return Optional.of(Files.readString(file, java.nio.charset.StandardCharsets.ISO_8859_1));
        } catch (IOException hiddenOrGone) {
            return Optional.empty();
        }
    }
}
