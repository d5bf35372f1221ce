package dev.letterbox.bench.targets;

import dev.letterbox.share.Means;
import dev.letterbox.sysv.MessageQueues;
import dev.letterbox.testkit.Await;
import dev.letterbox.testkit.ChildProcess;
import dev.letterbox.testkit.Command;
import dev.letterbox.testkit.IpcTable;
import dev.letterbox.testkit.Peers;
import dev.letterbox.testkit.Proc;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.HdrHistogram.Histogram;

/** Measures what new clients feel of thousands that asked for more than their queue holds and never read. */
final class StalledRow implements Row {
    private static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final int SPARE_QUEUES = 100;
    private static final int SPARE_FILES = 200;
    private static final Path LIMITS = Path.of("/proc/self/limits");

    @Override
    public String name() {
        return "stalled";
    }

    @Override
    public Section section() {
        return Section.USERS;
    }

    @Override
    public List<Result> measure(Ground ground) throws InterruptedException {
        int count = ground.settings().stalled();
        int free = MessageQueues.limits().maxQueues() - IpcTable.now().queues().size();
        if (free < count + SPARE_QUEUES) {
            throw new SkippedException(
                    "there is room for %d more queues, and it takes %d (kernel.msgmni)".formatted(free, count));
        }
        // A user may use half of what the server may open, less what it needs for itself.
        long files = Means.mayOpen(limitsOfThisProcess()).orElse(Long.MAX_VALUE);
        if (files / 2 < count + SPARE_FILES) {
            throw new SkippedException("a process may have %d files open, and it takes %d (ulimit -n)"
                    .formatted(files, 2 * (count + SPARE_FILES)));
        }
        // None of the stalled may be given up while it is measured.
        try (FileServer server = ground.serve("--stall-timeout", "1h")) {
            return new Measurement(ground, server, count).make();
        }
    }

    private static List<String> limitsOfThisProcess() {
        try {
            return Files.readAllLines(LIMITS);
        } catch (IOException unseen) {
            throw new UncheckedIOException(unseen);
        }
    }

    private final class Measurement {
        private final Ground ground;
        private final FileServer server;
        private final int count;
        private final long newcomers;
        private final List<Sample> beside = new ArrayList<>();
        private final List<Sample> alone = new ArrayList<>();
        private final List<Double> cpuPercent = new ArrayList<>();
        private final List<Double> mebibytes = new ArrayList<>();

        Measurement(Ground ground, FileServer server, int count) {
            this.ground = ground;
            this.server = server;
            this.count = count;
            // Enough for a 99th percentile.
            this.newcomers = ground.settings().quick() ? 200 : 5_000;
        }

        List<Result> make() throws InterruptedException {
            LoadClients load = new LoadClients(server, 1, ground.small());
            load.check();
            newcomers(4 * newcomers);
            for (int round = 0; round < ground.settings().rounds(); round++) {
                alone.add(newcomers(newcomers));
                stall();
            }
            return List.of(
                    new Result(
                            new Result.Kind(name(), "1 KB file, new clients, p99", "µs", Target.atMost(2)),
                            p99("beside %,d stalled".formatted(count), beside),
                            p99("idle server", alone)),
                    new Result(
                            new Result.Kind(
                                    name(), "CPU spent on %,d stalled".formatted(count), "% of a core", Target.upTo(5)),
                            Figures.of(server.name(), values(cpuPercent)),
                            null),
                    new Result(
                            new Result.Kind(
                                    name(), "memory spent on %,d stalled".formatted(count), "MiB", Target.upTo(500)),
                            Figures.of(server.name(), values(mebibytes)),
                            null));
        }

        private Figures p99(String who, List<Sample> samples) {
            return Figures.of(who, samples, sample -> sample.microsAt(99), 1);
        }

        private double[] values(List<Double> list) {
            return list.stream().mapToDouble(Double::doubleValue).toArray();
        }

        private void stall() throws InterruptedException {
            long residentBefore = new Proc(server.process().pid()).residentBytes();
            Command stalled = Command.of(
                    Peers.program("tlpi-stalled"),
                    "-k",
                    server.key(),
                    "-n",
                    Integer.toString(count),
                    ground.medium().name());
            try (ChildProcess clients = stalled.start()) {
                clients.awaitLine("^ready$", PATIENCE);
                Await.value("%d queues are full".formatted(count), PATIENCE, this::fullQueues, full -> full >= count);
                long queued = IpcTable.now().queues().stream()
                        .mapToLong(IpcTable.Queue::bytes)
                        .sum();
                long cpu = server.cpuNanos();
                long start = System.nanoTime();
                Thread.sleep(Duration.ofMillis((long) (1e3 * ground.settings().watchSeconds())));
                cpuPercent.add(100.0 * (server.cpuNanos() - cpu) / (System.nanoTime() - start));
                long resident = new Proc(server.process().pid()).residentBytes();
                mebibytes.add((Math.max(0, resident - residentBefore) + queued) / (double) (1 << 20));
                beside.add(newcomers(newcomers));
                clients.signal("TERM");
                clients.exit(PATIENCE).expect(0);
            }
        }

        /** A queue has room for two of the longest messages: it stalls with the second. */
        private long fullQueues() {
            return IpcTable.now().queues().stream()
                    .filter(queue -> queue.key() == 0 && queue.messages() >= 2)
                    .count();
        }

        private Sample newcomers(long times) {
            List<String> lines = Command.of(
                            Peers.program("tlpi-newcomer"),
                            "-k",
                            server.key(),
                            "-n",
                            Long.toString(times),
                            ground.small().name())
                    .run(PATIENCE)
                    .expect(0)
                    .lines();
            Histogram latencies = JavaSide.histogram();
            lines.forEach(line -> latencies.recordValue(Long.parseLong(line)));
            return new Sample(times, (long) (latencies.getMean() * times), 0, latencies);
        }
    }
}
