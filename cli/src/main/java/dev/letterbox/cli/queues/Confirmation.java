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

/** Is the question before queues are removed, and the option that answers it. */
final class Confirmation {
    @Option(
            names = {"-y", "--yes"},
            description = "Do not ask.")
    private boolean yes;

    /** Tells whether it is answered already. */
    boolean isGiven() {
        return yes;
    }

    /** Refuses a command line that would have to ask where nobody is. */
    void requireSomebody(CommandLine command, String elseSay) {
        if (!yes && !Terminal.isTerminal(0)) {
            throw new ParameterException(
                    command, "nobody can be asked, as stdin is no terminal: say --yes, or " + elseSay + " to look.");
        }
    }

    /** Asks, unless it is answered already. */
    boolean confirms(String what) throws IOException {
        if (yes) {
            return true;
        }
        System.err.print("Remove " + what + "? [y/N] ");
        System.err.flush();
        @Nullable
        String answer = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8)).readLine();
        if (answer == null) {
            System.err.println();
        }
        return answer != null
                && (answer.strip().equalsIgnoreCase("y") || answer.strip().equalsIgnoreCase("yes"));
    }

    /** Says how many queues, and how much is in them. */
    static String describe(Collection<ListedQueue> queues) {
        long messages =
                queues.stream().mapToLong(queue -> queue.status().messages()).sum();
        return Counted.of(queues.size(), "queue") + " with " + Counted.of(messages, "message");
    }
}
