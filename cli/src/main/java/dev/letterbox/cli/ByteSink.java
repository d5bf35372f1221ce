package dev.letterbox.cli;

import dev.letterbox.ContentSink;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.util.OptionalLong;

/**
 * Writes what comes to a channel, and tells the progress bar.
 *
 * @param to takes all
 * @param progress is told
 */
record ByteSink(WritableByteChannel to, ProgressBar progress) implements ContentSink {
    @Override
    public void begin(OptionalLong size) {
        progress.begin(size);
    }

    @Override
    public void accept(ByteBuffer piece) throws IOException {
        progress.add(piece.remaining());
        while (piece.hasRemaining()) {
            to.write(piece);
        }
    }
}
