package dev.letterbox.cli.queues;

import dev.letterbox.cli.command.ModeConverter;
import dev.letterbox.cli.command.QueueArgument;
import dev.letterbox.cli.command.SizeConverter;
import dev.letterbox.cli.command.Version;
import dev.letterbox.cli.host.Accounts;
import dev.letterbox.cli.output.Counted;
import dev.letterbox.cli.output.Terminal;
import dev.letterbox.sysv.MessageQueue;
import dev.letterbox.sysv.MessageQueues;
import dev.letterbox.sysv.Mode;
import dev.letterbox.sysv.QueueStatus;
import java.io.PrintWriter;
import java.util.OptionalInt;
import java.util.concurrent.Callable;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;

/** The command {@code set}. */
@Command(
        name = "set",
        description = "Change a queue's owner, mode or capacity.",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        footer = {
            "",
            "Only its creator, its owner and root may do this. The creator always keeps all rights.",
            "",
            "Examples:",
            "  letterbox set 5 --mode 0660                   lets the group use it too",
            "  letterbox set 0x1234 --owner alice:staff      gives it to alice",
            "  letterbox set 5 --capacity 64K                more than msgmnb needs root"
        })
public final class SetCommand implements Callable<Integer> {
    @Mixin
    private QueueArgument argument = new QueueArgument();

    @Option(
            names = {"-o", "--owner"},
            paramLabel = "USER[:GROUP]",
            converter = OwnerConverter.class,
            description = "The new owner; :GROUP changes only the group. Names or numbers.")
    private @Nullable Owner owner;

    @Option(
            names = {"-m", "--mode"},
            paramLabel = "MODE",
            converter = ModeConverter.class,
            description = "The permissions to receive (read) and send (write), in octal.")
    private @Nullable Mode mode;

    @Option(
            names = "--capacity",
            paramLabel = "BYTES",
            converter = SizeConverter.class,
            description = "The most bytes, and the most messages, that it can hold.")
    private @Nullable Long capacity;

    @Spec
    private CommandSpec spec = CommandSpec.create();

    record Owner(OptionalInt uid, OptionalInt gid) {}

    @Override
    public Integer call() {
        if (owner == null && mode == null && capacity == null) {
            throw new ParameterException(spec.commandLine(), "nothing to change: use --owner, --mode or --capacity.");
        }
        try (MessageQueue queue = argument.open()) {
            // The owner last: giving a queue away may end all rights to it.
            if (capacity != null) {
                long bytes = capacity;
                change(queue, "capacity", SetCommand::capacity, () -> queue.setCapacity(bytes));
            }
            if (mode != null) {
                Mode bits = mode;
                change(queue, "mode", state -> state.mode().toString(), () -> queue.setMode(bits));
            }
            if (owner != null) {
                Owner to = owner;
                change(queue, "owner", new Accounts()::owner, () -> give(queue, to));
            }
            return 0;
        }
    }

    private static String capacity(QueueStatus state) {
        return state.capacity().isPresent() ? Counted.of(state.capacity().getAsLong(), "byte") : "? bytes";
    }

    private static void give(MessageQueue queue, Owner to) {
        QueueStatus state = MessageQueues.find(queue.id()).orElseGet(queue::status);
        queue.setOwner(to.uid().orElse(state.ownerUid()), to.gid().orElse(state.ownerGid()));
    }

    private void change(MessageQueue queue, String what, Function<QueueStatus, String> reading, Runnable change) {
        QueueStatus before = MessageQueues.find(queue.id()).orElseGet(queue::status);
        change.run();
        QueueStatus after = MessageQueues.find(queue.id()).orElse(before);
        PrintWriter out = spec.commandLine().getOut();
        Terminal.ofStdout()
                .say(
                        out,
                        "%s: %s %s, was %s."
                                .formatted(upper(queue), what, reading.apply(after), reading.apply(before)));
        out.flush();
    }

    private static String upper(MessageQueue queue) {
        String name = queue.toString();
        return Character.toUpperCase(name.charAt(0)) + name.substring(1);
    }

    /** Reads an owner as chown does. */
    static final class OwnerConverter implements ITypeConverter<Owner> {
        @Override
        public Owner convert(String text) {
            int colon = text.indexOf(':');
            String user = colon < 0 ? text : text.substring(0, colon);
            String group = colon < 0 ? "" : text.substring(colon + 1);
            if (user.isEmpty() && group.isEmpty()) {
                throw new TypeConversionException("'" + text + "' is not an owner: write USER, USER:GROUP or :GROUP.");
            }
            return new Owner(known("user", user, Accounts.uid(user)), known("group", group, Accounts.gid(group)));
        }

        private static OptionalInt known(String what, String text, OptionalInt found) {
            if (!text.isEmpty() && found.isEmpty()) {
                throw new TypeConversionException(Accounts.notFound(what, text));
            }
            return text.isEmpty() ? OptionalInt.empty() : found;
        }
    }
}
