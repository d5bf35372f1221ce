package dev.letterbox.lab;

import dev.letterbox.lab.scene.Probe;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Runs a program in an IPC namespace of its own, where no queue of anybody else is in sight and none stays behind: the
 * kernel removes them all with the last process.
 */
public final class PrivateNamespace {
    /** As root; and as a user who may make namespaces, inside one in which this user is root. */
    private static final List<List<String>> WAYS =
            List.of(List.of("unshare", "--ipc"), List.of("unshare", "--user", "--map-root-user", "--ipc"));

    private PrivateNamespace() {}

    /**
     * Finds a way to make one.
     *
     * @return the words before a command; empty where this user may not
     * @throws InterruptedException where the thread was interrupted
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
     * Runs a command until it ends. It has this process's outputs; its standard input is a pipe that ends when this process
     * does. Should this process be told to end, so is the command, and its end awaited.
     *
     * @param command the command, prefix included
     * @param variable a variable of its environment to set
     * @return its exit status
     * @throws IOException where it cannot be started
     * @throws InterruptedException where the thread was interrupted
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
