package dev.letterbox.metrics;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Writes what a server does into a file for Prometheus, again and again: as the node exporter's textfile collector wants
 * it, which reads each file whose name ends in {@code .prom}. A reader sees the old file or the new one, never a part.
 * A link stays: its target is replaced. Anything but a regular file, such as {@code /dev/null} or a pipe, is written to
 * directly.
 *
 * <p>Closing it removes the file, so that the series of a server that has ended end too: only a regular file that it
 * wrote, and that nobody has replaced. This class is safe for use by any number of threads.
 */
public final class MetricsFile implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(MetricsFile.class.getName());

    /** As many as the kernel follows. */
    private static final int MOST_LINKS = 40;

    private final Supplier<String> text;
    private final Path file;
    private final Duration interval;
    private final Thread writer;
    private volatile boolean closed;
    private boolean failed;

    /** The version that was written last, by its device and inode; null if it is no regular file. */
    private volatile @Nullable Object last;

    private MetricsFile(Supplier<String> text, Path file, Duration interval) {
        this.text = text;
        this.file = file;
        this.interval = interval;
        this.writer = Thread.ofPlatform().daemon().name("letterbox-metrics").unstarted(this::run);
    }

    /**
     * Writes the file, and goes on to do so.
     *
     * @param metrics what is written
     * @param file where to; its folder must be there
     * @param interval from one time to the next
     * @return closes it
     * @throws FileSystemException if it cannot be written; later, and if it is no regular file, that is only logged
     */
    public static MetricsFile start(Metrics metrics, Path file, Duration interval) throws IOException {
        return start(() -> Prometheus.text(metrics.snapshot(true)), file, interval);
    }

    /**
     * Writes a text to the file, and continues to do so.
     *
     * @param text makes the text, in the format of Prometheus; a failure is logged
     * @param file the file; its folder must exist
     * @param interval the time between two versions
     * @return closes it
     * @throws FileSystemException if it cannot be written; later, and if it is no regular file, that is only logged
     */
    public static MetricsFile start(Supplier<String> text, Path file, Duration interval) throws IOException {
        MetricsFile started = new MetricsFile(text, file, interval);
        if (!isWrittenDirectly(file)) {
            started.last = replace(file, text.get());
        }
        started.writer.start();
        return started;
    }

    private void run() {
        // A pipe has to be waited for, until it has a reader, and only this thread may do so.
        if (last == null) {
            writeOrLog();
        }
        while (!closed) {
            // Wakes up too early at worst, and writes once more.
            LockSupport.parkNanos(interval.toNanos());
            if (!closed) {
                writeOrLog();
            }
        }
    }

    /** A disk that is full for an hour is worth two lines in the log. */
    private void writeOrLog() {
        try {
            write();
            if (failed) {
                LOG.log(Level.INFO, "The metrics are written again.");
            }
            failed = false;
        } catch (IOException | RuntimeException failure) {
            if (!failed) {
                LOG.log(Level.WARNING, "The metrics are out of date: " + failure.getMessage());
            }
            failed = true;
        }
    }

    private void write() throws IOException {
        String next = text.get();
        // Without the lock: close() must not wait for the reader of a pipe.
        if (isWrittenDirectly(file)) {
            last = null;
            writeDirectly(file, next);
            return;
        }
        synchronized (this) {
            if (!closed) {
                last = replace(file, next);
            }
        }
    }

    /**
     * Writes a text to a file once, in the same way. A pipe without a reader is waited for.
     *
     * @param file the file; its folder must exist
     * @param text the text
     * @throws FileSystemException if it cannot be written
     */
    public static void write(Path file, String text) throws IOException {
        if (isWrittenDirectly(file)) {
            writeDirectly(file, text);
        } else {
            replace(file, text);
        }
    }

    /** A device, a pipe or a socket would be lost, and with it what others use it for. */
    private static boolean isWrittenDirectly(Path file) {
        return Files.exists(file) && !Files.isRegularFile(file) && !Files.isDirectory(file);
    }

    private static void writeDirectly(Path file, String text) throws IOException {
        try {
            Files.writeString(file, text, StandardOpenOption.WRITE);
        } catch (IOException refused) {
            throw cannotWrite(file, reason(refused));
        }
    }

    /** Returns the device and inode of the new version. */
    private static @Nullable Object replace(Path file, String text) throws IOException {
        if (Files.isDirectory(file)) {
            throw cannotWrite(file, "Is a directory");
        }
        Path target = target(file);
        // The collector does not look at a name with this end.
        Path fresh = target.resolveSibling("." + target.getFileName() + ".new");
        try {
            create(fresh, text.getBytes(StandardCharsets.UTF_8));
            if (Files.exists(target)) {
                Files.setPosixFilePermissions(fresh, Files.getPosixFilePermissions(target));
            }
            Object made = identity(fresh);
            Files.move(fresh, target, StandardCopyOption.ATOMIC_MOVE);
            return made;
        } catch (FileSystemException refused) {
            try {
                Files.deleteIfExists(fresh);
            } catch (IOException stays) {
                refused.addSuppressed(stays);
            }
            // Somebody may write the file, but not its directory.
            throw refused instanceof AccessDeniedException && Files.exists(target)
                    ? cannotWrite(file, "Permission denied in its directory, where each version is made")
                    : cannotWrite(file, reason(refused));
        }
    }

    /** Follows links, also one to a file that does not exist yet. */
    private static Path target(Path file) throws IOException {
        Path target = file;
        for (int links = 0; Files.isSymbolicLink(target); links++) {
            if (links == MOST_LINKS) {
                throw cannotWrite(file, "Too many levels of symbolic links");
            }
            target = target.resolveSibling(Files.readSymbolicLink(target));
        }
        return target;
    }

    private static @Nullable Object identity(Path file) throws IOException {
        return Files.readAttributes(file, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS)
                .fileKey();
    }

    /** Always makes a new file: nobody can have laid a link in its place. */
    private static void create(Path fresh, byte[] text) throws IOException {
        try {
            Files.write(fresh, text, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
        } catch (FileAlreadyExistsException left) {
            // By one that was killed.
            Files.delete(fresh);
            Files.write(fresh, text, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
        }
    }

    private static FileSystemException cannotWrite(Path file, String reason) {
        return new FileSystemException(file.toString(), null, "cannot write the metrics: " + reason);
    }

    private static String reason(IOException refused) {
        return switch (refused) {
            case NoSuchFileException _ -> "No such directory";
            case AccessDeniedException _ -> "Permission denied";
            case FileSystemException other -> Objects.requireNonNullElse(other.getReason(), other.toString());
            default -> String.valueOf(refused.getMessage());
        };
    }

    /** Ends the writing and removes the file. */
    @Override
    public void close() {
        synchronized (this) {
            if (closed) {
                return;
            }
            closed = true;
            try {
                removeLast();
            } catch (IOException kept) {
                LOG.log(Level.WARNING, "The metrics stay behind: " + kept.getMessage());
            }
        }
        LockSupport.unpark(writer);
    }

    private void removeLast() throws IOException {
        if (last == null || !Files.exists(file)) {
            return;
        }
        Path target = target(file);
        if (last.equals(identity(target))) {
            Files.deleteIfExists(target);
        }
    }
}
