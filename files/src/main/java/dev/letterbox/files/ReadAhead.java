package dev.letterbox.files;

import dev.letterbox.sysv.file.Descriptor;
import dev.letterbox.sysv.linux.ErrnoException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.Queue;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;

/**
 * Reads a file in larger blocks than those who take it want at a time. Half of what {@code pread} costs for one message is
 * not the copy of its bytes.
 */
final class ReadAhead implements AutoCloseable {
    static final int BLOCK = 64 * 1024;

    /** 16 MB: a user who stops to read thousands of files in their middle must not take all the memory there is. */
    private static final Semaphore FREE = new Semaphore(256);

    /** Blocks that nobody uses; a few are enough for those who follow. */
    private static final Queue<MemorySegment> SPARE = new ArrayBlockingQueue<>(16);

    private final Descriptor file;
    private final long end;
    private @Nullable MemorySegment block;
    private long from;
    private int length;

    /**
     * Makes one, which holds no memory yet.
     *
     * @param end where the part that is wanted ends
     */
    ReadAhead(Descriptor file, long end) {
        this.file = file;
        this.end = end;
    }

    /**
     * Reads bytes: in blocks, or where all blocks are in use as the file gives them.
     *
     * @return how many came: fewer than wanted only where the file ends
     */
    int read(MemorySegment target, int wanted, long offset) throws ErrnoException {
        MemorySegment memory = memory();
        if (memory == null) {
            return file.read(target, wanted, offset);
        }
        int done = 0;
        while (done < wanted) {
            long place = offset + done;
            if (place < from || place >= from + length) {
                // To where blocks of this size end: pages are read whole.
                length = file.read(memory, (int) Math.min(BLOCK - place % BLOCK, end - place), place);
                from = place;
                if (length == 0) {
                    break;
                }
            }
            int part = (int) Math.min(wanted - done, from + length - place);
            MemorySegment.copy(memory, place - from, target, done, part);
            done += part;
        }
        return done;
    }

    private @Nullable MemorySegment memory() {
        if (block == null && FREE.tryAcquire()) {
            try {
                MemorySegment spare = SPARE.poll();
                block = spare == null ? MemorySegment.ofBuffer(ByteBuffer.allocateDirect(BLOCK)) : spare;
            } finally {
                if (block == null) {
                    FREE.release();
                }
            }
        }
        return block;
    }

    @Override
    public void close() {
        MemorySegment own = block;
        if (own != null) {
            block = null;
            SPARE.offer(own);
            FREE.release();
        }
    }
}
