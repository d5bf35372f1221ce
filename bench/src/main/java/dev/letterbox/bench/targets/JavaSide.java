package dev.letterbox.bench.targets;

import dev.letterbox.bench.CpuClock;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.HdrHistogram.Histogram;

/**
 * Is the half of a {@link JavaContender} that runs in a process of its own: it does what comes in lines on standard
 * input, and answers each with a line. It ends with its input, so also when the benchmark is killed.
 */
final class JavaSide {
    /** Up to a minute, with three digits. */
    private static final long LONGEST = 60_000_000_000L;

    /** What a check returns where every operation compares all that comes. */
    static final long NO_CHECKSUM = 0;

    /** What is measured. */
    @FunctionalInterface
    interface Operation {
        /** Does it once, and fails where the answer is not what it should be. */
        void run() throws Exception;
    }

    /** What tells the checksum of the content. */
    @FunctionalInterface
    interface Check {
        /** Does the operation once, and returns the CRC-32C of all that came. */
        long run() throws Exception;
    }

    private JavaSide() {}

    static Histogram histogram() {
        return new Histogram(LONGEST, 3);
    }

    /** Serves the lines: each caller has an operation, and a thread, of its own. */
    static void serve(List<Operation> callers, Check check) throws Exception {
        System.out.println("ready");
        try (ExecutorService threads = Executors.newFixedThreadPool(callers.size());
                BufferedReader lines =
                        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.US_ASCII))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                if (line.equals("check")) {
                    System.out.printf("checked %08x%n", check.run());
                } else {
                    System.out.println(round(callers, threads, Long.parseLong(line)));
                }
            }
        }
    }

    private static String round(List<Operation> callers, ExecutorService threads, long operations)
            throws InterruptedException, ExecutionException {
        long each = Math.max(1, operations / callers.size());
        List<Future<Histogram>> running = new ArrayList<>();
        long cpu = CpuClock.nanos();
        long start = System.nanoTime();
        for (Operation caller : callers) {
            running.add(threads.submit(() -> repeat(caller, each)));
        }
        Histogram all = histogram();
        for (Future<Histogram> one : running) {
            all.add(one.get());
        }
        long nanos = System.nanoTime() - start;
        cpu = CpuClock.nanos() - cpu;
        ByteBuffer bytes = ByteBuffer.allocate(all.getNeededByteBufferCapacity());
        int length = all.encodeIntoCompressedByteBuffer(bytes);
        return "round %d %d %d %s"
                .formatted(
                        all.getTotalCount(),
                        nanos,
                        cpu,
                        Base64.getEncoder().encodeToString(Arrays.copyOf(bytes.array(), length)));
    }

    private static Histogram repeat(Operation operation, long times) throws Exception {
        Histogram latencies = histogram();
        for (long i = 0; i < times; i++) {
            long start = System.nanoTime();
            operation.run();
            latencies.recordValue(System.nanoTime() - start);
        }
        return latencies;
    }

    /** Ends the process with its input: for servers, who have nothing to do but wait. */
    static void awaitEndOfInput() {
        System.out.println("ready");
        try {
            while (System.in.read() >= 0) {
                // Until whoever started this ends.
            }
        } catch (IOException broken) {
            throw new UncheckedIOException(broken);
        }
    }
}
