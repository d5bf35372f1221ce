package dev.letterbox.bench.targets;

import dev.letterbox.bench.CpuClock;
import dev.letterbox.sysv.Mode;
import dev.letterbox.sysv.OwnedQueue;
import dev.letterbox.testkit.ChildProcess;
import dev.letterbox.testkit.Command;
import dev.letterbox.testkit.Peers;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.HdrHistogram.Histogram;

/**
 * Measures a round trip of 64 bytes between two processes: over {@code MessageQueue}, over queues in C, and over a Unix
 * domain socket.
 */
final class EchoRow implements Row {
    private static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final int TRIES = 50;

    @Override
    public String name() {
        return "echo";
    }

    @Override
    public Section section() {
        return Section.WARM;
    }

    @Override
    public List<Result> measure(Ground ground) throws IOException {
        Path socket = ground.folder().resolve("echo.socket");
        try (OwnedQueue questions = OwnedQueue.createPrivate(Mode.OWNER);
                OwnedQueue answers = OwnedQueue.createPrivate(Mode.OWNER);
                Pair ours = Pair.start(ground, "MessageQueue", QueueEcho.class, id(questions), id(answers));
                Pair sockets = Pair.start(ground, "JDK, Unix socket", SocketEcho.class, socket.toString())) {
            List<Result> results = new ArrayList<>(measure(ground, ours, sockets, false));
            List<Integer> cores = Cores.allowed();
            if (cores.size() >= 2) {
                ours.bindTo(cores);
                sockets.bindTo(cores);
                results.addAll(measure(ground, ours, sockets, true));
            }
            return results;
        } finally {
            Files.deleteIfExists(socket);
        }
    }

    private List<Result> measure(Ground ground, Pair ours, Pair sockets, boolean apart) {
        InC tryingInC = new InC("C, %d tries, then asleep".formatted(TRIES), TRIES, apart);
        InC sleepingInC = new InC("C, asleep at once", 0, apart);
        List<List<Sample>> samples = ground.rounds().of(List.of(ours.asking, tryingInC, sockets.asking, sleepingInC));
        Figures our = median(ours.asking, samples.get(0));
        return List.of(
                result(apart, our, median(tryingInC, samples.get(1)), Target.atMost(1.15)),
                result(apart, our, median(sockets.asking, samples.get(2)), Target.atMost(1.0 / 8)),
                result(apart, our, median(sleepingInC, samples.get(3)), Target.none()));
    }

    private static String id(OwnedQueue queue) {
        return Integer.toString(queue.id());
    }

    private Result result(boolean apart, Figures ours, Figures other, Target target) {
        return new Result(
                new Result.Kind(
                        name(),
                        apart ? "64-byte round trip, each end on a core of its own" : "64-byte round trip",
                        "µs",
                        target,
                        "round trip"),
                ours,
                other);
    }

    private static Figures median(Contender contender, List<Sample> samples) {
        return Figures.of(contender.name(), samples, sample -> sample.microsAt(50), 1);
    }

    /** Is the two Java processes of one kind. */
    private record Pair(ChildProcess answering, JavaContender asking) implements AutoCloseable {
        static Pair start(Ground ground, String name, Class<?> echo, String... places) {
            ChildProcess answering =
                    ground.java(echo, with("answer", places)).openInput().start();
            try {
                answering.awaitLine("^ready$", PATIENCE);
                return new Pair(
                        answering,
                        new JavaContender(
                                name,
                                () -> CpuClock.nanosOf(answering.pid()),
                                JavaSide.NO_CHECKSUM,
                                ground.java(echo, with("ask", places))));
            } catch (AssertionError failed) {
                answering.close();
                throw failed;
            }
        }

        private static String[] with(String role, String... places) {
            String[] words = new String[places.length + 1];
            words[0] = role;
            System.arraycopy(places, 0, words, 1, places.length);
            return words;
        }

        void bindTo(List<Integer> cores) {
            Cores.bind(asking.pid(), cores.get(0));
            Cores.bind(answering.pid(), cores.get(1));
        }

        @Override
        public void close() {
            asking.close();
            answering.close();
        }
    }

    /** Is the same in C. */
    private record InC(String name, int tries, boolean apart) implements Contender {
        @Override
        public Sample round(long operations) {
            List<String> words = new ArrayList<>(List.of(
                    Peers.program("echo").toString(), "-t", Integer.toString(tries), "-n", Long.toString(operations)));
            if (apart) {
                words.add("-a");
            }
            List<String> lines = Command.of(words).run(PATIENCE).expect(0).lines();
            long cpu = Long.parseLong(lines.getFirst().substring("cpu ".length()));
            Histogram latencies = JavaSide.histogram();
            long nanos = 0;
            for (String line : lines.subList(1, lines.size())) {
                long duration = Long.parseLong(line);
                latencies.recordValue(duration);
                nanos += duration;
            }
            return new Sample(latencies.getTotalCount(), nanos, cpu, latencies);
        }

        /** Every answer is compared in every round. */
        @Override
        public void check() {
            round(10);
        }

        @Override
        public void close() {}
    }
}
