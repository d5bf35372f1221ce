package dev.letterbox.cli.command;

import dev.letterbox.sysv.Selector;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** The options that choose messages by their type. */
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
                description = "Only messages of types up to this one, the lowest type first.")
        private @Nullable Long upTo;

        @Option(
                names = "--except",
                paramLabel = "N",
                converter = Converter.class,
                description = "Only messages of other types.")
        private @Nullable Long except;
    }

    /** Returns whether any of the options is given. */
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

    /** Returns whether a message is chosen, for commands that cannot leave the choice to the kernel. */
    public boolean fit(long type) {
        return (choice.exactly == null || type == choice.exactly)
                && (choice.upTo == null || type <= choice.upTo)
                && (choice.except == null || type != choice.except);
    }

    /** Reads a message type. */
    public static final class Converter implements ITypeConverter<Long> {
        @Override
        public Long convert(String text) {
            if (!text.matches("0*[1-9]\\d*")) {
                throw new TypeConversionException("'" + text + "' is not a message type: write a number from 1.");
            }
            try {
                return Long.parseLong(text);
            } catch (NumberFormatException tooLarge) {
                throw new TypeConversionException(
                        "'" + text + "' is too large: the largest message type is " + Long.MAX_VALUE + ".");
            }
        }
    }
}
