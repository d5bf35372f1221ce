package dev.letterbox.cli.command;

import dev.letterbox.sysv.Key;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** The option that names a server. */
public final class KeyOption {
    public static final String DEFAULT = "0x1aaaaaa1";
    private static final String PREFIX = "key:";

    @Option(
            names = {"-k", "--key"},
            paramLabel = "KEY",
            defaultValue = DEFAULT,
            converter = Converter.class,
            description = "The server's key: hexadecimal, decimal, key:N or ftok:PATH:ID. Default: ${DEFAULT-VALUE}.")
    private Key key = Key.parse(DEFAULT);

    /** Makes the option without its annotations being read. */
    static KeyOption plain(Key key) {
        KeyOption plain = new KeyOption();
        plain.key = key;
        return plain;
    }

    public Key key() {
        return key;
    }

    /** Reads a key. */
    public static final class Converter implements ITypeConverter<Key> {
        @Override
        public Key convert(String text) {
            try {
                // As QUEUE is written, where a number alone is an id.
                return Key.parse(text.startsWith(PREFIX) ? text.substring(PREFIX.length()) : text);
            } catch (IllegalArgumentException wrong) {
                throw new TypeConversionException(wrong.getMessage());
            }
        }
    }
}
