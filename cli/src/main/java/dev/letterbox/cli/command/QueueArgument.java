package dev.letterbox.cli.command;

import dev.letterbox.sysv.Key;
import dev.letterbox.sysv.MessageQueue;
import dev.letterbox.sysv.MessageQueues;
import dev.letterbox.sysv.error.UnsupportedKernelException;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** The argument that names one queue. */
public final class QueueArgument {
    @Parameters(
            paramLabel = QueueName.LABEL,
            converter = QueueName.Converter.class,
            description = "The queue: an " + QueueName.FORMS + ".")
    private @Nullable QueueName name;

    @Spec(Spec.Target.MIXEE)
    private CommandSpec spec = CommandSpec.create();

    /**
     * Opens the queue. picocli requires the argument, so there is a name.
     *
     * @throws ParameterException if there is no queue with this id, and one whose key is the same number
     */
    public MessageQueue open() {
        QueueName given = Objects.requireNonNull(name);
        if (given instanceof QueueName.Id(int number) && number != 0 && isMissing(number)) {
            QueueName byKey = new QueueName.ByKey(Key.of(number));
            byKey.id().ifPresent(id -> {
                throw new ParameterException(
                        spec.commandLine(),
                        "there is no queue with the id %d; the one with the key %d has the id %d: write key:%d."
                                .formatted(number, number, id, number));
            });
        }
        return given.open();
    }

    /** Returns whether there certainly is no such queue. */
    private static boolean isMissing(int id) {
        try {
            return MessageQueues.find(id).isEmpty();
        } catch (UnsupportedKernelException nothingTells) {
            // To receive from a queue, no list of queues is needed.
            return false;
        }
    }
}
