package dev.letterbox.metrics;

import dev.letterbox.metrics.file.OutputFile;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Writes what a server does into a file for Prometheus, again and again: as the node exporter's textfile collector wants
 * it, which reads each file whose name ends in {@code .prom}. A reader sees the old file or the new one, never a part.
 * A link stays: the file to which it leads is replaced, or made. Anything but a regular file, such as {@code /dev/null} or
 * a pipe, is written to directly.
 *
 * <p>Closing it removes the file, so that the series of a server that has ended end too: only a regular file that it
 * wrote, and that nobody has replaced. This class is safe for use by any number of threads.
 */
public final class MetricsFile implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(MetricsFile.class.getName());

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
        MetricsFile started = new MetricsFile(() -> Prometheus.text(metrics.snapshot(true)), file, interval);
        started.begin();
        return started;
    }

    /**
     * Writes a text to the file, and continues to do so until this JVM exits, which removes the file.
     *
     * @param text makes the text, in the format of Prometheus; a failure is logged
     * @param file the file; its folder must exist
     * @param interval the time between two versions
     * @throws FileSystemException if it cannot be written; later, and if it is no regular file, that is only logged
     */
    public static void startUntilExit(Supplier<String> text, Path file, Duration interval) throws IOException {
        MetricsFile started = new MetricsFile(text, file, interval);
        // Before the first version: a signal may come as soon as that is there.
        Runtime.getRuntime().addShutdownHook(new Thread(started::close, "letterbox-metrics-end"));
        started.begin();
    }

    private void begin() throws IOException {
        if (!isWrittenDirectly(file)) {
            writeUnlessClosed(text.get());
        }
        writer.start();
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
            last = replace(file, next);
            return;
        }
        writeUnlessClosed(next);
    }

    private synchronized void writeUnlessClosed(String next) throws IOException {
        if (!closed) {
            last = replace(file, next);
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
        replace(file, text);
    }

    /** Returns what tells the new version from others; null for none, where it was written to directly. */
    private static @Nullable Object replace(Path file, String text) throws IOException {
        try (OutputFile next = OutputFile.create(file)) {
            ByteBuffer bytes = StandardCharsets.UTF_8.encode(text);
            while (bytes.hasRemaining()) {
                next.channel().write(bytes);
            }
            return next.commit();
        } catch (IOException refused) {
            throw cannotWrite(file, refused);
        }
    }

    private static boolean isWrittenDirectly(Path file) throws IOException {
        try {
            return OutputFile.isWrittenDirectly(file);
        } catch (IOException refused) {
            throw cannotWrite(file, refused);
        }
    }

    private static FileSystemException cannotWrite(Path file, IOException refused) {
        String reason = refused instanceof FileSystemException known && known.getReason() != null
                ? known.getReason()
                : refused.getMessage();
        FileSystemException told =
                new FileSystemException(file.toString(), null, "cannot write the metrics: " + reason);
        told.initCause(refused);
        return told;
    }

    /** Ends the writing and removes the file. */
    @Override
    public void close() {
        synchronized (this) {
            if (closed) {
                return;
            }
            closed = true;
            Object written = last;
            try {
                if (written != null) {
                    OutputFile.delete(file, written);
                }
            } catch (IOException kept) {
                LOG.log(Level.WARNING, "The metrics stay behind: " + kept.getMessage());
            }
        }
        LockSupport.unpark(writer);
    }
}
