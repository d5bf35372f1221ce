package dev.letterbox.cli.command;

import dev.letterbox.sysv.Selector;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** Is the options that choose messages by their type. */
public final class TypeOptions {
    @ArgGroup
    private Choice choice = new Choice();

    private static final class Choice {
        @Option(
                names = "--type",
                paramLabel = "N",
                converter = Converter.class,
                description = "Only messages of this type.")
        private @Nullable Long exactly;

        @Option(
                names = "--up-to",
                paramLabel = "N",
                converter = Converter.class,
                description = "Only messages of this type and lower ones; of those the lowest first.")
        private @Nullable Long upTo;

        @Option(
                names = "--except",
                paramLabel = "N",
                converter = Converter.class,
                description = "Only messages of any other type.")
        private @Nullable Long except;
    }

    /** Tells whether any of the options is given. */
    public boolean areGiven() {
        return choice.exactly != null || choice.upTo != null || choice.except != null;
    }

    public Selector selector() {
        if (choice.exactly != null) {
            return Selector.exactly(choice.exactly);
        }
        if (choice.upTo != null) {
            return Selector.upTo(choice.upTo);
        }
        return choice.except != null ? Selector.except(choice.except) : Selector.any();
    }

    /** Tells whether a message is chosen, for those that cannot leave it to the kernel. */
    public boolean fit(long type) {
        return (choice.exactly == null || type == choice.exactly)
                && (choice.upTo == null || type <= choice.upTo)
                && (choice.except == null || type != choice.except);
    }

    /** Reads a message's type. */
    public static final class Converter implements ITypeConverter<Long> {
        @Override
        public Long convert(String text) {
            if (!text.matches("0*[1-9]\\d{0,17}|" + Long.MAX_VALUE)) {
                throw new TypeConversionException("'" + text + "' is no message's type: write a number, 1 or more.");
            }
            return Long.parseLong(text);
        }
    }
}
