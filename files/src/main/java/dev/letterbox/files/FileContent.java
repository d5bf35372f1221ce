package dev.letterbox.files;

import dev.letterbox.Content;
import dev.letterbox.ServiceException;
import dev.letterbox.sysv.file.Descriptor;
import dev.letterbox.sysv.file.Descriptor.FileStatus;
import dev.letterbox.sysv.linux.ErrnoException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.OptionalLong;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/** A part of an open file, read straight into the message; a long one later in blocks. */
final class FileContent implements Content {
    /** How much is checked in one step: some ten microseconds, for pages in memory. */
    private static final int STEP = 64 * 1024;

    /** Who took so much takes more, and is worth a block of memory. */
    private static final long AHEAD_AFTER = 256 * 1024;

    private final Descriptor file;
    private final byte[] name;
    private final long size;
    /** Whether the size is certain. The kernel's own files have content but say 0, as in /proc, or more than there is, as in /sys. */
    private final boolean isSizeCertain;

    private final long end;
    private final long aheadFrom;
    private final ReadAhead ahead;
    private long offset;

    private final CRC32C checksum = new CRC32C();
    private final @Nullable Integer prefixChecksum;
    private final long prefix;
    private long checked;

    private FileContent(Descriptor file, FileStatus status, FileRequest wanted, long end) {
        this.file = file;
        this.name = wanted.name();
        this.size = status.size();
        this.isSizeCertain = size > 0 && status.blocks() > 0;
        this.offset = wanted.offset();
        this.end = end;
        this.prefix = wanted.offset();
        this.prefixChecksum = wanted.prefixChecksum();
        this.ahead = new ReadAhead(file, end);
        // Of a size that is not known nobody knows how much there is to read ahead.
        this.aheadFrom = isSizeCertain ? offset + AHEAD_AFTER : Long.MAX_VALUE;
    }

    static FileContent of(Descriptor file, FileStatus status, FileRequest wanted) throws ServiceException {
        long size = status.size();
        FileContent content = new FileContent(
                file,
                status,
                wanted,
                size == 0
                        ? wanted.length()
                        : wanted.offset() + Math.min(wanted.length(), Math.max(0, size - wanted.offset())));
        if (wanted.offset() > size) {
            throw content.cannot("it has " + size + " bytes, but byte " + wanted.offset() + " was requested");
        }
        return content;
    }

    /** Compares the client's checksum with that of the bytes it has. Of a long file that takes minutes. */
    @Override
    public boolean prepare() throws ServiceException {
        if (prefixChecksum == null) {
            return true;
        }
        long until = Math.min(prefix, checked + STEP);
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment block = arena.allocate(STEP);
            ByteBuffer bytes = block.asByteBuffer();
            while (checked < until) {
                int length = read(block, (int) (until - checked), checked, false);
                if (length == 0) {
                    throw shrunk(checked);
                }
                checksum.update(bytes.clear().limit(length));
                checked += length;
            }
        }
        if (checked < prefix) {
            return false;
        }
        if ((int) checksum.getValue() != prefixChecksum) {
            throw cannot("its first " + prefix + " bytes are not those that the client has: fetch all of it again");
        }
        return true;
    }

    @Override
    public OptionalLong size() {
        return isSizeCertain ? OptionalLong.of(end - offset) : OptionalLong.empty();
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
        if (size != 0 && offset < end && (isSizeCertain || hasAnotherSize())) {
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

    private boolean hasAnotherSize() throws ServiceException {
        try {
            return file.status().size() != size;
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
