package dev.letterbox.cli.queues;

import dev.letterbox.cli.host.ListedQueue;
import dev.letterbox.cli.output.Counted;
import dev.letterbox.cli.output.Terminal;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** The confirmation before queues are removed, and the option that skips it. */
final class Confirmation {
    @Option(
            names = {"-y", "--yes"},
            description = "Do not ask for confirmation.")
    private boolean yes;

    private @Nullable BufferedReader answers;

    /** Returns whether the option is given. */
    boolean isGiven() {
        return yes;
    }

    /** Rejects a command line that would have to ask although stdin is not a terminal. */
    void requireSomebody(CommandLine command, String preview) {
        if (!yes && !Terminal.isTerminal(0)) {
            throw new ParameterException(
                    command,
                    "cannot ask for confirmation: stdin is not a terminal. Use --yes, or " + preview + " to preview.");
        }
    }

    /** Asks, unless the option is given. */
    boolean confirms(String question) throws IOException {
        if (yes) {
            return true;
        }
        System.err.print(String.join(System.lineSeparator(), Terminal.ofStderr().labelled("", question + " [y/N] ")));
        System.err.flush();
        @Nullable String answer = answers().readLine();
        if (answer == null) {
            System.err.println();
        }
        return answer != null
                && (answer.strip().equalsIgnoreCase("y") || answer.strip().equalsIgnoreCase("yes"));
    }

    /** Returns one reader for all questions: it may read further than to the end of a line. */
    private BufferedReader answers() {
        BufferedReader known = answers;
        if (known == null) {
            known = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
            answers = known;
        }
        return known;
    }

    /** Describes queues by their number and their messages. */
    static String describe(Collection<ListedQueue> queues) {
        long messages =
                queues.stream().mapToLong(queue -> queue.status().messages()).sum();
        return Counted.of(queues.size(), "queue") + " with " + Counted.of(messages, "message");
    }
}
