package dev.letterbox.files;

import dev.letterbox.sysv.file.Descriptor;
import dev.letterbox.sysv.linux.Errno;
import dev.letterbox.sysv.linux.ErrnoException;
import dev.letterbox.sysv.linux.KernelError;
import dev.letterbox.sysv.linux.LinuxFiles;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Path;

/**
 * The directory that is served, as the root of all names in it: {@code /a}, {@code a} and {@code ../../a} are the
 * same file, and no link leads out. The kernel enforces it (openat2(2), Linux 5.6), so there is no moment between a
 * check and an open. Holds the directory open until it is closed, also when it is renamed.
 *
 * <p>This class is safe for use by any number of threads.
 */
public final class ServedRoot implements AutoCloseable {
    private final Descriptor directory;
    private final Path path;

    private ServedRoot(Descriptor directory, Path path) {
        this.directory = directory;
        this.path = path;
    }

    /**
     * Opens the directory.
     *
     * @param path the directory
     * @return the root
     * @throws IOException if it is not a directory or cannot be read, or the kernel has no openat2
     */
    public static ServedRoot open(Path path) throws IOException {
        try {
            Descriptor directory = Descriptor.ofDirectory(LinuxFiles.host(), path);
            try {
                if (!directory.status().isDirectory()) {
                    throw new ErrnoOnPath(path, Errno.ENOTDIR);
                }
                trial(directory, path);
                return new ServedRoot(directory, path);
            } catch (ErrnoException | IOException failed) {
                directory.close();
                throw failed;
            }
        } catch (ErrnoException failed) {
            throw new ErrnoOnPath(path, failed.errno());
        }
    }

    /** Refuses to serve from a kernel that could not confine it, or a directory that it may not read. */
    private static void trial(Descriptor directory, Path path) throws IOException {
        try (Descriptor itself = directory.openBeneath(".".getBytes(StandardCharsets.US_ASCII))) {
            itself.status();
        } catch (ErrnoException failed) {
            throw switch (failed.errno()) {
                case Errno.ENOSYS, Errno.EPERM ->
                    new IOException("Cannot serve " + path
                            + ": this kernel, or a filter on system calls, has no openat2"
                            + " (Linux 5.6), and without it names could lead outside (" + failed.getMessage() + ").");
                default -> new ErrnoOnPath(path, failed.errno());
            };
        }
    }

    /**
     * Opens a file in it, whatever kind of file it is; never waits.
     *
     * @param name the name's bytes, without NUL
     * @return the open file
     * @throws ErrnoException if it cannot be opened
     */
    Descriptor openFile(byte[] name) throws ErrnoException {
        return directory.openBeneath(name);
    }

    /**
     * Opens a file in it only to look at it, which needs no right to read it.
     *
     * @param name the name's bytes, without NUL
     * @return the open file
     * @throws ErrnoException if there is none
     */
    Descriptor lookAt(byte[] name) throws ErrnoException {
        return directory.lookBeneath(name);
    }

    /**
     * Returns the directory as it was named.
     *
     * @return the path
     */
    public Path path() {
        return path;
    }

    /**
     * Returns a path by which other processes of this user open this very directory, as long as it is open here, whatever is
     * renamed meanwhile.
     *
     * @return a link in {@code /proc}
     */
    public Path link() {
        return Path.of("/proc/%d/fd/%d".formatted(ProcessHandle.current().pid(), directory.number()));
    }

    @Override
    public void close() {
        directory.close();
    }

    private static final class ErrnoOnPath extends FileSystemException {
        private static final long serialVersionUID = 1;

        ErrnoOnPath(Path path, KernelError errno) {
            super(path.toString(), null, errno.text());
        }
    }
}
