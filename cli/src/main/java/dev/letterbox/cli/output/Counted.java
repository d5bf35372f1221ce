package dev.letterbox.cli.output;

/** Puts a number before what is counted. */
public final class Counted {
    private Counted() {}

    /** Writes {@code 1 message}, and {@code 2 messages}. */
    public static String of(long number, String what) {
        return number + " " + what + (number == 1 ? "" : "s");
    }
}
