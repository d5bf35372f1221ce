package dev.letterbox.bench.targets;

import dev.letterbox.testkit.ChildProcess;
import dev.letterbox.testkit.Command;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.function.LongSupplier;
import java.util.regex.MatchResult;
import java.util.zip.DataFormatException;
import org.HdrHistogram.Histogram;

/** Is a Java program that does the work in a process of its own, warm from round to round. */
final class JavaContender implements Contender {
    private static final Duration PATIENCE = Duration.ofMinutes(2);

    private final String name;
    private final ChildProcess process;
    private final LongSupplier otherSideCpuNanos;
    private final long checksum;
    private int rounds;
    private int checks;

    /**
     * Starts it.
     *
     * @param name what to call it
     * @param otherSideCpuNanos the processor time of the other side, which is no child of it
     * @param checksum what its content has to have
     * @param command the program, which {@link JavaSide#serve serves}
     */
    JavaContender(String name, LongSupplier otherSideCpuNanos, long checksum, Command command) {
        this.name = name;
        this.otherSideCpuNanos = otherSideCpuNanos;
        this.checksum = checksum;
        this.process = command.openInput().start();
        try {
            process.awaitLine("^ready$", PATIENCE);
        } catch (AssertionError failed) {
            process.close();
            throw failed;
        }
    }

    @Override
    public String name() {
        return name;
    }

    long pid() {
        return process.pid();
    }

    @Override
    public Sample round(long operations) {
        long otherSide = otherSideCpuNanos.getAsLong();
        process.writeLine(Long.toString(operations));
        rounds++;
        List<MatchResult> answers = process.awaitLines(rounds, "^round (\\d+) (\\d+) (\\d+) (\\S+)$", PATIENCE);
        otherSide = otherSideCpuNanos.getAsLong() - otherSide;
        MatchResult answer = answers.getLast();
        return new Sample(
                Long.parseLong(answer.group(1)),
                Long.parseLong(answer.group(2)),
                Long.parseLong(answer.group(3)) + otherSide,
                decoded(answer.group(4)));
    }

    private static Histogram decoded(String base64) {
        try {
            return Histogram.decodeFromCompressedByteBuffer(
                    ByteBuffer.wrap(Base64.getDecoder().decode(base64)), 0);
        } catch (DataFormatException broken) {
            throw new IllegalStateException("A histogram cannot be read.", broken);
        }
    }

    @Override
    public void check() {
        process.writeLine("check");
        checks++;
        String line = process.awaitLines(checks, "^checked ([0-9a-f]{8})$", PATIENCE)
                .getLast()
                .group(1);
        long found = Long.parseLong(line, 16);
        if (found != checksum) {
            throw new IllegalStateException(
                    "%s got content with the CRC-32C %08x, not %08x.".formatted(name, found, checksum));
        }
    }

    /** Ends it by the end of its input, so that it removes its queue. */
    @Override
    public void close() {
        end(process);
    }

    /** Lets a program that ends with its input do so. */
    static void end(ChildProcess process) {
        try (process) {
            process.endInput();
            process.exit(PATIENCE);
        }
    }
}
