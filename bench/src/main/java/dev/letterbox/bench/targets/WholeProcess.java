package dev.letterbox.bench.targets;

import dev.letterbox.bench.EndedChildren;
import dev.letterbox.testkit.ChildProcess;
import dev.letterbox.testkit.Command;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.LongSupplier;
import java.util.zip.CRC32C;
import org.HdrHistogram.Histogram;

/**
 * Runs a program to its end, again and again, from its start: what it takes, a user waits for.
 *
 * @param name what to call it in a table
 * @param otherSideCpuNanos the processor time of a server, which is no child that has ended
 * @param command what is timed
 * @param checked the same, writing what comes to the copy
 * @param copy where content is written, if it is; removed before each start, out of the time
 * @param file what is to come
 */
record WholeProcess(
        String name, LongSupplier otherSideCpuNanos, Command command, Command checked, Path copy, ServedFile file)
        implements Contender {
    private static final Path NOWHERE = Path.of("/dev/null");
    private static final int BLOCK = 1 << 20;

    /** A program that writes the content to standard output, and that to nowhere. */
    static WholeProcess toNowhere(
            String name, LongSupplier otherSide, Command toNowhere, Command toCopy, Path copy, ServedFile file) {
        return new WholeProcess(name, otherSide, toNowhere.outTo(NOWHERE), toCopy.outTo(copy), copy, file);
    }

    /** A program that writes the copy itself. */
    static WholeProcess toFile(String name, LongSupplier otherSide, Command command, Path copy, ServedFile file) {
        return new WholeProcess(name, otherSide, command, command, copy, file);
    }

    @Override
    public Sample round(long operations) {
        return round(command, operations);
    }

    private Sample round(Command program, long operations) {
        return timed(program, operations, otherSideCpuNanos, this::removeCopy, this::requireWhole);
    }

    /** Runs a program to its end so often. */
    static Sample timed(Command program, long operations, LongSupplier otherSideCpuNanos) {
        return timed(program, operations, otherSideCpuNanos, () -> {}, () -> {});
    }

    private static Sample timed(
            Command program, long operations, LongSupplier otherSideCpuNanos, Runnable before, Runnable after) {
        long cpu = otherSideCpuNanos.getAsLong() + EndedChildren.cpuNanos();
        Histogram latencies = JavaSide.histogram();
        long all = 0;
        for (long i = 0; i < operations; i++) {
            before.run();
            long start = System.nanoTime();
            try (ChildProcess one = program.start()) {
                one.exit().expect(0);
                long nanos = System.nanoTime() - start;
                latencies.recordValue(nanos);
                all += nanos;
            }
            after.run();
        }
        cpu = otherSideCpuNanos.getAsLong() + EndedChildren.cpuNanos() - cpu;
        return new Sample(operations, all, cpu, latencies);
    }

    private void requireWhole() {
        try {
            if (Files.exists(copy) && Files.size(copy) != file.size()) {
                throw new IllegalStateException(
                        "%s wrote %d bytes, not %d.".formatted(name, Files.size(copy), file.size()));
            }
        } catch (IOException gone) {
            throw new UncheckedIOException(gone);
        }
    }

    @Override
    public void check() {
        round(checked, 1);
        CRC32C checksum = new CRC32C();
        byte[] block = new byte[BLOCK];
        try (InputStream in = Files.newInputStream(copy)) {
            for (int length = in.read(block); length >= 0; length = in.read(block)) {
                checksum.update(block, 0, length);
            }
        } catch (IOException missing) {
            throw new UncheckedIOException(missing);
        }
        if (checksum.getValue() != file.checksum()) {
            throw new IllegalStateException(name + " wrote something else than was sent.");
        }
        removeCopy();
    }

    private void removeCopy() {
        try {
            Files.deleteIfExists(copy);
        } catch (IOException busy) {
            throw new UncheckedIOException(busy);
        }
    }

    @Override
    public void close() {
        removeCopy();
    }
}
