package dev.letterbox.cli.queues;

import dev.letterbox.cli.command.CommandFailure;
import dev.letterbox.cli.command.KeyOption;
import dev.letterbox.cli.command.ModeConverter;
import dev.letterbox.cli.command.SizeConverter;
import dev.letterbox.cli.command.Version;
import dev.letterbox.cli.output.Counted;
import dev.letterbox.cli.output.StandardOutput;
import dev.letterbox.cli.output.Terminal;
import dev.letterbox.sysv.Key;
import dev.letterbox.sysv.MessageQueue;
import dev.letterbox.sysv.MessageQueues;
import dev.letterbox.sysv.Mode;
import dev.letterbox.sysv.error.QueueException;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** The command {@code create}. */
@Command(
        name = "create",
        description = "Create a message queue. It exists until it is removed.",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        footer = {
            "",
            "Examples:",
            "  letterbox create                              a private queue, for yourself",
            "  letterbox create --key 0x1234 --mode 0660     one that others can find",
            "  id=$(letterbox create --quiet)                for scripts"
        })
public final class Create implements Callable<Integer> {
    @Option(
            names = {"-k", "--key"},
            paramLabel = "KEY",
            converter = KeyOption.Converter.class,
            description = "The key, which must be free. Default: none; the queue is private.")
    private @Nullable Key key;

    @Option(
            names = {"-m", "--mode"},
            paramLabel = "MODE",
            defaultValue = "0600",
            converter = ModeConverter.class,
            description = "The permissions to receive (read) and send (write), in octal. Default: ${DEFAULT-VALUE}.")
    private Mode mode = Mode.OWNER;

    @Option(
            names = "--capacity",
            paramLabel = "BYTES",
            converter = SizeConverter.class,
            description = "The most bytes that it can hold. Default: the kernel's msgmnb.")
    private @Nullable Long capacity;

    @Option(
            names = {"-q", "--quiet"},
            description = "Print only the queue's id.")
    private boolean quiet;

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Override
    public Integer call() throws CommandFailure {
        PrintWriter out = spec.commandLine().getOut();
        try (MessageQueue queue = key == null ? MessageQueue.createPrivate(mode) : MessageQueue.create(key, mode)) {
            if (capacity != null) {
                try {
                    queue.setCapacity(capacity);
                } catch (QueueException refused) {
                    // Not the queue that was asked for.
                    queue.remove();
                    throw refused;
                }
            }
            if (quiet) {
                out.println(queue.id());
            } else {
                // Unknown where a security module or a filter refuses it.
                String holds = MessageQueues.find(queue.id())
                        .flatMap(status -> status.capacity().stream().boxed().findFirst())
                        .map(bytes -> ", capacity " + Counted.of(bytes, "byte"))
                        .orElse("");
                Terminal.ofStdout()
                        .say(
                                out,
                                "Created queue %d: %s, mode %s%s."
                                        .formatted(queue.id(), key == null ? "private" : "key " + key, mode, holds));
            }
            if (out.checkError()) {
                // Nobody knows its id.
                queue.remove();
                StandardOutput.setTold();
                throw new CommandFailure(StandardOutput.problem() + ": the new queue was removed again.");
            }
            return 0;
        }
    }
}
