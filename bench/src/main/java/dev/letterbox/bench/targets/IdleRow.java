package dev.letterbox.bench.targets;

import dev.letterbox.testkit.Proc;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Measures what a server costs that nobody asks for anything: just started, and after it has served. */
final class IdleRow implements Row {
    private static final long KIB_PER_MIB = 1024;
    private static final int REQUESTS = 20_000;

    /** A JVM that does nothing at all uses half of this. */
    private static final double NOT_MEASURABLE = 0.1;

    @Override
    public String name() {
        return "idle";
    }

    @Override
    public Section section() {
        return Section.USERS;
    }

    @Override
    public List<Result> measure(Ground ground) throws IOException, InterruptedException {
        List<Result> results = new ArrayList<>();
        try (FileServer server = ground.serve()) {
            watch(ground, server, "just started", results);
            LoadClients clients = new LoadClients(server, 2, ground.small());
            clients.check();
            clients.round(ground.settings().quick() ? 100 : REQUESTS);
            watch(ground, server, "after %,d requests".formatted(REQUESTS), results);
        }
        return results;
    }

    private void watch(Ground ground, FileServer server, String when, List<Result> results)
            throws IOException, InterruptedException {
        double seconds = ground.settings().watchSeconds();
        // The JVM's own tidying after work is no idleness, nor is the collection that the server makes once it has been
        // idle for
        // ten seconds.
        Thread.sleep(Duration.ofMillis((long) (1300 * seconds)));
        long cpu = server.cpuNanos();
        long start = System.nanoTime();
        Thread.sleep(Duration.ofMillis((long) (1e3 * seconds)));
        double percent = 100.0 * (server.cpuNanos() - cpu) / (System.nanoTime() - start);
        long pid = server.process().pid();
        results.add(new Result(
                new Result.Kind(name(), "idle server, CPU, " + when, "% of a core", Target.upTo(NOT_MEASURABLE)),
                Figures.of(server.name(), percent),
                null));
        results.add(new Result(
                new Result.Kind(name(), "idle server, resident memory, " + when, "MiB", Target.upTo(64)),
                Figures.of(server.name(), (double) new Proc(pid).residentBytes() / (1 << 20)),
                null));
        results.add(new Result(
                new Result.Kind(name(), "the same, its share of what it shares (PSS)", "MiB", Target.none()),
                Figures.of(server.name(), proportionalMebibytes(pid)),
                null));
    }

    private static double proportionalMebibytes(long pid) throws IOException {
        try (var lines = Files.lines(Path.of("/proc/" + pid + "/smaps_rollup"))) {
            return lines.filter(line -> line.startsWith("Pss:"))
                            .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
                            .sum()
                    / (double) KIB_PER_MIB;
        }
    }
}
