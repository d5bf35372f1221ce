package dev.letterbox.files;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;

import dev.letterbox.FailureKind;
import dev.letterbox.ServiceException;
import dev.letterbox.dialect.Dialect;
import dev.letterbox.dialect.Incoming;
import dev.letterbox.dialect.Malformed;
import dev.letterbox.dialect.RawRequest;
import dev.letterbox.dialect.ResponseKind;
import dev.letterbox.dialect.Unreadable;
import dev.letterbox.engine.Message;
import dev.letterbox.engine.Printable;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;

/**
 * Speaks with the C programs of the classic design: a request is a return address and a path name of fixed length, and a
 * response is DATA…, then END, or one FAILURE. {@code docs/protocol.md} has it byte for byte.
 */
public enum ClassicDialect implements Dialect {
    /** The programs of <i>The Linux Programming Interface</i>, chapter 46. Its server takes a request of any type. */
    TLPI(4096, 8192, 0, false),
    /** A widely copied variant, with shorter messages. Its server takes only type 1, its client at most 4096 bytes. */
    COMPACT(256, 4096, 1, true);

    /** The longest name that {@link #COMPACT} carries, in bytes: one of its 256 is the NUL. */
    public static final int COMPACT_NAME_BYTES = 255;

    /** The longest name that {@link #TLPI} carries, in bytes, and that Linux has. */
    public static final int TLPI_NAME_BYTES = 4095;

    /** With the padding of C's structure. */
    private static final int PADDED_COMPACT = 264;

    private static final long REQUEST = 1;
    private static final long FAILURE = 1;
    private static final long DATA = 2;
    private static final long END = 3;
    private static final long NAME_OFFSET = Integer.BYTES;

    private final int nameField;
    private final int chunk;
    private final int endBytes;
    private final boolean padded;

    ClassicDialect(int nameField, int chunk, int endBytes, boolean padded) {
        this.nameField = nameField;
        this.chunk = chunk;
        this.endBytes = endBytes;
        this.padded = padded;
    }

    /**
     * Compact's without the 4 bytes of padding that C's compiler adds where a {@code long} has 64 bits: a server of 32 bits
     * has room for these alone, and those of 64 bits look at no length.
     */
    private int requestBytes() {
        return Integer.BYTES + nameField;
    }

    @Override
    public String dialectName() {
        return padded ? "compact" : "tlpi";
    }

    /** Compact takes what tlpi does not: programs in other languages send requests of many lengths. */
    @Override
    public boolean speaks(Message message) {
        return (this == TLPI) == (message.size() == TLPI.requestBytes());
    }

    @Override
    public Incoming decode(Message message) {
        int size = message.size();
        if (size < Integer.BYTES) {
            return new Malformed(expected(size));
        }
        MemorySegment body = message.memory();
        int returnAddress = body.get(JAVA_INT_UNALIGNED, 0);
        if (returnAddress < 0) {
            return new Malformed("the return address is " + returnAddress + ". " + expected(size));
        }
        if (padded && message.type() != REQUEST) {
            return new Unreadable(returnAddress, "its type is " + message.type() + ", not 1. " + expected(size));
        }
        int field = size == PADDED_COMPACT ? nameField : Math.min(size - Integer.BYTES, TLPI.nameField);
        int length = lengthOfText(body, NAME_OFFSET, field);
        if (length == field) {
            boolean spaces = field > 0 && body.get(JAVA_BYTE, NAME_OFFSET + field - 1) == ' ';
            return new Unreadable(
                    returnAddress,
                    (spaces ? "its name ends in spaces, not in a NUL. " : "its name does not end in a NUL. ")
                            + expected(size));
        }
        byte[] name = body.asSlice(NAME_OFFSET, length).toArray(JAVA_BYTE);
        return new RawRequest(returnAddress, FileRequest.get(name).encode());
    }

    /** What a request has to be, and what is usual where it is not. */
    private static String expected(int size) {
        boolean countsTheType = switch (size) {
            case 260 + 8, 264 + 8, 4100 + 8, 4100 + 4 -> true;
            default -> false;
        };
        return "Expected type 1 and 260 or 264 bytes (compact) or 4100 (tlpi): an int, the return address, then the"
                + " file's name and a NUL; these are " + size + " bytes"
                + (countsTheType ? ": your size includes the type" : "");
    }

    private static int lengthOfText(MemorySegment memory, long offset, int limit) {
        int length = 0;
        while (length < limit && memory.get(JAVA_BYTE, offset + length) != 0) {
            length++;
        }
        return length;
    }

    @Override
    public int chunkBytes() {
        return chunk;
    }

    @Override
    public void data(Message message, int length) {
        message.type(DATA).size(length);
    }

    @Override
    public void end(Message message) {
        message.memory().asSlice(0, endBytes).fill((byte) 0);
        message.type(END).size(endBytes);
    }

    @Override
    public void failure(Message message, FailureKind kind, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        int length = Math.min(bytes.length, chunk - 1);
        MemorySegment body = message.memory();
        MemorySegment.copy(bytes, 0, body, JAVA_BYTE, 0, length);
        int size = padded ? chunk : length + 1;
        body.asSlice(length, size - length).fill((byte) 0);
        message.type(FAILURE).size(size);
    }

    @Override
    public void request(Message message, int returnAddress, byte[] payload) {
        byte[] name = nameIn(payload);
        if (name.length > nameField - 1) {
            throw new IllegalArgumentException("A name of " + name.length + " bytes is too long for the dialect "
                    + dialectName() + ", which has room for " + (nameField - 1) + ".");
        }
        MemorySegment body = message.memory();
        body.asSlice(0, requestBytes()).fill((byte) 0);
        body.set(JAVA_INT_UNALIGNED, 0, returnAddress);
        MemorySegment.copy(name, 0, body, JAVA_BYTE, NAME_OFFSET, name.length);
        message.type(REQUEST).size(requestBytes());
    }

    private byte[] nameIn(byte[] payload) {
        try {
            FileRequest wanted = FileRequest.decode(payload);
            if (wanted.isWholeFile()) {
                return wanted.name();
            }
            throw new IllegalArgumentException("The dialect " + dialectName() + " can only fetch whole files.");
        } catch (ServiceException malformed) {
            throw new IllegalArgumentException(malformed.getMessage(), malformed);
        }
    }

    /** Servers of both dialects are understood, whichever was spoken to: they differ in lengths alone. */
    @Override
    public ResponseKind responseKind(Message message) {
        long type = message.type();
        int size = message.size();
        if (type == DATA && size > 0) {
            return ResponseKind.DATA;
        }
        if (type == END && size <= 1) {
            return ResponseKind.END;
        }
        return type == FAILURE ? ResponseKind.FAILURE : ResponseKind.MALFORMED;
    }

    @Override
    public String failureText(Message message) {
        byte[] bytes = message.toByteArray();
        int length = lengthOfText(MemorySegment.ofArray(bytes), 0, bytes.length);
        return Printable.whole(new String(bytes, 0, length, StandardCharsets.UTF_8));
    }
}
