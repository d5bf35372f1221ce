package dev.letterbox.sysv.linux;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import dev.letterbox.sysv.error.UnsupportedKernelException;
import dev.letterbox.sysv.linux.layout.Struct;
import java.lang.foreign.Arena;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;

/**
 * What all calls of the C library have in common: where errno is captured and how a result is read.
 *
 * <p>The linker captures errno in the instant of the return, into memory of the calling thread, since anything the JVM
 * does in between may change it. Memory is passed by its address (see {@link Functions}) and held until the call is over,
 * since the garbage collector may free memory that nothing refers to.
 *
 * <p>Each method that makes a call uses a handle of its own, a constant. In one method for all, the compiler did not
 * always see through the linker's checks, and a call left 40 bytes of garbage.
 *
 * <p>Calls that never sleep are linked as {@code critical}, which saves the thread-state change. Calls that may sleep are
 * not, since a sleeping critical call would hold up every garbage collection.
 */
final class Calls {
    private static final long ERRNO = Struct.offset(Linker.Option.captureStateLayout(), "errno");
    private static final ThreadLocal<MemorySegment> CAPTURED =
            ThreadLocal.withInitial(() -> Arena.ofAuto().allocate(Linker.Option.captureStateLayout()));

    private Calls() {}

    /** Returns the calling thread's memory for errno. */
    static MemorySegment errno() {
        return CAPTURED.get();
    }

    /** A failure without a number is never taken for success. */
    static long result(long returned, MemorySegment captured) {
        return returned >= 0 ? returned : -Math.max(1L, captured.get(JAVA_INT, ERRNO));
    }

    /** Of an {@code int} only the lower half counts. */
    static long intResult(long returned, MemorySegment captured) {
        int value = (int) returned;
        return result(value, captured);
    }

    /**
     * {@code invokeExact} throws only where the binding itself is wrong.
     *
     * @throws UnsupportedKernelException if the function could not be linked, which happens at its first call
     */
    static AssertionError defect(Throwable thrown) {
        if (thrown instanceof ExceptionInInitializerError unlinked
                && unlinked.getCause() instanceof UnsupportedKernelException why) {
            throw why;
        }
        return new AssertionError("defect in a native binding", thrown);
    }
}
