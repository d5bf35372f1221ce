package dev.letterbox.cli;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Assumptions;

/** Knows the signals that end a program, and whether they do here. */
public final class Signals {
    private static final Map<String, Integer> NUMBERS = Map.of("HUP", 1, "INT", 2, "TERM", 15);

    private Signals() {}

    /** Returns the exit code of a program that such a signal ended. */
    public static int exitCode(String signal) {
        return 128 + NUMBERS.get(signal);
    }

    /** Skips the test where whoever started the tests had the signal ignored: every child inherits that. */
    public static void assumeNotIgnored(String signal) {
        Assumptions.assumeFalse(
                ignored().testBit(NUMBERS.get(signal) - 1),
                "This test needs the signal %s, which is ignored here (by nohup, or a shell that put this behind)"
                        .formatted(signal));
    }

    private static BigInteger ignored() {
        try {
            return Files.readAllLines(Path.of("/proc/self/status")).stream()
                    .filter(line -> line.startsWith("SigIgn:"))
                    .map(line ->
                            new BigInteger(line.substring("SigIgn:".length()).strip(), 16))
                    .findFirst()
                    .orElseThrow();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
