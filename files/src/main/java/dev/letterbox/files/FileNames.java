package dev.letterbox.files;

import dev.letterbox.engine.Printable;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.StandardCharsets;

/**
 * Handles file names as Linux has them: bytes, mostly UTF-8. In a string, a byte that is not UTF-8 is a character of its
 * own, U+DC80 to U+DCFF, which no text holds: so every name has a string, and every string that was made here has its
 * bytes again. (Python's {@code surrogateescape} does the same.)
 */
public final class FileNames {
    private static final char LOWEST = '\udc80';
    private static final char HIGHEST = '\udcff';
    private static final int BASE = 0xdc00;

    private FileNames() {}

    /**
     * Returns a name as a string.
     *
     * @param name any bytes
     * @return the string, of which {@link #bytes} makes the same bytes
     */
    public static String text(byte[] name) {
        CharsetDecoder decoder = StandardCharsets.UTF_8.newDecoder();
        ByteBuffer in = ByteBuffer.wrap(name);
        CharBuffer out = CharBuffer.allocate(name.length);
        while (true) {
            CoderResult result = decoder.decode(in, out, true);
            if (!result.isError()) {
                return out.flip().toString();
            }
            for (int wrong = result.length(); wrong > 0; wrong--) {
                out.put((char) (BASE | Byte.toUnsignedInt(in.get())));
            }
        }
    }

    /**
     * Returns a name's bytes.
     *
     * @param name a string, in which a byte that is not UTF-8 is a character as {@link #text} makes it
     * @return the bytes
     */
    public static byte[] bytes(String name) {
        ByteArrayOutputStream out = new ByteArrayOutputStream(name.length());
        int done = 0;
        for (int at = 0; at < name.length(); at++) {
            char c = name.charAt(at);
            if (Character.isHighSurrogate(c)) {
                at++; // what follows is its other half
            } else if (c >= LOWEST && c <= HIGHEST) {
                out.writeBytes(name.substring(done, at).getBytes(StandardCharsets.UTF_8));
                out.write(c);
                done = at + 1;
            }
        }
        out.writeBytes(name.substring(done).getBytes(StandardCharsets.UTF_8));
        return out.toByteArray();
    }

    /** Reads a name for people: no byte of it can move a terminal's cursor or forge a line of a log. */
    static String printable(byte[] name) {
        return Printable.of(new String(name, StandardCharsets.UTF_8));
    }
}
