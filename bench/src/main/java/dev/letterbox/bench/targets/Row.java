package dev.letterbox.bench.targets;

import java.io.IOException;
import java.util.List;

/** Measures one of the targets. */
interface Row {
    /** Returns its name on the command line. */
    String name();

    /** Measures it, and leaves nothing running. */
    List<Result> measure(Ground ground) throws IOException, InterruptedException;

    /** Cannot be measured here: what is missing is no fault of Letterbox. */
    final class SkippedException extends RuntimeException {
        private static final long serialVersionUID = 1;

        SkippedException(String why) {
            super(why);
        }
    }
}
