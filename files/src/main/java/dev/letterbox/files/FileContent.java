package dev.letterbox.files;

import dev.letterbox.Content;
import dev.letterbox.ServiceException;
import dev.letterbox.sysv.linux.Descriptor;
import dev.letterbox.sysv.linux.ErrnoException;
import java.lang.foreign.MemorySegment;

/** Is the content of an open file, read straight into the message. */
final class FileContent implements Content {
    private final Descriptor file;
    private final byte[] name;
    private final long size;
    private long offset;

    /** A size of 0 says nothing: the kernel's own files, as in /proc, have content all the same. */
    FileContent(Descriptor file, long size, byte[] name) {
        this.file = file;
        this.size = size;
        this.name = name;
    }

    @Override
    public int read(MemorySegment target, int limit) throws ServiceException {
        int wanted = size == 0 ? limit : (int) Math.min(limit, size - offset);
        if (wanted == 0) {
            return -1;
        }
        int length;
        try {
            length = file.read(target, wanted, offset);
        } catch (ErrnoException failed) {
            throw new ServiceException("Cannot read '" + FileNames.printable(name) + "': "
                    + failed.errno().text());
        }
        if (length > 0) {
            offset += length;
            return length;
        }
        if (offset < size) {
            throw new ServiceException("Cannot read '" + FileNames.printable(name) + "': it shrank from " + size
                    + " to " + offset + " bytes while it was read");
        }
        return -1;
    }

    @Override
    public void close() {
        file.close();
    }
}
