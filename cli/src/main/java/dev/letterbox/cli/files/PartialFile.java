package dev.letterbox.cli.files;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.zip.CRC32C;

/** A file whose beginning may exist already. New content is appended, and is kept if the transfer fails. */
final class PartialFile implements AutoCloseable {
    private static final int BLOCK = 1 << 16;

    private final Path file;
    private final FileChannel channel;

    /** Whether the file did not exist before: it is deleted if nothing arrives. */
    private boolean made;

    private final long size;
    private final CRC32C checksum;

    private PartialFile(Path file, boolean made, FileChannel channel, long size, CRC32C checksum) {
        this.file = file;
        this.made = made;
        this.channel = channel;
        this.size = size;
        this.checksum = checksum;
    }

    static PartialFile open(Path file) throws IOException {
        if (Files.exists(file) && !Files.isRegularFile(file)) {
            throw new FileSystemException(
                    file.toString(), null, "not a regular file, so that a transfer into it cannot be resumed");
        }
        boolean made = !Files.exists(file);
        FileChannel channel =
                FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
        try {
            long size = channel.size();
            PartialFile partial = new PartialFile(file, made, channel, size, checksum(channel, size));
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

    /** Returns the number of bytes that existed before. */
    long size() {
        return size;
    }

    /** Returns the CRC32C of these bytes. */
    CRC32C checksum() {
        return checksum;
    }

    /** Returns the channel that appends. */
    WritableByteChannel channel() {
        return channel;
    }

    /** Keeps the file even if it is empty, since it is complete. */
    void keep() {
        made = false;
    }

    @Override
    public void close() throws IOException {
        boolean inVain = made && channel.size() == 0;
        channel.close();
        if (inVain) {
            Files.deleteIfExists(file);
        }
    }
}
