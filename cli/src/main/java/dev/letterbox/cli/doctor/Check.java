package dev.letterbox.cli.doctor;

import java.io.IOException;
import java.util.List;

/** Examines one subject and changes nothing that lasts. */
@FunctionalInterface
interface Check {
    /** Returns what it found, which may include that all is well. */
    List<Finding> findings(Scene scene) throws IOException, InterruptedException;
}
