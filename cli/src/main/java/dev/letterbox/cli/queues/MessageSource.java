package dev.letterbox.cli.queues;

import dev.letterbox.cli.command.QueueArgument;
import dev.letterbox.cli.command.TypeOptions;
import dev.letterbox.sysv.MessageQueue;
import picocli.CommandLine.Mixin;

/** What the commands that read messages share: the queue, which of its messages, and how they are written. */
final class MessageSource {
    @Mixin
    private QueueArgument queue = new QueueArgument();

    @Mixin
    private TypeOptions types = new TypeOptions();

    @Mixin
    private MessageOutput output = new MessageOutput();

    MessageQueue open() {
        return queue.open();
    }

    TypeOptions types() {
        return types;
    }

    MessageOutput output() {
        return output;
    }
}
