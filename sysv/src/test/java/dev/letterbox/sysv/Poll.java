package dev.letterbox.sysv;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;

/** Sleeps in poll(2), which any signal that hits the thread breaks off, SA_RESTART or not: so it detects strays. */
final class Poll {
    // int poll(struct pollfd *fds, nfds_t nfds, int timeout);
    private static final MethodHandle POLL = Linker.nativeLinker()
            .downcallHandle(
                    Linker.nativeLinker().defaultLookup().findOrThrow("poll"),
                    FunctionDescriptor.of(
                            ValueLayout.JAVA_INT, ValueLayout.ADDRESS, ValueLayout.JAVA_LONG, ValueLayout.JAVA_INT));

    static {
        // The first call links: not while somebody waits for it.
        undisturbed(0);
    }

    private Poll() {}

    /** Returns false where a signal came. */
    static boolean undisturbed(int millis) {
        try {
            return (int) POLL.invokeExact(MemorySegment.NULL, 0L, millis) == 0;
        } catch (Throwable thrown) {
            throw new AssertionError(thrown);
        }
    }
}
