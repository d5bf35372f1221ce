package dev.letterbox.lab.scene;

import dev.letterbox.lab.result.Sleep;
import dev.letterbox.sysv.waiters.Waiter.Call;
import dev.letterbox.sysv.waiters.Waiters;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads from {@code /proc} what a process does, and what it has cost so far. */
public final class KernelView {
    private static final Pattern SWITCHES = Pattern.compile("(?m)^voluntary_ctxt_switches:\\s*(\\d+)$");

    /** The unit of time in {@code /proc/PID/stat}: USER_HZ is 100 on every Linux with glibc. */
    private static final long MICROS_PER_TICK = 10_000;

    private KernelView() {}

    /** Finds a thread of a process that sleeps in a queue. */
    static Optional<Sleep> sleep(Participant process) {
        return Waiters.of(process.pid()).all().stream()
                .map(waiter -> new Sleep(
                        process.name(),
                        process.pid(),
                        waiter.call() == Call.SEND ? "msgsnd" : "msgrcv",
                        waiter.queue().isPresent()
                                ? OptionalLong.of(waiter.queue().getAsInt())
                                : OptionalLong.empty(),
                        waiter.bytes(),
                        waiter.type()))
                .findFirst();
    }

    /** Counts how often the threads of a process went to sleep: as long as the count stays, nobody was woken. */
    public record Switches(long pid) {
        long read() {
            // The JVM's own threads wake up now and then.
            return Waiters.of(pid).all().stream()
                    .mapToLong(waiter -> count(Path.of("/proc/" + pid + "/task/" + waiter.tid())))
                    .sum();
        }

        public long readAll() {
            return threads(pid).stream().mapToLong(Switches::count).sum();
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
