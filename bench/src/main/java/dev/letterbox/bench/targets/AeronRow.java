package dev.letterbox.bench.targets;

import dev.letterbox.bench.CpuClock;
import dev.letterbox.sysv.Mode;
import dev.letterbox.sysv.OwnedQueue;
import dev.letterbox.testkit.ChildProcess;
import dev.letterbox.testkit.Command;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToDoubleFunction;

/**
 * Measures a round trip of 64 bytes and the stream of a large file beside Aeron IPC, which waits by turning round, or turns
 * round before it sleeps; and what both cost while nobody asks.
 */
final class AeronRow implements Row {
    private static final Duration PATIENCE = Duration.ofMinutes(1);

    @Override
    public String name() {
        return "aeron";
    }

    @Override
    public Section section() {
        return Section.WARM;
    }

    @Override
    public List<Result> measure(Ground ground) throws InterruptedException {
        List<Result> results = new ArrayList<>();
        for (String waiting : List.of(AeronEnds.SPINNING, AeronEnds.BACKING_OFF)) {
            String who = "Aeron IPC, " + waiting;
            String folder = ground.folder().resolve("aeron").toString();
            try (OwnedQueue questions = OwnedQueue.createPrivate(Mode.OWNER);
                    OwnedQueue answers = OwnedQueue.createPrivate(Mode.OWNER);
                    FileServer files = ground.serveQuiet();
                    Answering ourEcho = Answering.start(
                            ground.java(QueueEcho.class, "answer", "" + questions.id(), "" + answers.id()));
                    Answering aeron = Answering.start(aeron(ground, "answer", folder, waiting))) {
                try (JavaContender ours = new JavaContender(
                                "MessageQueue",
                                ourEcho::cpuNanos,
                                JavaSide.NO_CHECKSUM,
                                ground.java(QueueEcho.class, "ask", "" + questions.id(), "" + answers.id()));
                        JavaContender theirs = new JavaContender(
                                who, aeron::cpuNanos, JavaSide.NO_CHECKSUM, aeron(ground, "ask", folder, waiting))) {
                    results.add(compare(
                            ground,
                            ours,
                            theirs,
                            new Result.Kind(name(), "64-byte round trip", "µs", Target.none(), "round trip"),
                            sample -> sample.microsAt(50),
                            1));
                }
                ServedFile large = ground.large();
                Path path = ground.folder().resolve(large.name());
                try (JavaContender ours = LargeRow.fetching(ground, files, large, 1);
                        JavaContender theirs = new JavaContender(
                                who,
                                aeron::cpuNanos,
                                large.checksum(),
                                aeron(ground, "ask", folder, waiting, path.toString(), Long.toString(large.size())))) {
                    results.add(compare(
                            ground,
                            ours,
                            theirs,
                            new Result.Kind(
                                    name(),
                                    "%.0f MiB file, one caller".formatted(large.mebibytes()),
                                    "MiB/s",
                                    Target.none(),
                                    "MiB"),
                            sample -> sample.perSecond() * large.mebibytes(),
                            large.mebibytes()));
                }
                results.add(idle(ground, files, who, aeron));
            }
        }
        return results;
    }

    private static Result compare(
            Ground ground,
            JavaContender ours,
            JavaContender theirs,
            Result.Kind kind,
            ToDoubleFunction<Sample> value,
            double units) {
        List<List<Sample>> samples = ground.rounds().of(List.of(ours, theirs));
        return new Result(
                kind,
                Figures.of(ours.name(), samples.get(0), value, units),
                Figures.of(theirs.name(), samples.get(1), value, units));
    }

    /** Watches both sides' servers after their work, at the same time. */
    private Result idle(Ground ground, FileServer ours, String who, Answering aeron) throws InterruptedException {
        long ourCpu = ours.cpuNanos();
        long theirCpu = aeron.cpuNanos();
        long start = System.nanoTime();
        Thread.sleep(Duration.ofMillis((long) (1e3 * ground.settings().watchSeconds())));
        double nanos = System.nanoTime() - start;
        return new Result(
                new Result.Kind(name(), "a server that nobody asks, CPU", "% of a core", Target.none()),
                Figures.of("Letterbox", 100 * (ours.cpuNanos() - ourCpu) / nanos),
                Figures.of(who, 100 * (aeron.cpuNanos() - theirCpu) / nanos));
    }

    private static Command aeron(Ground ground, String... arguments) {
        // Agrona reaches for the JDK's own Unsafe.
        return ground.java(AeronEnds.class, List.of("--add-opens=java.base/jdk.internal.misc=ALL-UNNAMED"), arguments);
    }

    /** A process that answers until its input ends. */
    private record Answering(ChildProcess process) implements AutoCloseable {
        static Answering start(Command command) {
            ChildProcess process = command.openInput().start();
            try {
                process.awaitLine("^ready$", PATIENCE);
                return new Answering(process);
            } catch (AssertionError failed) {
                process.close();
                throw failed;
            }
        }

        long cpuNanos() {
            return CpuClock.nanosOf(process.pid());
        }

        @Override
        public void close() {
            JavaContender.end(process);
        }
    }
}
