package dev.letterbox.files;

import dev.letterbox.Content;
import dev.letterbox.Request;
import dev.letterbox.ServiceException;
import dev.letterbox.sysv.file.Descriptor;
import dev.letterbox.sysv.linux.ErrnoException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.OptionalLong;
import java.util.zip.CRC32C;

/** Is a part of an open file, read straight into the message; a long one later in blocks. */
final class FileContent implements Content {
    private static final int CHECKED_AT_ONCE = 64 * 1024;

    /** Who took so much takes more, and is worth a block of memory. */
    private static final long AHEAD_AFTER = 256 * 1024;

    private final Descriptor file;
    private final byte[] name;
    private final long size;
    private final long end;
    private final long aheadFrom;
    private final ReadAhead ahead;
    private long offset;

    private FileContent(Descriptor file, byte[] name, long size, long offset, long end) {
        this.file = file;
        this.name = name;
        this.size = size;
        this.offset = offset;
        this.end = end;
        this.ahead = new ReadAhead(file, end);
        // Of a size that is not known nobody knows how much there is to read ahead.
        this.aheadFrom = size == 0 ? Long.MAX_VALUE : offset + AHEAD_AFTER;
    }

    static FileContent of(Descriptor file, long size, FileRequest wanted, Request request) throws ServiceException {
        FileContent content = new FileContent(
                file,
                wanted.name(),
                size,
                wanted.offset(),
                size == 0
                        ? wanted.length()
                        : wanted.offset() + Math.min(wanted.length(), Math.max(0, size - wanted.offset())));
        if (wanted.offset() > size) {
            throw content.cannot("it has " + size + " bytes, and byte " + wanted.offset() + " is asked for");
        }
        if (wanted.prefixChecksum() != null
                && content.checksumOf(wanted.offset(), request) != wanted.prefixChecksum()) {
            throw content.cannot(
                    "its first " + wanted.offset() + " bytes are not those that the client has: fetch it anew");
        }
        return content;
    }

    private int checksumOf(long prefix, Request request) throws ServiceException {
        CRC32C checksum = new CRC32C();
        ByteBuffer bytes = ByteBuffer.allocateDirect(CHECKED_AT_ONCE);
        MemorySegment block = MemorySegment.ofBuffer(bytes);
        for (long done = 0; done < prefix; ) {
            // Of a long file it takes minutes.
            if (request.isCancelled() || Thread.currentThread().isInterrupted()) {
                throw cannot("nobody waits for it any more");
            }
            int length = read(block, (int) Math.min(CHECKED_AT_ONCE, prefix - done), done, false);
            if (length == 0) {
                throw shrunk(done);
            }
            checksum.update(bytes.clear().limit(length));
            done += length;
        }
        return (int) checksum.getValue();
    }

    /** A size of 0 says nothing: the kernel's own files, as in /proc, have content all the same. */
    @Override
    public OptionalLong size() {
        return size == 0 ? OptionalLong.empty() : OptionalLong.of(end - offset);
    }

    @Override
    public int read(MemorySegment target, int limit) throws ServiceException {
        int wanted = (int) Math.min(limit, end - offset);
        if (wanted == 0) {
            return -1;
        }
        int length = read(target, wanted, offset, offset >= aheadFrom && wanted < ReadAhead.BLOCK);
        if (length > 0) {
            offset += length;
            return length;
        }
        if (size != 0 && offset < end) {
            throw shrunk(offset);
        }
        return -1;
    }

    private int read(MemorySegment target, int length, long from, boolean inBlocks) throws ServiceException {
        try {
            return inBlocks ? ahead.read(target, length, from) : file.read(target, length, from);
        } catch (ErrnoException failed) {
            throw cannot(failed.errno().text());
        }
    }

    private ServiceException shrunk(long to) {
        return cannot("it shrank from " + size + " to " + to + " bytes while it was read");
    }

    private ServiceException cannot(String reason) {
        return FileService.cannot("read", name, reason);
    }

    @Override
    public void close() {
        ahead.close();
        file.close();
    }
}
