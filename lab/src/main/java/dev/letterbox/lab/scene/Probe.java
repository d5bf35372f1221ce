package dev.letterbox.lab.scene;

import java.io.IOException;
import java.util.List;

/** Tries whether a command works for this user on this machine. */
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
