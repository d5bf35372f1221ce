package dev.letterbox.sysv.linux.layout;

import java.lang.foreign.MemoryLayout;
import java.lang.foreign.StructLayout;

/**
 * Finds the fields of the C library's structures: as {@link StructLayout#byteOffset} does, but without the method handles
 * that the JDK makes for that, which would cost every start some milliseconds.
 */
public final class Struct {
    private Struct() {}

    /**
     * Returns where a field begins.
     *
     * @param struct the structure
     * @param field the name of the field
     * @return the offset in bytes
     * @throws IllegalArgumentException if there is no such field
     */
    public static long offset(StructLayout struct, String field) {
        long offset = 0;
        for (MemoryLayout member : struct.memberLayouts()) {
            if (field.equals(member.name().orElse(null))) {
                return offset;
            }
            offset += member.byteSize();
        }
        throw new IllegalArgumentException(struct + " has no " + field);
    }
}
