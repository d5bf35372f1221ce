package dev.letterbox.cli.command;

import dev.letterbox.sysv.MessageQueue;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Parameters;

/** The argument that names one queue. */
public final class QueueArgument {
    @Parameters(
            paramLabel = "QUEUE",
            converter = QueueName.Converter.class,
            description = "The queue: an " + QueueName.FORMS + ".")
    private @Nullable QueueName name;

    /** Opens the queue. picocli requires the argument, so there is a name. */
    public MessageQueue open() {
        return Objects.requireNonNull(name).open();
    }
}
