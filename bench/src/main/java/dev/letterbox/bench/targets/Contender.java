package dev.letterbox.bench.targets;

/** Does the work of a row, again and again, in turns with others. */
interface Contender extends AutoCloseable {
    /** Returns what to call it in a table. */
    String name();

    /** Does the work so often, and fails where any answer is not what it should be. */
    Sample round(long operations);

    /** Compares the content that comes with what was sent, byte for byte or by checksum; fails where it differs. */
    void check();

    /** Ends what it started. */
    @Override
    void close();
}
