package dev.letterbox.cli;

/** Puts a number before what is counted. */
final class Counted {
    private Counted() {}

    /** Writes {@code 1 message}, and {@code 2 messages}. */
    static String of(long number, String what) {
        return number + " " + what + (number == 1 ? "" : "s");
    }
}
