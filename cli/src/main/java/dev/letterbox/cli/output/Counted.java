package dev.letterbox.cli.output;

/** Writes a number with its noun. */
public final class Counted {
    private Counted() {}

    /** Writes {@code 1 message} or {@code 2 messages}. */
    public static String of(long number, String what) {
        return number + " " + what + (number == 1 ? "" : "s");
    }
}
