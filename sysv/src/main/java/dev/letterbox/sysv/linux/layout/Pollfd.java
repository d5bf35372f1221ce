package dev.letterbox.sysv.linux.layout;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SegmentAllocator;
import java.lang.foreign.StructLayout;

/**
 * The layout of {@code struct pollfd}, what {@code poll} is asked of one descriptor.
 *
 * <pre>
 *  0 fd int   4 events short   6 revents short   8 end
 * </pre>
 */
public final class Pollfd {
    /** The structure. */
    public static final StructLayout LAYOUT = MemoryLayout.structLayout(
                    JAVA_INT.withName("fd"), JAVA_SHORT.withName("events"), JAVA_SHORT.withName("revents"))
            .withName("pollfd");

    private Pollfd() {}

    /**
     * Makes a question for what is told in any case: that the other end is gone, or that something is wrong.
     *
     * @param allocator where from
     * @param descriptor the descriptor
     * @return the structure
     */
    public static MemorySegment forTheWorst(SegmentAllocator allocator, int descriptor) {
        MemorySegment one = allocator.allocate(LAYOUT);
        one.set(JAVA_INT, 0, descriptor);
        one.set(JAVA_INT, 4, 0);
        return one;
    }
}
