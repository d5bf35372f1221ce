package dev.letterbox.cli;

import dev.letterbox.sysv.Key;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** Is the option that names a server. */
final class KeyOption {
    static final String DEFAULT = "0x1aaaaaa1";

    @Option(
            names = {"-k", "--key"},
            paramLabel = "KEY",
            defaultValue = DEFAULT,
            converter = Converter.class,
            description = "The server's key: 0x1aaaaaa1, a decimal number, or ftok:PATH:ID. Default: ${DEFAULT-VALUE}.")
    private Key key = Key.parse(DEFAULT);

    Key key() {
        return key;
    }

    /** Reads a key, and says what is wrong with one that is none. */
    static final class Converter implements ITypeConverter<Key> {
        @Override
        public Key convert(String text) {
            try {
                return Key.parse(text);
            } catch (IllegalArgumentException wrong) {
                throw new TypeConversionException(wrong.getMessage());
            }
        }
    }
}
