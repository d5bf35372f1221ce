package dev.letterbox.cli.files;

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

    private final Path file;
    private final FileChannel channel;

    /** Nobody had it before: where nothing comes, nobody has it after. */
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
            throw new IOException(file + ": not a regular file: there is nothing to go on with");
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

    /** All came. */
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
