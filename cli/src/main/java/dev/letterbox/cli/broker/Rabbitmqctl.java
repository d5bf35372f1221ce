package dev.letterbox.cli.broker;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Runs {@code rabbitmqctl}, the broker's own tool for its administrators. */
public final class Rabbitmqctl {
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
        List<String> words = new ArrayList<>(List.of("rabbitmqctl", "--quiet"));
        words.addAll(arguments);
        Process process = new ProcessBuilder(words).redirectErrorStream(true).start();
        process.getOutputStream().close();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return new Ended(process.waitFor(), said);
    }

    /**
     * Asks it something.
     *
     * @param arguments the words after {@code rabbitmqctl --quiet}
     * @return what it printed; empty if it is not there, this user may not use it, or it failed
     */
    public static Optional<String> ask(List<String> arguments) {
        try {
            Ended ended = run(arguments);
            return ended.status() == 0 ? Optional.of(ended.said()) : Optional.empty();
        } catch (IOException absent) {
            return Optional.empty();
        } catch (InterruptedException hurry) {
            Thread.currentThread().interrupt();
            return Optional.empty();
        }
    }
}
