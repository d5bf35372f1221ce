package dev.letterbox.cli.files;

import dev.letterbox.ContentSink;
import dev.letterbox.cli.output.ProgressBar;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.WritableByteChannel;
import java.util.OptionalLong;
import java.util.zip.CRC32C;

/** Writes what comes to a channel, tells the progress bar, and knows what came so far. */
final class ByteSink implements ContentSink {
    private final WritableByteChannel to;
    private final String name;
    private final ProgressBar progress;
    private final CRC32C checksum;
    private long size;

    /**
     * Makes one.
     *
     * @param to takes all
     * @param name what that is called where it takes no more
     * @param progress is told
     * @param size how many bytes are there already, before those that come
     * @param checksum of those bytes
     */
    ByteSink(WritableByteChannel to, String name, ProgressBar progress, long size, CRC32C checksum) {
        this.to = to;
        this.name = name;
        this.progress = progress;
        this.size = size;
        this.checksum = checksum;
    }

    /** How many bytes there are by now. */
    long size() {
        return size;
    }

    /** The CRC32C of those. */
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
