package dev.letterbox.cli.php;

import dev.letterbox.cli.php.PhpValue.Array;
import dev.letterbox.cli.php.PhpValue.Bool;
import dev.letterbox.cli.php.PhpValue.Entry;
import dev.letterbox.cli.php.PhpValue.Floating;
import dev.letterbox.cli.php.PhpValue.Int;
import dev.letterbox.cli.php.PhpValue.Null;
import dev.letterbox.cli.php.PhpValue.Text;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** Reads what PHP's {@code serialize} wrote. */
public final class PhpReader {
    private final byte[] bytes;
    private int at;

    private PhpReader(byte[] bytes) {
        this.bytes = bytes;
    }

    /**
     * Reads a value.
     *
     * @param bytes the whole of it
     * @return empty if the bytes are anything else, an object or a reference, or nested too deeply
     */
    public static Optional<PhpValue> read(byte[] bytes) {
        PhpReader reader = new PhpReader(bytes);
        try {
            PhpValue value = reader.value(0);
            return reader.at == bytes.length ? Optional.of(value) : Optional.empty();
        } catch (NotPhp other) {
            return Optional.empty();
        }
    }

    /** The bytes are not in PHP's format. It has no stack trace, since most messages are not. */
    private static final class NotPhp extends Exception {
        private static final long serialVersionUID = 1;

        NotPhp() {
            super(null, null, false, false);
        }
    }

    private PhpValue value(int depth) throws NotPhp {
        char kind = next();
        if (kind == 'N') {
            expect(';');
            return new Null();
        }
        expect(':');
        return switch (kind) {
            case 'b' -> bool();
            case 'i' -> new Int(integer(';'));
            case 'd' -> new Floating(floating());
            case 's' -> text();
            case 'a' -> array(depth);
            default -> throw new NotPhp();
        };
    }

    private Bool bool() throws NotPhp {
        char digit = next();
        expect(';');
        if (digit != '0' && digit != '1') {
            throw new NotPhp();
        }
        return new Bool(digit == '1');
    }

    private long integer(char end) throws NotPhp {
        String digits = upTo(end);
        if (!digits.matches("[-+]?\\d{1,19}")) {
            throw new NotPhp();
        }
        try {
            return Long.parseLong(digits);
        } catch (NumberFormatException tooLong) {
            throw new NotPhp();
        }
    }

    private double floating() throws NotPhp {
        String digits = upTo(';');
        return switch (digits) {
            case "INF" -> Double.POSITIVE_INFINITY;
            case "-INF" -> Double.NEGATIVE_INFINITY;
            case "NAN" -> Double.NaN;
            default -> {
                if (!digits.matches("[-+]?(\\d+\\.?\\d*|\\.\\d+)([eE][-+]?\\d+)?")) {
                    throw new NotPhp();
                }
                yield Double.parseDouble(digits);
            }
        };
    }

    private Text text() throws NotPhp {
        long length = integer(':');
        expect('"');
        if (length < 0 || length > bytes.length - at) {
            throw new NotPhp();
        }
        byte[] text = Arrays.copyOfRange(bytes, at, at + (int) length);
        at += (int) length;
        expect('"');
        expect(';');
        return new Text(text);
    }

    private Array array(int depth) throws NotPhp {
        long count = integer(':');
        // Each entry takes six bytes or more.
        if (depth == PhpValue.DEEPEST || count < 0 || count > bytes.length - at) {
            throw new NotPhp();
        }
        expect('{');
        List<Entry> entries = new ArrayList<>();
        for (long entry = 0; entry < count; entry++) {
            PhpValue key = value(PhpValue.DEEPEST);
            if (!(key instanceof Int) && !(key instanceof Text)) {
                throw new NotPhp();
            }
            entries.add(new Entry(key, value(depth + 1)));
        }
        expect('}');
        return new Array(entries);
    }

    private String upTo(char end) throws NotPhp {
        int start = at;
        while (next() != end) {
            if (at - start > 400) { // longer than any number that PHP writes
                throw new NotPhp();
            }
        }
        return new String(bytes, start, at - 1 - start, StandardCharsets.ISO_8859_1);
    }

    private void expect(char wanted) throws NotPhp {
        if (next() != wanted) {
            throw new NotPhp();
        }
    }

    private char next() throws NotPhp {
        if (at == bytes.length) {
            throw new NotPhp();
        }
        return (char) Byte.toUnsignedInt(bytes[at++]);
    }
}
