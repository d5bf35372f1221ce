package dev.letterbox.cli.queues;

import dev.letterbox.cli.command.CommandFailure;
import dev.letterbox.cli.command.Readers;
import dev.letterbox.cli.command.Version;
import dev.letterbox.cli.command.Waiting;
import dev.letterbox.cli.output.StandardOutput;
import dev.letterbox.sysv.MessageBuffer;
import dev.letterbox.sysv.MessageQueue;
import dev.letterbox.sysv.Selector;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The command {@code receive}. */
@Command(
        name = "receive",
        description = "Receive messages and write them to stdout: one, unless --count or --follow is given.",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        footer = {
            "",
            "Receiving removes the message from the queue, whichever program it was for. To look at it without removing"
                    + " it: letterbox peek.",
            "",
            "Examples:",
            "  letterbox receive 5                           the first; waits for it",
            "  letterbox receive 5 --type 7 --timeout 2s     exit status 1: none arrived",
            "  letterbox receive 0x1234 --format raw > body  only its bytes, to a file",
            "  letterbox receive 5 --follow --format json    one line each, until Ctrl-C",
            "  letterbox receive 5 --follow --no-wait        all messages in the queue",
            "  letterbox receive 5 --count 100               a hundred"
        })
public final class Receive implements Callable<Integer> {
    @Mixin
    private MessageSource source = new MessageSource();

    @Mixin
    private Waiting waiting = new Waiting();

    @ArgGroup
    private Amount amount = new Amount();

    private static final class Amount {
        @Option(
                names = {"-f", "--follow"},
                description = "Continue with the next message, until the timeout or Ctrl-C.")
        private boolean follow;

        @Option(
                names = {"-c", "--count"},
                paramLabel = "N",
                description = "Receive N messages. Exit status 1: fewer arrived in time. Default: 1.")
        private @Nullable Long count;

        long most() {
            return follow ? Long.MAX_VALUE : count == null ? 1 : count;
        }
    }

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Override
    public Integer call() throws IOException, CommandFailure, InterruptedException {
        if (amount.count != null && amount.count < 1) {
            throw new ParameterException(spec.commandLine(), "--count must be 1 or more, not " + amount.count + ".");
        }
        try (MessageQueue queue = source.open()) {
            // A message that nobody reads would be lost.
            if (StandardOutput.isClosed()) {
                throw new CommandFailure(
                        "Standard output is closed: no message was received from %s.".formatted(queue));
            }
            return Readers.workFor(() -> receive(queue));
        }
    }

    private int receive(MessageQueue queue) throws CommandFailure, InterruptedException {
        MessageBuffer message = MessageBuffer.allocate();
        long received = 0;
        while (received < amount.most() && take(queue, message)) {
            received++;
            // One by one: what was received and not yet written would be lost with this process.
            source.output().add(message, OptionalLong.empty());
            if (!source.output().flush()) {
                StandardOutput.setTold();
                throw new CommandFailure("%s: the last message from %s, of type %d, is lost."
                        .formatted(StandardOutput.problem(), queue, message.type()));
            }
        }
        if (received == 0) {
            throw new CommandFailure("No message arrived in time from %s (type %s; msgrcv: ENOMSG)."
                    .formatted(queue, source.types().selector()));
        }
        if (!amount.follow && received < amount.most()) {
            throw new CommandFailure("Only %d of %d messages arrived in time from %s (type %s; msgrcv: ENOMSG)."
                    .formatted(received, amount.most(), queue, source.types().selector()));
        }
        return 0;
    }

    private boolean take(MessageQueue queue, MessageBuffer into) throws InterruptedException {
        Selector selector = source.types().selector();
        Optional<Duration> limit = waiting.limit();
        if (limit.isPresent()) {
            return queue.tryReceive(into, selector, limit.get());
        }
        queue.receive(into, selector);
        return true;
    }
}
