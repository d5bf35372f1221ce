package dev.letterbox.cli.files;

import dev.letterbox.ContentSink;
import dev.letterbox.cli.output.ProgressBar;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.WritableByteChannel;
import java.util.OptionalLong;
import java.util.zip.CRC32C;

/** Writes content to a channel, updates the progress bar, and keeps size and checksum. */
final class ByteSink implements ContentSink {
    private final WritableByteChannel to;
    private final String name;
    private final ProgressBar progress;
    private final CRC32C checksum;
    private long size;

    /**
     * Makes a sink.
     *
     * @param to the channel to write to
     * @param name the channel's name, for errors
     * @param progress the progress bar to update
     * @param size the number of bytes that are there already
     * @param checksum the checksum of those bytes
     */
    ByteSink(WritableByteChannel to, String name, ProgressBar progress, long size, CRC32C checksum) {
        this.to = to;
        this.name = name;
        this.progress = progress;
        this.size = size;
        this.checksum = checksum;
    }

    /** Returns the number of bytes so far. */
    long size() {
        return size;
    }

    /** Returns the CRC32C of the bytes so far. */
    int checksum() {
        return (int) checksum.getValue();
    }

    @Override
    public void begin(OptionalLong length) {
        progress.begin(length);
    }

    @Override
    public void accept(ByteBuffer piece) throws IOException {
        progress.add(piece.remaining());
        checksum.update(piece.duplicate());
        size += piece.remaining();
        try {
            while (piece.hasRemaining()) {
                to.write(piece);
            }
        } catch (ClosedChannelException interrupted) {
            throw interrupted;
        } catch (IOException failed) {
            throw new IOException("Cannot write to " + name + ": " + failed.getMessage() + ".", failed);
        }
    }
}
