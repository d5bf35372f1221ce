package dev.letterbox.sysv.linux;

/** Says that a system call failed, for those who turn it into words of their own. */
public final class ErrnoException extends Exception {
    private static final long serialVersionUID = 1;

    /** What the kernel said. */
    private final Errno errno;

    ErrnoException(String call, Errno errno) {
        super(call + ": " + errno.text() + " (" + errno + ")");
        this.errno = errno;
    }

    /** Passes a result on, or throws where the call failed. */
    static long check(long result, String call) throws ErrnoException {
        Errno errno = Errno.of(result);
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
    public Errno errno() {
        return errno;
    }
}
