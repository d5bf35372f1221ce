package dev.letterbox.cli.queues;

import dev.letterbox.cli.host.Accounts;
import dev.letterbox.sysv.QueueStatus;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** Is the option that chooses queues by whose they are. */
final class OwnerOption {
    @Option(
            names = "--owner",
            paramLabel = "USER",
            converter = UserConverter.class,
            description = "Only queues that this user owns; a name or a number.")
    private @Nullable Integer owner;

    boolean isGiven() {
        return owner != null;
    }

    /** Tells whether a queue is that user's; each is where none is given. */
    boolean fits(QueueStatus queue) {
        return owner == null || owner == queue.ownerUid();
    }

    /** Reads a user's name or number. */
    private static final class UserConverter implements ITypeConverter<Integer> {
        @Override
        public Integer convert(String text) {
            OptionalInt uid = Accounts.uid(text);
            return uid.orElseThrow(() -> new TypeConversionException("there is no user '" + text + "'."));
        }
    }
}
