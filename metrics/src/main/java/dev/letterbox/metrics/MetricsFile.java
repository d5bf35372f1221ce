package dev.letterbox.metrics;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;

/**
 * Writes what a server does into a file for Prometheus, again and again: as the node exporter's textfile collector wants
 * it, which reads each file whose name ends in {@code .prom}. A reader sees the old file or the new one, never a part.
 *
 * <p>Closing it removes the file, so that the series of a server that has ended end too. This class is safe for use by
 * any number of threads.
 */
public final class MetricsFile implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(MetricsFile.class.getName());

    private final Supplier<String> text;
    private final Path file;
    private final Path fresh;
    private final Duration interval;
    private final Thread writer;
    private volatile boolean closed;
    private boolean failed;

    private MetricsFile(Supplier<String> text, Path file, Duration interval) {
        this.text = text;
        this.file = file;
        this.fresh = fresh(file);
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
     * @throws FileSystemException if it cannot be written; later it is only logged
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
     * @throws FileSystemException if it cannot be written; later that is only logged
     */
    public static MetricsFile start(Supplier<String> text, Path file, Duration interval) throws IOException {
        MetricsFile started = new MetricsFile(text, file, interval);
        started.write();
        started.writer.start();
        return started;
    }

    private void run() {
        while (!closed) {
            // Wakes up too early at worst, and writes once more.
            LockSupport.parkNanos(interval.toNanos());
            if (!closed) {
                writeOrLog();
            }
        }
    }

    /** A disk that is full for an hour is worth two lines in the log. */
    private synchronized void writeOrLog() {
        try {
            if (!closed) {
                write();
                if (failed) {
                    LOG.log(Level.INFO, "The metrics are written again.");
                }
                failed = false;
            }
        } catch (IOException | RuntimeException failure) {
            if (!failed) {
                LOG.log(Level.WARNING, "The metrics are out of date: " + failure.getMessage());
            }
            failed = true;
        }
    }

    private void write() throws IOException {
        write(file, text.get());
    }

    /**
     * Writes a text to a file once, in the same way.
     *
     * @param file the file; its folder must exist
     * @param text the text
     * @throws FileSystemException if it cannot be written
     */
    public static void write(Path file, String text) throws IOException {
        Path fresh = fresh(file);
        try {
            create(fresh, text.getBytes(StandardCharsets.UTF_8));
            Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE);
        } catch (FileSystemException refused) {
            Files.deleteIfExists(fresh);
            throw new FileSystemException(file.toString(), null, "cannot write the metrics: " + reason(refused));
        }
    }

    private static Path fresh(Path file) {
        // The collector does not look at a name with this end.
        return file.resolveSibling("." + file.getFileName() + ".new");
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

    private static String reason(FileSystemException refused) {
        return switch (refused) {
            case NoSuchFileException _ -> "No such directory";
            case AccessDeniedException _ -> "Permission denied";
            default -> Objects.requireNonNullElse(refused.getReason(), refused.toString());
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
                Files.deleteIfExists(file);
                Files.deleteIfExists(fresh);
            } catch (IOException kept) {
                LOG.log(Level.WARNING, "The metrics stay behind: " + kept.getMessage());
            }
        }
        LockSupport.unpark(writer);
    }
}
