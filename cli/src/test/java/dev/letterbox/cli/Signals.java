package dev.letterbox.cli;

import java.util.Map;

/** Knows the signals that end a program. */
public final class Signals {
    private static final Map<String, Integer> NUMBERS = Map.of("HUP", 1, "INT", 2, "TERM", 15);

    private Signals() {}

    /** Returns the exit code of a program that such a signal ended. */
    public static int exitCode(String signal) {
        return 128 + NUMBERS.get(signal);
    }
}
