package dev.letterbox;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.util.OptionalLong;

/** The content of a file, from its beginning, as long as it was when it was opened. */
final class ChannelContent implements Content {
    private final FileChannel channel;
    private final long size;
    private long read;

    ChannelContent(FileChannel channel, long size) {
        this.channel = channel;
        this.size = size;
    }

    @Override
    public OptionalLong size() {
        return OptionalLong.of(size);
    }

    @Override
    public int read(MemorySegment target, int limit) throws IOException {
        long wanted = Math.min(limit, size - read);
        if (wanted == 0) {
            return -1;
        }
        int length = channel.read(target.asSlice(0, wanted).asByteBuffer(), read);
        if (length < 0) {
            throw new IOException("The file shrank from " + size + " to " + read + " bytes while it was read.");
        }
        read += length;
        return length;
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException failed) {
            // It was only read: nothing is lost.
            System.getLogger(ChannelContent.class.getName()).log(Level.DEBUG, "closing a file failed", failed);
        }
    }
}
