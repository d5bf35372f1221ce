package dev.letterbox.cli.host;

import dev.letterbox.cli.host.KernelLimit.Setting;
import dev.letterbox.cli.host.KernelLimit.Warning;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;

/**
 * The kernel's limits for shared memory segments and semaphores, which Letterbox needs beside queues: life tokens and lanes
 * are segments, servers' locks and bells are semaphores. Read from {@code /proc/sys/kernel} and {@code /proc/sysvipc}.
 */
final class OtherLimits {
    private static final int KEY_COLUMN = 0;

    /** In {@code /proc/sysvipc/shm} (see proc_sysvipc(5)): how many bytes. */
    private static final int SHM_SIZE = 3;

    /** In {@code /proc/sysvipc/sem}: how many semaphores in the set. */
    private static final int SEM_COUNT = 3;

    private static final long PAGE = 4_096;
    private static final long WORTH_IT = 64;

    /** Places of the numbers in {@code kernel.sem}. */
    private static final int SEMMNS = 1;

    private static final int SEMOPM = 2;
    private static final int SEMMNI = 3;

    private final Path proc;

    OtherLimits(Path proc) {
        this.proc = proc;
    }

    /** Reads the limits that are visible. */
    List<KernelLimit> all() {
        List<KernelLimit> limits = new ArrayList<>();
        Optional<List<String[]>> segments = table("shm");
        number("shmmni")
                .ifPresent(value -> limits.add(of(
                        "shmmni",
                        value,
                        larger("shmmni", value, KernelLimit.MOST_IDS),
                        segments.map(rows -> (long) rows.size()),
                        "shared memory segments")));
        number("shmall")
                .ifPresent(value -> limits.add(of(
                        "shmall",
                        value,
                        larger("shmall", value, Long.MAX_VALUE),
                        segments.map(rows -> rows.stream()
                                .mapToLong(row -> (Long.parseLong(row[SHM_SIZE]) + PAGE - 1) / PAGE)
                                .sum()),
                        "pages in all segments")));
        Optional<List<String[]>> sets = table("sem");
        Optional<long[]> sem = sem();
        sem.ifPresent(values -> {
            limits.add(of(
                    "semmni",
                    values[SEMMNI],
                    sem(values, SEMMNI, KernelLimit.MOST_IDS),
                    sets.map(rows -> (long) rows.size()),
                    "semaphore sets"));
            limits.add(of(
                    "semmns",
                    values[SEMMNS],
                    sem(values, SEMMNS, Integer.MAX_VALUE),
                    sets.map(rows -> rows.stream()
                            .mapToLong(row -> Long.parseLong(row[SEM_COUNT]))
                            .sum()),
                    "semaphores in all sets"));
            limits.add(of(
                    "semopm",
                    values[SEMOPM],
                    sem(values, SEMOPM, Integer.MAX_VALUE),
                    Optional.empty(),
                    "operations in one semop"));
        });
        return limits;
    }

    private static List<Setting> sem(long[] values, int place, long most) {
        List<String> numbers = new ArrayList<>();
        for (int each = 0; each < values.length; each++) {
            numbers.add("" + (each == place ? more(values[each], most) : values[each]));
        }
        return values[place] < most ? List.of(new Setting("sem", String.join(" ", numbers))) : List.of();
    }

    private static List<Setting> larger(String name, long value, long most) {
        return value < most ? List.of(new Setting(name, "" + more(value, most))) : List.of();
    }

    private static long more(long value, long most) {
        return Math.max(WORTH_IT, KernelLimit.more(value, most));
    }

    private static KernelLimit of(String name, long value, List<Setting> larger, Optional<Long> used, String meaning) {
        OptionalDouble fill =
                used.isPresent() ? OptionalDouble.of((double) used.get() / Math.max(1, value)) : OptionalDouble.empty();
        List<Warning> warnings = new ArrayList<>();
        if (fill.orElse(0) >= KernelLimit.ENDANGERED) {
            warnings.add(new Warning(
                    "%d of %d %s are in use (%s): %s no program can create another (ENOSPC). Letterbox then works without the features that need one, or cannot start a server."
                            .formatted(
                                    used.orElseThrow(), value, meaning, name, fill.getAsDouble() >= 1 ? "now" : "soon"),
                    false));
        }
        return new KernelLimit(
                name,
                value,
                larger,
                OptionalLong.of(value),
                used.isPresent() ? OptionalLong.of(used.get()) : OptionalLong.empty(),
                fill,
                meaning,
                warnings);
    }

    private Optional<Long> number(String name) {
        return KernelLimit.setting(proc.resolve("sys/kernel").resolve(name))
                // shmall is unsigned, and by default so large that a long does not hold it.
                .map(text -> new BigInteger(text).min(KernelLimit.UNLIMITED).longValue());
    }

    private Optional<long[]> sem() {
        return KernelLimit.setting(proc.resolve("sys/kernel/sem"))
                .map(text -> List.of(text.split("\\s+", -1)).stream()
                        .mapToLong(Long::parseLong)
                        .toArray())
                .filter(values -> values.length > SEMMNI);
    }

    private Optional<List<String[]>> table(String name) {
        Path file = proc.resolve("sysvipc").resolve(name);
        return Files.isReadable(file)
                ? Processes.read(file)
                        .map(text -> text.lines()
                                .skip(1)
                                .map(line -> line.strip().split("\\s+", -1))
                                .filter(row -> row.length > SHM_SIZE && !row[KEY_COLUMN].isEmpty())
                                .toList())
                : Optional.empty();
    }
}
