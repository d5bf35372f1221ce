package dev.letterbox.bench.targets;

import dev.letterbox.testkit.Command;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;

/** Measures one of the targets. */
interface Row {
    /** Returns its name on the command line. */
    String name();

    /** Returns the table that it belongs to. */
    Section section();

    /** Measures it, and leaves nothing running. */
    List<Result> measure(Ground ground) throws IOException, InterruptedException;

    /**
     * Skips the row unless a program is installed.
     *
     * @param program what is called, and the option that shows its version
     * @param packages what brings it on Debian
     */
    static void require(Command program, String packages) {
        try {
            program.run();
        } catch (UncheckedIOException absent) {
            throw new SkippedException("%s is not installed (Debian, Ubuntu: apt install %s)"
                    .formatted(program.words().getFirst(), packages));
        }
    }

    /** Cannot be measured here: what is missing is no fault of Letterbox. */
    final class SkippedException extends RuntimeException {
        private static final long serialVersionUID = 1;

        SkippedException(String why) {
            super(why);
        }
    }
}
