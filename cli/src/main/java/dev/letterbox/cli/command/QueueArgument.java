package dev.letterbox.cli.command;

import dev.letterbox.sysv.MessageQueue;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Parameters;

/** Is the argument that names one queue. */
public final class QueueArgument {
    @Parameters(
            paramLabel = "QUEUE",
            converter = QueueName.Converter.class,
            description = "The queue; an " + QueueName.FORMS + ".")
    private @Nullable QueueName name;

    /** Opens the queue. Without a name no command is called. */
    public MessageQueue open() {
        return Objects.requireNonNull(name).open();
    }
}
