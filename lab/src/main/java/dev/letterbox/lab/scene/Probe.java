package dev.letterbox.lab.scene;

import java.io.IOException;
import java.util.List;

/** Finds out what this machine lets this user do, by trying. */
public final class Probe {
    private Probe() {}

    public static boolean works(List<String> command) throws InterruptedException {
        try {
            return new ProcessBuilder(command)
                            .redirectErrorStream(true)
                            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                            .start()
                            .waitFor()
                    == 0;
        } catch (IOException missing) {
            return false;
        }
    }
}
