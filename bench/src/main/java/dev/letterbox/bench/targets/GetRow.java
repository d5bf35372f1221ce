package dev.letterbox.bench.targets;

import dev.letterbox.bench.EndedChildren;
import dev.letterbox.testkit.ChildProcess;
import dev.letterbox.testkit.Command;
import dev.letterbox.testkit.Peers;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.zip.CRC32C;
import org.HdrHistogram.Histogram;

/** Measures the whole program {@code letterbox get} with a 1 KB file, from its start to its end. */
final class GetRow implements Row {
    @Override
    public String name() {
        return "get";
    }

    @Override
    public List<Result> measure(Ground ground) throws IOException {
        Path copy = ground.folder().resolve("copy.bin");
        try (FileServer server = ground.serve()) {
            Program ours = new Program(
                    "letterbox get",
                    server,
                    ground.small(),
                    copy,
                    ground.letterbox("get", ground.small().name(), "--key", server.key(), "-o", copy.toString()));
            Program inC = new Program(
                    "C client",
                    server,
                    ground.small(),
                    copy,
                    Command.of(
                                    Peers.program("tlpi-client"),
                                    "-k",
                                    server.key(),
                                    ground.small().name())
                            .outTo(copy));
            List<List<Sample>> samples = ground.rounds().of(List.of(ours, inC));
            return List.of(new Result(
                    new Result.Kind(
                            name(),
                            "letterbox get of a 1 KB file, whole process, median",
                            "ms",
                            Target.upTo(120),
                            "call"),
                    median(ours, samples.get(0)),
                    median(inC, samples.get(1))));
        } finally {
            Files.deleteIfExists(copy);
        }
    }

    private static Figures median(Program program, List<Sample> samples) {
        return Figures.of(program.name(), samples, sample -> sample.microsAt(50) / 1e3, 1);
    }

    /** Runs a client to its end, again and again, and looks at what it wrote. */
    private record Program(String name, FileServer server, ServedFile file, Path copy, Command command)
            implements Contender {
        @Override
        public Sample round(long operations) {
            long cpu = server.cpuNanos() + EndedChildren.cpuNanos();
            Histogram latencies = JavaSide.histogram();
            long all = 0;
            for (long i = 0; i < operations; i++) {
                long start = System.nanoTime();
                try (ChildProcess client = command.start()) {
                    client.exit().expect(0);
                    long nanos = System.nanoTime() - start;
                    latencies.recordValue(nanos);
                    all += nanos;
                }
            }
            cpu = server.cpuNanos() + EndedChildren.cpuNanos() - cpu;
            return new Sample(operations, all, cpu, latencies);
        }

        @Override
        public void check() {
            try {
                Files.deleteIfExists(copy);
                round(1);
                CRC32C checksum = new CRC32C();
                checksum.update(Files.readAllBytes(copy));
                if (checksum.getValue() != file.checksum()) {
                    throw new IllegalStateException(name + " wrote something else than was sent.");
                }
            } catch (IOException missing) {
                throw new UncheckedIOException(missing);
            }
        }

        @Override
        public void close() {}
    }
}
