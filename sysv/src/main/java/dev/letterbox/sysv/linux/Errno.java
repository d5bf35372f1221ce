package dev.letterbox.sysv.linux;

import org.jspecify.annotations.Nullable;

/** The errors that this library knows, with the numbers that they have on x86-64 and aarch64. */
public enum Errno implements KernelError {
    /** The operation needs a right that the caller lacks. */
    EPERM(1, "Operation not permitted"),
    /** Nothing has that name or key. */
    ENOENT(2, "No such file or directory"),
    /** No process or thread has that id. */
    ESRCH(3, "No such process"),
    /** A signal came while the call slept. */
    EINTR(4, "Interrupted system call"),
    /** The device failed. */
    EIO(5, "Input/output error"),
    /** No such device or address. */
    ENXIO(6, "No such device or address"),
    /** The message is longer than the buffer. */
    E2BIG(7, "Argument list too long"),
    /** The descriptor is not open. */
    EBADF(9, "Bad file descriptor"),
    /** The call would have to wait. */
    EAGAIN(11, "Resource temporarily unavailable"),
    /** The kernel has no memory for it. */
    ENOMEM(12, "Cannot allocate memory"),
    /** The permission bits do not allow it. */
    EACCES(13, "Permission denied"),
    /** The buffer's address is bad. */
    EFAULT(14, "Bad address"),
    /** The object is in use. */
    EBUSY(16, "Device or resource busy"),
    /** It exists already. */
    EEXIST(17, "File exists"),
    /** The path leaves its root, or crosses a file system. */
    EXDEV(18, "Invalid cross-device link"),
    /** There is no such device. */
    ENODEV(19, "No such device"),
    /** A part of the path is not a directory. */
    ENOTDIR(20, "Not a directory"),
    /** It is a directory. */
    EISDIR(21, "Is a directory"),
    /** An argument is wrong, or the queue does not exist any more. */
    EINVAL(22, "Invalid argument"),
    /** The system has too many open files. */
    ENFILE(23, "Too many open files in system"),
    /** The process has too many open files. */
    EMFILE(24, "Too many open files"),
    /** The value is too large for its type. */
    EOVERFLOW(75, "Value too large for defined data type"),
    /** The table of queues is full. */
    ENOSPC(28, "No space left on device"),
    /** The result is out of range. */
    ERANGE(34, "Numerical result out of range"),
    /** The name is too long. */
    ENAMETOOLONG(36, "File name too long"),
    /** The kernel does not have this call. */
    ENOSYS(38, "Function not implemented"),
    /** Too many symbolic links, or one where none is allowed. */
    ELOOP(40, "Too many levels of symbolic links"),
    /** No message of the wanted type. */
    ENOMSG(42, "No message of desired type"),
    /** The queue was removed. */
    EIDRM(43, "Identifier removed"),
    /** The file handle is stale. */
    ESTALE(116, "Stale file handle");

    private static final @Nullable Errno[] BY_NUMBER = new @Nullable Errno[ESTALE.number + 1];

    static {
        for (Errno errno : values()) {
            BY_NUMBER[errno.number] = errno;
        }
    }

    private final int number;
    private final String text;

    Errno(int number, String text) {
        this.number = number;
        this.text = text;
    }

    /** Returns the error with this number; null if this library does not know it. */
    static @Nullable Errno numbered(int number) {
        return number > 0 && number < BY_NUMBER.length ? BY_NUMBER[number] : null;
    }

    /**
     * Returns whether a call failed for this reason.
     *
     * @param result what a call of {@link Linux} returned
     * @return true if the call failed and this is why
     */
    public boolean in(long result) {
        return result == -number;
    }

    /**
     * Makes the result of a call that fails for this reason, for stand-ins of {@link Linux}.
     *
     * @return a negative value that {@link KernelError#of} reads back
     */
    public long asResult() {
        return -number;
    }

    @Override
    public int number() {
        return number;
    }

    @Override
    public String text() {
        return text;
    }
}
