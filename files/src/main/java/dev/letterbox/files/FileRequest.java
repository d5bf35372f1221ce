package dev.letterbox.files;

import dev.letterbox.ServiceException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What a client asks the file service for: the payload of its requests.
 *
 * @param operation what to do
 * @param name the name's bytes, without NUL
 * @param offset from where in the file, for GET
 * @param length how many bytes at most, for GET; {@link #TO_THE_END} for all
 * @param prefixChecksum the CRC32C of all that comes before the offset, to be sure that it is the same file; null where
 *     the client does not care
 */
@SuppressWarnings("ArrayRecordComponent") // a value that is passed on, never compared
record FileRequest(
        Operation operation,
        byte[] name,
        long offset,
        long length,
        @Nullable Integer prefixChecksum) {
    static final long TO_THE_END = Long.MAX_VALUE;

    /** What the service can do. */
    enum Operation {
        GET(0),
        LIST(1),
        STAT(2);

        /** Kept, since values() copies them and each request asks. */
        private static final Operation[] ALL = values();

        private final int code;

        Operation(int code) {
            this.code = code;
        }

        static Optional<Operation> ofCode(int code) {
            for (Operation operation : ALL) {
                if (operation.code == code) {
                    return Optional.of(operation);
                }
            }
            return Optional.empty();
        }
    }

    private static final int HEADER = 24;
    private static final byte HAS_PREFIX = 1;

    static FileRequest get(byte[] name) {
        return new FileRequest(Operation.GET, name, 0, TO_THE_END, null);
    }

    boolean isWholeFile() {
        return operation == Operation.GET && offset == 0 && length == TO_THE_END;
    }

    // operation u8, flags u8, 2 zero, checksum u32, offset i64, length i64, name
    byte[] encode() {
        return ByteBuffer.allocate(HEADER + name.length)
                .order(ByteOrder.nativeOrder())
                .put((byte) operation.code)
                .put(prefixChecksum == null ? 0 : HAS_PREFIX)
                .putShort((short) 0)
                .putInt(prefixChecksum == null ? 0 : prefixChecksum)
                .putLong(offset)
                .putLong(length)
                .put(name)
                .array();
    }

    static FileRequest decode(byte[] payload) throws ServiceException {
        if (payload.length < HEADER) {
            throw malformed("it has " + payload.length + " bytes");
        }
        ByteBuffer bytes = ByteBuffer.wrap(payload).order(ByteOrder.nativeOrder());
        Operation operation = Operation.ofCode(bytes.get()).orElseThrow(() -> malformed("there is no such operation"));
        byte flags = bytes.get();
        bytes.getShort();
        int checksum = bytes.getInt();
        long offset = bytes.getLong();
        long length = bytes.getLong();
        byte[] name = new byte[bytes.remaining()];
        bytes.get(name);
        if (offset < 0 || length < 0) {
            throw malformed("its range is negative");
        }
        for (byte each : name) {
            if (each == 0) {
                throw malformed("there is a NUL in its name");
            }
        }
        return new FileRequest(
                operation, name, offset, length, (flags & HAS_PREFIX) == 0 ? null : Integer.valueOf(checksum));
    }

    private static ServiceException malformed(String why) {
        return new ServiceException("Malformed file request: " + why);
    }
}
