package dev.letterbox.share;

import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalLong;
import java.util.stream.Stream;

/**
 * Bounds the requests at work by what this process has for them: an open file for each, and a message in memory outside
 * the heap for each. Without that one user's requests could use up what
 * the server needs to serve all others.
 */
public final class Means {
    private static final Logger LOG = System.getLogger(Means.class.getName());
    private static final Path PROCESS = Path.of("/proc/self");
    private static final String OPEN_FILES = "Max open files";

    /** For the log, classes that are loaded late, and other parts of the program. */
    private static final int RESERVED_FILES = 64;

    /** Memory outside the heap is bounded as the heap is, unless somebody said otherwise. So much of it is for requests. */
    private static final double PART_OF_MEMORY = 0.6;

    private Means() {}

    /**
     * Returns how many requests may be at work: as many as wanted, or what there are means for, which is logged.
     *
     * @param level how to log it: who asked for so many wants to know, and nobody else
     */
    public static int requests(int wanted, int messageBytes, Level level) {
        OptionalLong mayOpen = mayOpen(lines(PROCESS.resolve("limits")));
        long files = files(mayOpen, openFiles());
        long memory = memory(Runtime.getRuntime().maxMemory(), messageBytes);
        long most = most(wanted, files, memory);
        if (most < wanted) {
            LOG.log(
                    level,
                    files <= memory
                            ? "At most {0,number,#} requests are served at the same time, not {1,number,#}: this process may"
                                    + " have {2,number,#} files open. Raise it with: ulimit -n"
                            : "At most {0,number,#} requests are served at the same time, not {1,number,#}: Java may use"
                                    + " {3,number,#} MiB of memory. Raise it with: -Xmx",
                    most,
                    wanted,
                    mayOpen.orElse(0),
                    Runtime.getRuntime().maxMemory() >> 20);
        }
        return (int) most;
    }

    /** Returns for how many requests there are open files. */
    static long files(OptionalLong mayOpen, long open) {
        return mayOpen.isEmpty() ? Long.MAX_VALUE : mayOpen.getAsLong() - open - RESERVED_FILES;
    }

    /** Returns for how many requests there is memory. */
    static long memory(long bytes, int messageBytes) {
        return (long) (PART_OF_MEMORY * bytes / messageBytes);
    }

    /** Returns how many requests there are means for, of so many that are wanted: 2 or more. */
    static long most(int wanted, long files, long memory) {
        return Math.max(2, Math.min(wanted, Math.min(files, memory)));
    }

    /** Reads the soft limit from {@code /proc/self/limits}; empty if there is none. */
    public static OptionalLong mayOpen(List<String> limits) {
        return limits.stream()
                .filter(line -> line.startsWith(OPEN_FILES))
                .map(line -> line.substring(OPEN_FILES.length()).strip().split(" ", 2)[0])
                .filter(soft -> soft.chars().allMatch(Character::isDigit))
                .mapToLong(Long::parseLong)
                .findFirst();
    }

    private static List<String> lines(Path file) {
        try {
            return Files.readAllLines(file);
        } catch (IOException noProc) {
            return List.of();
        }
    }

    private static long openFiles() {
        try (Stream<Path> open = Files.list(PROCESS.resolve("fd"))) {
            return open.count();
        } catch (IOException noProc) {
            return 0;
        }
    }
}
