package dev.letterbox.cli.broker;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** Runs {@code rabbitmqctl}, the broker's own tool for its administrators. */
public final class Rabbitmqctl {
    /** It starts a machine for Erlang, which takes a second, and ten and more where others use the cores. */
    private static final long LONGEST_SECONDS = 60;

    private Rabbitmqctl() {}

    /**
     * What came of it.
     *
     * @param status its exit status
     * @param said all that it printed
     */
    record Ended(int status, String said) {}

    /**
     * Runs it.
     *
     * @param arguments the words after {@code rabbitmqctl --quiet}
     * @throws IOException if it is not there
     */
    static Ended run(List<String> arguments) throws IOException, InterruptedException {
        return end(start(arguments));
    }

    private static Process start(List<String> arguments) throws IOException {
        List<String> words = new ArrayList<>(List.of("rabbitmqctl", "--quiet"));
        words.addAll(arguments);
        return new ProcessBuilder(words).redirectErrorStream(true).start();
    }

    private static Ended end(Process process) throws IOException, InterruptedException {
        process.getOutputStream().close();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return new Ended(process.waitFor(), said);
    }

    /**
     * Asks it something.
     *
     * @param arguments the words after {@code rabbitmqctl --quiet}
     * @return what it printed; empty if it is not there, this user may not use it, it failed, or it took more than a minute
     */
    public static Optional<String> ask(List<String> arguments) {
        try {
            Process process = start(arguments);
            CompletableFuture.delayedExecutor(LONGEST_SECONDS, TimeUnit.SECONDS).execute(() -> kill(process));
            Ended ended = end(process);
            return ended.status() == 0 ? Optional.of(ended.said()) : Optional.empty();
        } catch (IOException absent) {
            return Optional.empty();
        } catch (InterruptedException hurry) {
            Thread.currentThread().interrupt();
            return Optional.empty();
        }
    }

    /** A broker that is frozen answers nobody. What the script started has its output open. */
    private static void kill(Process process) {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
    }
}
