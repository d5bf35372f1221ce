package dev.letterbox;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Hands what a writer writes, in its own virtual thread, to whoever reads it: a piece at a time, by a block of memory. */
final class WrittenContent implements Content {
    private static final int BLOCK = 8192;

    private final ContentWriter writer;
    private final byte[] block = new byte[BLOCK];

    // All below is guarded by this object's monitor.
    private int start;
    private int end;
    private boolean begun;
    private boolean finished;
    private boolean unwanted;
    private @Nullable Throwable failure;
    private @Nullable Thread thread;

    WrittenContent(ContentWriter writer) {
        this.writer = writer;
    }

    @Override
    public synchronized int read(MemorySegment target, int limit) throws ServiceException {
        if (!begun) {
            begun = true;
            thread = Thread.ofVirtual().name("letterbox-writer").start(this::write);
        }
        try {
            while (start == end && !finished) {
                wait();
            }
        } catch (InterruptedException stopping) {
            Thread.currentThread().interrupt();
            throw new ServiceException(FailureKind.STOPPING, "The server is stopping");
        }
        if (start < end) {
            int length = Math.min(limit, end - start);
            MemorySegment.copy(block, start, target, ValueLayout.JAVA_BYTE, 0, length);
            start += length;
            notifyAll();
            return length;
        }
        return switch (failure) {
            case null -> -1;
            case ServiceException refused -> throw refused;
            case Throwable defect -> throw new IllegalStateException("the writer failed", defect);
        };
    }

    private void write() {
        Throwable thrown = null;
        try {
            writer.writeTo(new Output());
        } catch (Exception | Error any) {
            thrown = any;
        }
        synchronized (this) {
            failure = thrown;
            finished = true;
            notifyAll();
        }
    }

    @Override
    public void close() {
        Thread writing;
        synchronized (this) {
            unwanted = true;
            writing = thread;
            notifyAll();
        }
        if (writing != null) {
            writing.interrupt();
        }
    }

    private final class Output extends OutputStream {
        @Override
        public void write(int value) throws IOException {
            write(new byte[] {(byte) value}, 0, 1);
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            Objects.checkFromIndexSize(offset, length, bytes.length);
            synchronized (WrittenContent.this) {
                int written = 0;
                while (written < length) {
                    awaitRoom();
                    if (start == end) {
                        start = 0;
                        end = 0;
                    }
                    int piece = Math.min(length - written, BLOCK - end);
                    System.arraycopy(bytes, offset + written, block, end, piece);
                    end += piece;
                    written += piece;
                    WrittenContent.this.notifyAll();
                }
            }
        }

        private void awaitRoom() throws InterruptedIOException {
            try {
                while (end == BLOCK && start < end && !unwanted) {
                    WrittenContent.this.wait();
                }
            } catch (InterruptedException told) {
                Thread.currentThread().interrupt();
                throw new InterruptedIOException("nobody wants the rest");
            }
            if (unwanted) {
                throw new InterruptedIOException("nobody wants the rest");
            }
        }
    }
}
