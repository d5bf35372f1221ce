package dev.letterbox.cli.php;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.OptionalLong;

/**
 * A value that PHP's {@code serialize} writes and its {@code unserialize} reads. Objects and references are not among
 * them: reading an object may run code in the program that reads it.
 */
public sealed interface PhpValue {
    /** How deep arrays may lie in each other, for reading and for writing. */
    int DEEPEST = 64;

    /** The value {@code null}. */
    record Null() implements PhpValue {}

    /**
     * A truth value.
     *
     * @param value the value
     */
    record Bool(boolean value) implements PhpValue {}

    /**
     * An integer.
     *
     * @param value the value
     */
    record Int(long value) implements PhpValue {}

    /**
     * A floating-point number.
     *
     * @param value the value; it may be infinite or not a number
     */
    record Floating(double value) implements PhpValue {}

    /**
     * A string, which in PHP is bytes of any encoding.
     *
     * @param bytes the bytes; not copied
     */
    @SuppressWarnings("ArrayRecordComponent") // a value that is passed on, never compared
    record Text(byte[] bytes) implements PhpValue {
        static Text of(String text) {
            return new Text(text.getBytes(StandardCharsets.UTF_8));
        }
    }

    /**
     * An array, in order.
     *
     * @param entries its entries
     */
    record Array(List<Entry> entries) implements PhpValue {
        /** Returns whether its keys are 0, 1, 2 and so on. */
        boolean isList() {
            for (int place = 0; place < entries.size(); place++) {
                if (!(entries.get(place).key() instanceof Int(long key)) || key != place) {
                    return false;
                }
            }
            return true;
        }
    }

    /**
     * A key in an array, and its value.
     *
     * @param key an {@link Int} or a {@link Text}
     * @param value the value
     */
    record Entry(PhpValue key, PhpValue value) {}

    /** Returns the key that PHP makes of a name: the integer where it is written as PHP writes integers. */
    static PhpValue keyOf(Text name) {
        OptionalLong number = integer(new String(name.bytes(), StandardCharsets.ISO_8859_1));
        return number.isPresent() ? new Int(number.getAsLong()) : name;
    }

    private static OptionalLong integer(String text) {
        if (!text.matches("0|-?[1-9]\\d{0,18}")) {
            return OptionalLong.empty();
        }
        try {
            return OptionalLong.of(Long.parseLong(text));
        } catch (NumberFormatException tooLong) {
            return OptionalLong.empty();
        }
    }
}
