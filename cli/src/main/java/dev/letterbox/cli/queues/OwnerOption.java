package dev.letterbox.cli.queues;

import dev.letterbox.cli.host.Accounts;
import dev.letterbox.sysv.QueueStatus;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** The option that chooses queues by their owner. */
final class OwnerOption {
    @Option(
            names = "--owner",
            paramLabel = "USER",
            converter = UserConverter.class,
            description = "Only queues of this owner, a name or a number.")
    private @Nullable Integer owner;

    boolean isGiven() {
        return owner != null;
    }

    /** Returns whether a queue belongs to that user; true if no user is given. */
    boolean fits(QueueStatus queue) {
        return fits(queue.ownerUid());
    }

    /** Returns whether this is that user; true if no user is given. */
    boolean fits(int uid) {
        return owner == null || owner == uid;
    }

    /** Reads a user's name or number. */
    private static final class UserConverter implements ITypeConverter<Integer> {
        @Override
        public Integer convert(String text) {
            OptionalInt uid = Accounts.uid(text);
            return uid.orElseThrow(() -> new TypeConversionException(Accounts.notFound("user", text)));
        }
    }
}
