package dev.letterbox.cli.queues;

import dev.letterbox.cli.command.CommandFailure;
import dev.letterbox.cli.command.Readers;
import dev.letterbox.cli.command.Version;
import dev.letterbox.cli.command.Waiting;
import dev.letterbox.sysv.MessageBuffer;
import dev.letterbox.sysv.MessageQueue;
import dev.letterbox.sysv.Selector;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** The command {@code receive}. */
@Command(
        name = "receive",
        description = "Receive a message and write it to stdout.",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        footer = {
            "",
            "Receiving removes the message from the queue, whichever program it was for. To look at it only: letterbox peek.",
            "",
            "Examples:",
            "  letterbox receive 5                           the first; waits for it",
            "  letterbox receive 5 --type 7 --timeout 2s     exit status 1: none arrived",
            "  letterbox receive 0x1234 --format raw > body  only its bytes, to a file",
            "  letterbox receive 5 --follow --format json    one line each, until Ctrl-C",
            "  letterbox receive 5 --follow --no-wait        all messages in the queue"
        })
public final class Receive implements Callable<Integer> {
    @Mixin
    private MessageSource source = new MessageSource();

    @Mixin
    private Waiting waiting = new Waiting();

    @Option(names = "--follow", description = "Continue with the next message, until the timeout or Ctrl-C.")
    private boolean follow;

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Override
    public Integer call() throws IOException, CommandFailure, InterruptedException {
        try (MessageQueue queue = source.open()) {
            // A message that nobody reads would be lost.
            return Readers.workFor(() -> receive(queue));
        }
    }

    private int receive(MessageQueue queue) throws IOException, CommandFailure, InterruptedException {
        MessageBuffer message = MessageBuffer.allocate();
        boolean any = false;
        boolean goOn = true;
        while (goOn && take(queue, message)) {
            any = true;
            if (!source.output().write(spec.commandLine().getOut(), message, OptionalLong.empty())) {
                throw new CommandFailure(
                        "Standard output was closed by its reader: the last message from %s, of type %d, is lost."
                                .formatted(queue, message.type()));
            }
            goOn = follow;
        }
        if (!any) {
            throw new CommandFailure("No message arrived in time from %s (type %s; msgrcv: ENOMSG)."
                    .formatted(queue, source.types().selector()));
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
