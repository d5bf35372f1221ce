package dev.letterbox.cli.files;

import java.io.IOException;
import java.io.OutputStream;
import java.lang.System.Logger.Level;
import java.nio.charset.Charset;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Writes the lines of a log on one thread, in their order and many at a time. Nobody who logs ever waits for whoever reads
 * the log: while nobody reads, lines are kept up to a bound, and those beyond it are counted, and the log says how many
 * were left out.
 */
final class LogWriter {
    /** The most lines that are kept for a reader. */
    static final int MOST = 8_192;

    /** Room for warnings where the rest is full of requests. */
    private static final int FOR_WARNINGS = 256;

    /** One for the lines left out before a line, one for it, and one for those left out after it. */
    private static final int LAST = 3;

    /** Lines that come within so long after the first ones are written together: to wake a thread for each costs more. */
    private static final long GATHER_NANOS = TimeUnit.MILLISECONDS.toNanos(5);

    private static final int PIECE = 16_384;

    /** A reader that takes nothing for so long is none. */
    private static final long PATIENCE_NANOS = TimeUnit.MILLISECONDS.toNanos(300);

    private final OutputStream out;
    private final Charset charset;
    private final LogFormat format = new LogFormat();
    private final StringBuilder text = new StringBuilder(2 * PIECE);

    // All below is guarded by this object.
    private @Nullable LogLine[] waiting = new LogLine[MOST + FOR_WARNINGS];
    private @Nullable LogLine[] spare = new LogLine[MOST + FOR_WARNINGS];
    private int count;
    private long leftOut;
    private boolean idle;
    private boolean hurried;
    private long handedOver;
    private long done;

    /** Changes whenever the reader has taken something. */
    private long pieces;

    private LogWriter(OutputStream out, Charset charset) {
        this.out = out;
        this.charset = charset;
    }

    /**
     * Starts a writer, on a thread that does not keep the JVM from exiting.
     *
     * @param out takes the log
     * @param charset how it is encoded
     */
    static LogWriter start(OutputStream out, Charset charset) {
        LogWriter writer = new LogWriter(out, charset);
        writer.format.load();
        Thread.ofPlatform().daemon().name("letterbox-log").start(writer::run);
        return writer;
    }

    /** Takes a line. Neither waits for the reader nor fails. */
    synchronized void add(
            @Nullable Level level, Object what, @Nullable Object @Nullable [] parameters, @Nullable Throwable thrown) {
        handedOver++;
        int room = LogLine.isWarning(level) ? waiting.length - LAST : MOST;
        if (count > room) {
            leftOut++;
            return;
        }
        try {
            LogLine line = LogLine.now(level, what, parameters, thrown);
            noteLeftOut();
            waiting[count++] = line;
        } catch (OutOfMemoryError full) {
            leftOut++;
        }
        if (idle) {
            idle = false;
            notifyAll();
        }
    }

    private void noteLeftOut() {
        if (leftOut > 0) {
            waiting[count] = LogLine.leftOut(leftOut);
            count++;
            leftOut = 0;
        }
    }

    /**
     * Waits until all lines that were handed over have been written, for as long as the reader takes some.
     *
     * @param millis the longest wait in all
     * @return false if not all were written
     */
    synchronized boolean flush(long millis) {
        long wanted = handedOver;
        long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
        long lastPieces = pieces;
        long lastProgress = System.nanoTime();
        hurried = true;
        notifyAll();
        try {
            while (done < wanted) {
                long now = System.nanoTime();
                if (pieces != lastPieces) {
                    lastPieces = pieces;
                    lastProgress = now;
                }
                long left = Math.min(deadline - now, lastProgress + PATIENCE_NANOS - now);
                if (left <= 0) {
                    return false;
                }
                TimeUnit.NANOSECONDS.timedWait(this, left);
            }
            return true;
        } catch (InterruptedException hurry) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private void run() {
        while (true) {
            writeBatch();
        }
    }

    private void writeBatch() {
        @Nullable LogLine[] batch;
        int lines;
        long upTo;
        synchronized (this) {
            awaitLines();
            noteLeftOut();
            batch = waiting;
            lines = count;
            upTo = handedOver;
            waiting = spare;
            spare = batch;
            count = 0;
        }
        long lost = write(batch, lines);
        synchronized (this) {
            leftOut += lost;
            done = upTo;
            notifyAll();
        }
    }

    /** Sleeps until there is something to write; after a batch, for a moment in any case, for the next one to grow. */
    private synchronized void awaitLines() {
        try {
            long until = System.nanoTime() + GATHER_NANOS;
            for (long left = GATHER_NANOS; left > 0 && !hurried; left = until - System.nanoTime()) {
                TimeUnit.NANOSECONDS.timedWait(this, left);
            }
            hurried = false;
            while (count == 0) {
                idle = true;
                wait();
            }
        } catch (InterruptedException stray) {
            // Nobody has this thread's handle.
        } finally {
            idle = false;
        }
    }

    /** Writes lines, and returns how many could not be written. */
    private long write(@Nullable LogLine[] batch, int lines) {
        long lost = 0;
        long inText = 0;
        for (int at = 0; at < lines; at++) {
            LogLine line = batch[at];
            batch[at] = null;
            if (line != null) {
                format.append(line, text);
                inText += line.count();
            }
            if (text.length() >= PIECE || at == lines - 1) {
                lost += writeText() ? 0 : inText;
                inText = 0;
            }
        }
        return lost;
    }

    private boolean writeText() {
        try {
            out.write(text.toString().getBytes(charset));
            out.flush();
            synchronized (this) {
                pieces++;
            }
            return true;
        } catch (IOException | RuntimeException | OutOfMemoryError gone) {
            return false;
        } finally {
            text.setLength(0);
        }
    }
}
