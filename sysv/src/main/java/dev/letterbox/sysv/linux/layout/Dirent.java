package dev.letterbox.sysv.linux.layout;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_SHORT_UNALIGNED;

import java.lang.foreign.MemorySegment;

/**
 * Reads {@code struct linux_dirent64} of getdents64(2).
 *
 * <pre>
 *  0 d_ino u64   8 d_off s64   16 d_reclen u16   18 d_type u8   19 d_name, ending in NUL
 * </pre>
 */
public final class Dirent {
    private static final long RECLEN = 16;
    private static final long NAME = 19;

    private Dirent() {}

    /**
     * Returns how far the next entry is.
     *
     * @param entries the entries that getdents64(2) returned
     * @param offset where this entry begins
     * @return bytes
     */
    public static int length(MemorySegment entries, long offset) {
        return Short.toUnsignedInt(entries.get(JAVA_SHORT_UNALIGNED, offset + RECLEN));
    }

    /**
     * Returns the bytes of an entry's name.
     *
     * @param entries the entries that getdents64(2) returned
     * @param offset where this entry begins
     * @return the name without its NUL
     */
    public static byte[] name(MemorySegment entries, long offset) {
        long end = offset + NAME;
        while (entries.get(JAVA_BYTE, end) != 0) {
            end++;
        }
        return entries.asSlice(offset + NAME, end - offset - NAME).toArray(JAVA_BYTE);
    }

    /**
     * Returns an entry's name where it is, for a call that takes a path.
     *
     * @param entries the entries that getdents64(2) returned
     * @param offset where this entry begins
     * @return the name and the NUL at its end
     */
    public static MemorySegment path(MemorySegment entries, long offset) {
        return entries.asSlice(offset + NAME, length(entries, offset) - NAME);
    }
}
