package dev.letterbox.sysv.linux;

/** Thrown when a system call fails, for callers that explain the failure in their own words. */
public final class ErrnoException extends Exception {
    private static final long serialVersionUID = 1;

    /** What the kernel said. */
    private final KernelError errno;

    /**
     * Creates an exception.
     *
     * @param call the call that failed, as in {@code semget}
     * @param errno the kernel's error
     */
    public ErrnoException(String call, KernelError errno) {
        this(errno, call + ": " + errno.text() + " (" + errno + ")");
    }

    private ErrnoException(KernelError errno, String message) {
        super(message);
        this.errno = errno;
    }

    /**
     * Returns an exception for a call that would fail, in words that say more than the kernel does.
     *
     * @param message the words
     * @param errno the kernel's error
     * @return the exception
     */
    public static ErrnoException saying(String message, KernelError errno) {
        return new ErrnoException(errno, message);
    }

    /**
     * Returns the result of a call, or throws if it failed.
     *
     * @param result what a call of {@link Linux} returned
     * @param call the call, as in {@code semget}
     * @return the result, 0 or more
     * @throws ErrnoException if the call failed
     */
    public static long check(long result, String call) throws ErrnoException {
        KernelError errno = KernelError.of(result);
        if (errno != null) {
            throw new ErrnoException(call, errno);
        }
        return result;
    }

    /**
     * Returns why it failed.
     *
     * @return what the kernel said
     */
    public KernelError errno() {
        return errno;
    }
}
