package dev.letterbox.sysv.linux.layout;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SegmentAllocator;
import java.lang.foreign.StructLayout;

/**
 * The layout of {@code struct open_how} of openat2(2).
 *
 * <pre>
 *  0 flags __u64   8 mode __u64   16 resolve __u64   24 end
 * </pre>
 */
public final class OpenHow {
    /** The structure. */
    public static final StructLayout LAYOUT = MemoryLayout.structLayout(
                    JAVA_LONG.withName("flags"), JAVA_LONG.withName("mode"), JAVA_LONG.withName("resolve"))
            .withName("open_how");

    private OpenHow() {}

    /**
     * Makes one.
     *
     * @param allocator where it lives
     * @param flags as for open(2)
     * @param resolve {@code RESOLVE_IN_ROOT} and so on
     * @return the structure, with mode 0
     */
    public static MemorySegment allocate(SegmentAllocator allocator, long flags, long resolve) {
        MemorySegment how = allocator.allocate(LAYOUT);
        how.set(JAVA_LONG, 0, flags);
        how.set(JAVA_LONG, 8, 0);
        how.set(JAVA_LONG, 16, resolve);
        return how;
    }
}
