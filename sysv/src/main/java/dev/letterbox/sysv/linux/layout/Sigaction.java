package dev.letterbox.sysv.linux.layout;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SequenceLayout;
import java.lang.foreign.StructLayout;

/**
 * The layout of {@code struct sigaction} as the C library has it.
 *
 * <pre>
 *  0 sa_handler address   8 sa_mask sigset_t (128)   136 sa_flags int   144 sa_restorer address   152 end
 * </pre>
 */
public final class Sigaction {
    /** A set of signals, {@code sigset_t}. */
    public static final SequenceLayout SIGSET = MemoryLayout.sequenceLayout(16, JAVA_LONG);

    /** The structure. */
    public static final StructLayout LAYOUT = MemoryLayout.structLayout(
                    ADDRESS.withName("sa_handler"),
                    SIGSET.withName("sa_mask"),
                    JAVA_INT.withName("sa_flags"),
                    MemoryLayout.paddingLayout(4),
                    ADDRESS.withName("sa_restorer"))
            .withName("sigaction");

    private static final long HANDLER = Struct.offset(LAYOUT, "sa_handler");
    private static final long FLAGS = Struct.offset(LAYOUT, "sa_flags");

    private Sigaction() {}

    /**
     * Returns whether the signal has its default action.
     *
     * @param action the structure
     * @return false if it has a handler or is ignored
     */
    public static boolean isDefault(MemorySegment action) {
        return action.get(JAVA_LONG, HANDLER) == 0;
    }

    /**
     * Sets the handler and the flags.
     *
     * @param action the structure
     * @param handler the function
     * @param flags {@code SA_RESTART} or 0
     */
    public static void set(MemorySegment action, MemorySegment handler, int flags) {
        action.set(JAVA_LONG, HANDLER, handler.address());
        action.set(JAVA_INT, FLAGS, flags);
    }
}
