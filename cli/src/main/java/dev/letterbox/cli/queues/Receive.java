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

/** Is the command that receives messages. */
@Command(
        name = "receive",
        description = "Receive a message: take it out of its queue and write it to stdout.",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        footer = {
            "",
            "What is received is gone from the queue, whoever it was meant for. To look only: letterbox peek.",
            "",
            "Examples:",
            "  letterbox receive 5                           the first; waits for one",
            "  letterbox receive 5 --type 7 --timeout 2s     status 1: none came",
            "  letterbox receive 0x1234 --format raw > body  its bytes, to a file",
            "  letterbox receive 5 --follow --format json    a line for each, until Ctrl-C",
            "  letterbox receive 5 --follow --no-wait        all that is there"
        })
public final class Receive implements Callable<Integer> {
    @Mixin
    private MessageSource source = new MessageSource();

    @Mixin
    private Waiting waiting = new Waiting();

    @Option(names = "--follow", description = "Go on with the next message, until none comes in time or Ctrl-C.")
    private boolean follow;

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Override
    public Integer call() throws IOException, CommandFailure, InterruptedException {
        try (MessageQueue queue = source.open()) {
            // Whose reader is gone takes no message: it would be lost.
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
                        "Nobody reads what is written any more: the last message from %s, of type %d, is lost."
                                .formatted(queue, message.type()));
            }
            goOn = follow;
        }
        if (!any) {
            throw new CommandFailure("No message came in time from %s (type %s; msgrcv: ENOMSG)."
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
