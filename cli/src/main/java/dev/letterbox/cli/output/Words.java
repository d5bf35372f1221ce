package dev.letterbox.cli.output;

import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.function.Predicate;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/**
 * Words for an enum's constants, in lower case and with hyphens: reads them from the command line, in any case, and lists
 * them for the shells' completion.
 */
public abstract class Words<E extends Enum<E>> implements ITypeConverter<E>, Iterable<String> {
    private final List<E> constants;

    public Words(Class<E> type) {
        this(type, _ -> true);
    }

    public Words(Class<E> type, Predicate<E> offered) {
        constants = Arrays.stream(type.getEnumConstants()).filter(offered).toList();
    }

    /** Returns the word for a constant, as JSON and tables show it. */
    public static String word(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    @Override
    public Iterator<String> iterator() {
        return constants.stream().<String>map(Words::word).iterator();
    }

    @Override
    public E convert(String text) {
        return constants.stream()
                .filter(constant -> word(constant).equalsIgnoreCase(text))
                .findFirst()
                .orElseThrow(() ->
                        new TypeConversionException("'" + text + "' is not one of " + String.join(", ", this) + "."));
    }
}
