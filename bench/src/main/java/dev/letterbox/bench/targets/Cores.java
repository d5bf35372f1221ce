package dev.letterbox.bench.targets;

import dev.letterbox.testkit.Command;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Says on which core a program runs. Left alone, the scheduler puts two that wake each other now on one core and now on two,
 * and a round trip over the sleeping costs ten times as much in the one case as in the other.
 */
final class Cores {
    private Cores() {}

    /** Returns the cores that this program may use. */
    static List<Integer> allowed() throws IOException {
        try (var lines = Files.lines(Path.of("/proc/self/status"))) {
            return lines.filter(line -> line.startsWith("Cpus_allowed_list:"))
                    .map(line -> line.substring(line.indexOf(':') + 1).strip())
                    .flatMap(list -> Arrays.stream(list.split(",", -1)))
                    .flatMapToInt(Cores::range)
                    .boxed()
                    .toList();
        }
    }

    private static IntStream range(String text) {
        String[] ends = text.split("-", -1);
        return IntStream.rangeClosed(Integer.parseInt(ends[0]), Integer.parseInt(ends[ends.length - 1]));
    }

    /** Binds all threads of a process, and those that they start from now on, to one core. */
    static void bind(long pid, int core) {
        Command.of("taskset", "-a", "-c", "-p", Integer.toString(core), Long.toString(pid))
                .run()
                .expect(0);
    }
}
