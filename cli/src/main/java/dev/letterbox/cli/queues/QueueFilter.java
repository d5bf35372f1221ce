package dev.letterbox.cli.queues;

import dev.letterbox.cli.command.KeyOption;
import dev.letterbox.cli.host.ListedQueue;
import dev.letterbox.sysv.Key;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** The options that choose queues. A queue must match all that are given. */
final class QueueFilter implements Predicate<ListedQueue> {
    @Mixin
    private OwnerOption owner = new OwnerOption();

    @Option(
            names = {"-k", "--key"},
            paramLabel = "KEY",
            converter = KeyOption.Converter.class,
            description = "Only the queue with this key.")
    private @Nullable Key key;

    @Option(
            names = "--fuller-than",
            paramLabel = "PERCENT",
            converter = PercentConverter.class,
            description = "Only queues that are at least this full, such as 80%%.")
    private @Nullable Double fullerThan;

    @Mixin
    private AgeOption age = new AgeOption();

    @Option(names = "--private", description = "Only queues without a key.")
    private boolean privateOnly;

    @Option(
            names = "--orphans",
            description =
                    "Only queues of Letterbox clients that have exited, which is certain, and other queues that look"
                            + " leaked: their last sender and receiver have exited; for private queues, the last receiver"
                            + " alone counts. A queue does not look leaked if it has never been used, if a process sleeps in"
                            + " it, or if it is private and unread and a process of its creator is still running.")
    private boolean orphans;

    /** Returns whether any of the options is given. */
    boolean isGiven() {
        return owner.isGiven()
                || key != null
                || fullerThan != null
                || age.least().isPresent()
                || privateOnly
                || orphans;
    }

    @Override
    public boolean test(ListedQueue queue) {
        return owner.fits(queue.status())
                && (key == null || key.value() == queue.status().keyValue())
                && (fullerThan == null || queue.fill().orElse(0) >= fullerThan)
                && age.fits(queue)
                && (!privateOnly || queue.status().isPrivate())
                && (!orphans || queue.looksOrphaned());
    }

    /** Reads a percentage as a fraction. */
    static final class PercentConverter implements ITypeConverter<Double> {
        @Override
        public Double convert(String text) {
            if (!text.matches("\\d{1,3}(\\.\\d{1,3})?%?")) {
                throw new TypeConversionException("'" + text + "' is not a percentage: write 80%.");
            }
            return Double.parseDouble(text.replace("%", "")) / 100;
        }
    }
}
