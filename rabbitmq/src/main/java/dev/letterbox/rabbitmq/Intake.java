package dev.letterbox.rabbitmq;

/** What a client has read of one line, and granted for it. For one thread at a time. */
final class Intake {
    /** All lines of a client may come to that, beside what each server may send before the first grant. */
    private static final long BUDGET = 4 * 1024 * 1024;

    private final String server;
    private final long line;
    private long read;
    private long granted = Line.FIRST_GRANT;

    Intake(String server, long line) {
        this.server = server;
        this.line = line;
    }

    String server() {
        return server;
    }

    long line() {
        return line;
    }

    void read(int bodyBytes) {
        read += Wire.cost(bodyBytes);
    }

    /** Returns whether a grant is due: long before the server has to wait for it, and not for a short answer. */
    boolean isDue(int lines) {
        return read >= Line.FIRST_GRANT / 4 && granted - read < share(lines) * 3 / 4;
    }

    /** Grants what a client with so many lines can take by this one, and returns the bytes in all. */
    long grant(int lines) {
        granted = Math.max(granted, read + share(lines));
        return granted;
    }

    private static long share(int lines) {
        return Math.clamp(BUDGET / Math.max(1, lines), Line.FIRST_GRANT, Line.MOST);
    }
}
