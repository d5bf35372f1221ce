package dev.letterbox.testkit;

import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * What a child process left.
 *
 * @param command how it was called
 * @param status its exit code, or 128 and the number of the signal that ended it: 143 for TERM, 137 for KILL
 * @param out what it wrote to standard output; nothing when that went to a file
 * @param err what it wrote to standard error
 */
@SuppressWarnings("ArrayRecordComponent") // Two results are never compared, and a file's bytes are no text.
public record Finished(String command, int status, byte[] out, String err) {
    /** Returns standard output as text. */
    public String text() {
        return new String(out, StandardCharsets.UTF_8);
    }

    /** Returns the lines of standard output. */
    public List<String> lines() {
        return text().lines().toList();
    }

    /** Fails with all it wrote unless it ended with that status; returns itself. */
    public Finished expect(int wanted) {
        if (status != wanted) {
            throw new AssertionError("Ended with %d, not with %d: %s".formatted(status, wanted, this));
        }
        return this;
    }

    /** Shows the command and both outputs, shortened. */
    @Override
    public String toString() {
        return show(command, text(), err);
    }

    static String show(String command, String out, String err) {
        return "%s%n-- standard output --%n%s%n-- standard error --%n%s"
                .formatted(command, shortened(out), shortened(err));
    }

    /** Keeps the end of a long text: that is where programs say what went wrong. */
    private static String shortened(String text) {
        int most = 8_000;
        return text.length() <= most ? text : "[...]" + text.substring(text.length() - most);
    }
}
