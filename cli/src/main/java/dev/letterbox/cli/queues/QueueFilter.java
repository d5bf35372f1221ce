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

/** Is the options that choose queues by what they are; a queue must fit all that are given. */
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
            description = "Only queues that are so full or fuller, as in 80%%.")
    private @Nullable Double fullerThan;

    @Mixin
    private AgeOption age = new AgeOption();

    @Option(names = "--private", description = "Only queues without a key.")
    private boolean privateOnly;

    @Option(
            names = "--orphans",
            description =
                    "Only queues of Letterbox clients that have ended, which is certain, and others that look leaked: all"
                            + " who used it last are gone, or it is private and who received from it last is gone. A queue"
                            + " that nobody used yet never looks leaked, nor one in which somebody sleeps, nor a private one"
                            + " from which nobody ever received while a process of its creator from then runs.")
    private boolean orphans;

    /** Tells whether any of the options is given. */
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
                throw new TypeConversionException("'" + text + "' is no percentage: write 80%.");
            }
            return Double.parseDouble(text.replace("%", "")) / 100;
        }
    }
}
