package dev.letterbox.sysv;

import dev.letterbox.sysv.error.QueueException;
import dev.letterbox.testkit.Finished;
import java.util.LinkedHashMap;
import java.util.Map;

/** Makes a call in a child process and prints how it ended, one line each, for the test to read. */
final class Attempt {
    private static final String SEPARATOR = " => ";

    private Attempt() {}

    /** A call that may fail. */
    interface Call {
        void make() throws Exception;
    }

    /** Makes the call and prints {@code done}, or the exception's type, errno and message. */
    static void print(String what, Call call) {
        String outcome = "done";
        try {
            call.make();
        } catch (QueueException failed) {
            outcome = failed.getClass().getSimpleName() + " " + failed.errno().orElse("-") + " " + failed.getMessage();
        } catch (Exception failed) {
            outcome = failed.toString();
        }
        print(what, outcome);
    }

    /** Prints a value. */
    static void print(String what, Object value) {
        System.out.println(what + SEPARATOR + value);
    }

    /** Returns what the child printed: the outcome by what was tried. */
    static Map<String, String> outcomes(Finished child) {
        Map<String, String> outcomes = new LinkedHashMap<>();
        for (String line : child.expect(0).lines()) {
            int separator = line.indexOf(SEPARATOR);
            if (separator >= 0) {
                outcomes.put(line.substring(0, separator), line.substring(separator + SEPARATOR.length()));
            }
        }
        return outcomes;
    }
}
