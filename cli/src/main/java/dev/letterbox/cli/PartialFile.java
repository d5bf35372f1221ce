package dev.letterbox.cli;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.zip.CRC32C;

/** Is a file of which the beginning may be there already, to go on with. What comes is appended, and stays. */
final class PartialFile implements AutoCloseable {
    private static final int BLOCK = 1 << 16;

    private final FileChannel channel;
    private final long size;
    private final CRC32C checksum;

    private PartialFile(FileChannel channel, long size, CRC32C checksum) {
        this.channel = channel;
        this.size = size;
        this.checksum = checksum;
    }

    static PartialFile open(Path file) throws IOException {
        if (Files.exists(file) && !Files.isRegularFile(file)) {
            throw new IOException(file + ": not a regular file: there is nothing to go on with");
        }
        FileChannel channel =
                FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
        try {
            long size = channel.size();
            PartialFile partial = new PartialFile(channel, size, checksum(channel, size));
            channel.position(size);
            return partial;
        } catch (IOException failed) {
            channel.close();
            throw failed;
        }
    }

    private static CRC32C checksum(FileChannel channel, long size) throws IOException {
        CRC32C checksum = new CRC32C();
        ByteBuffer block = ByteBuffer.allocateDirect(BLOCK);
        for (long done = 0; done < size; ) {
            int length = channel.read(block.clear().limit((int) Math.min(BLOCK, size - done)), done);
            if (length < 0) {
                throw new IOException("the file shrank while it was read");
            }
            checksum.update(block.flip());
            done += length;
        }
        return checksum;
    }

    /** How much is there already. */
    long size() {
        return size;
    }

    /** The CRC32C of what is there. */
    CRC32C checksum() {
        return checksum;
    }

    /** Appends. */
    WritableByteChannel channel() {
        return channel;
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
