package dev.letterbox.sysv.linux;

import java.io.Serializable;
import org.jspecify.annotations.Nullable;

/**
 * An error that the kernel reported: one that this library knows, or another one's number.
 *
 * <p>A call of {@link Linux} returns its result, or a negative value if it failed; {@link #of} reads the latter.
 */
public sealed interface KernelError extends Serializable permits Errno, KernelError.Other {
    /**
     * An error that this library does not know, such as one that a system call filter or a file system made up.
     *
     * @param number the number that errno has for it
     */
    record Other(int number) implements KernelError {
        @Override
        public String name() {
            return "errno " + number;
        }

        @Override
        public String text() {
            return "Unknown error " + number;
        }

        @Override
        public String toString() {
            return name();
        }
    }

    /**
     * Returns why a call failed.
     *
     * @param result what a call of {@link Linux} returned
     * @return the error, or null if the call succeeded
     */
    static @Nullable KernelError of(long result) {
        return result >= 0 ? null : ofFailure(result);
    }

    /**
     * Returns why a call failed that is known to have failed.
     *
     * @param result what a call of {@link Linux} returned
     * @return the error
     */
    static KernelError ofFailure(long result) {
        int number = Math.clamp(-result, 0, Integer.MAX_VALUE);
        Errno known = Errno.numbered(number);
        return known == null ? new Other(number) : known;
    }

    /**
     * Returns the error's name.
     *
     * @return as in {@code EIDRM}, or as in {@code errno 133} if this library does not know it
     */
    String name();

    /**
     * Returns the number that errno has for it.
     *
     * @return 1 or more; 0 if a call neither succeeded nor named an error
     */
    int number();

    /**
     * Returns the C library's words for it.
     *
     * @return the text that {@code strerror} has in the C locale
     */
    String text();
}
