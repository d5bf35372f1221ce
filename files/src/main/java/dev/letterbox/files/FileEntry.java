package dev.letterbox.files;

import dev.letterbox.sysv.file.Descriptor.FileStatus;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.temporal.ChronoField;
import java.util.ArrayList;
import java.util.List;

/**
 * A file as a server lists it.
 *
 * @param name its name in its directory, or as it was asked for; {@link FileNames#bytes} has its bytes
 * @param mode kind and permissions, as {@code st_mode} of stat(2)
 * @param size bytes
 * @param modified when the content was changed last
 */
public record FileEntry(String name, int mode, long size, Instant modified) {
    private static final int TYPE_SHIFT = 12;
    private static final int HEADER = 26;

    /** A kind of file. */
    public enum Kind {
        /** A regular file. */
        FILE,
        /** A directory. */
        DIRECTORY,
        /** A symbolic link. */
        LINK,
        /** A pipe, a socket, a device. */
        OTHER
    }

    /**
     * Returns what kind of file it is.
     *
     * @return the kind; of a link, not of what it points to
     */
    public Kind kind() {
        return switch (mode >> TYPE_SHIFT) {
            case 8 -> Kind.FILE;
            case 4 -> Kind.DIRECTORY;
            case 10 -> Kind.LINK;
            default -> Kind.OTHER;
        };
    }

    /**
     * Returns the permissions.
     *
     * @return nine bits and the three special ones, as {@code chmod} takes them
     */
    public int permissions() {
        return mode & 0_7777;
    }

    // name length u16, mode u32, size i64, seconds i64, nanoseconds u32, name
    static byte[] encode(byte[] name, FileStatus status) {
        Instant modified = status.modified();
        return ByteBuffer.allocate(HEADER + name.length)
                .order(ByteOrder.nativeOrder())
                .putShort((short) name.length)
                .putInt(status.mode())
                .putLong(status.size())
                .putLong(modified.getEpochSecond())
                .putInt(modified.getNano())
                .put(name)
                .array();
    }

    /**
     * Reads as many as there are.
     *
     * @throws BufferUnderflowException if the bytes are no entries
     * @throws DateTimeException if a time in them is none
     */
    static List<FileEntry> decode(byte[] entries) {
        ByteBuffer bytes = ByteBuffer.wrap(entries).order(ByteOrder.nativeOrder());
        List<FileEntry> decoded = new ArrayList<>();
        while (bytes.hasRemaining()) {
            byte[] name = new byte[Short.toUnsignedInt(bytes.getShort())];
            int mode = bytes.getInt();
            long size = bytes.getLong();
            // Not with both at once: nanoseconds beyond a second would be added, and may overflow.
            Instant modified = Instant.ofEpochSecond(bytes.getLong()).with(ChronoField.NANO_OF_SECOND, bytes.getInt());
            bytes.get(name);
            decoded.add(new FileEntry(FileNames.text(name), mode, size, modified));
        }
        return decoded;
    }
}
