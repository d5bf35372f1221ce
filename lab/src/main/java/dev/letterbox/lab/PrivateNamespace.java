package dev.letterbox.lab;

import dev.letterbox.lab.scene.Probe;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Runs a program in an IPC namespace of its own. Other programs' queues are invisible there, and none is left behind: the
 * kernel removes all queues of the namespace when its last process ends.
 */
public final class PrivateNamespace {
    /** For root; and for users who may create a user namespace, in which they are root. */
    private static final List<List<String>> WAYS =
            List.of(List.of("unshare", "--ipc"), List.of("unshare", "--user", "--map-root-user", "--ipc"));

    private PrivateNamespace() {}

    /**
     * Finds a command that creates a namespace.
     *
     * @return the words that go before a command; empty if this user may not create one
     * @throws InterruptedException if the thread is interrupted
     */
    public static Optional<List<String>> prefix() throws InterruptedException {
        for (List<String> way : WAYS) {
            List<String> trial = new ArrayList<>(way);
            trial.add("true");
            if (Probe.works(trial)) {
                return Optional.of(way);
            }
        }
        return Optional.empty();
    }

    /**
     * Runs a command and waits for its end. It inherits standard output and standard error; its standard input is a pipe that
     * ends with this process. When this process is told to end, it ends the command and waits for it.
     *
     * @param command the command, with its prefix
     * @param variable an environment variable to set to 1
     * @return its exit status
     * @throws IOException if it cannot be started
     * @throws InterruptedException if the thread is interrupted
     */
    public static int run(List<String> command, String variable) throws IOException, InterruptedException {
        ProcessBuilder builder = new ProcessBuilder(command)
                .redirectOutput(ProcessBuilder.Redirect.INHERIT)
                .redirectError(ProcessBuilder.Redirect.INHERIT);
        builder.environment().put(variable, "1");
        Process process = builder.start();
        Thread end = new Thread(
                () -> {
                    process.destroy();
                    process.onExit().join();
                },
                "lab-end");
        Runtime.getRuntime().addShutdownHook(end);
        return process.waitFor();
    }
}
