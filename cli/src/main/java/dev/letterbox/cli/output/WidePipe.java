package dev.letterbox.cli.output;

import dev.letterbox.sysv.file.Descriptor;
import dev.letterbox.sysv.linux.LinuxFiles;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;

/**
 * Makes the pipe that it writes to larger, once a lot is written. By default a pipe holds 64 KiB: after every few pages the
 * reader waits for the writer, or the writer for the reader, and each time a core may go to sleep.
 */
public final class WidePipe implements WritableByteChannel {
    /** As few bytes as this go through the pipe as it is. */
    static final long FROM = 1 << 20;

    /** So many pipes of this size one user may have before the kernel makes the next ones smaller than usual: 256. */
    static final int SIZE = 256 * 1024;

    private final WritableByteChannel to;
    private final int descriptor;
    private long written;
    private boolean widened;

    /**
     * Makes one; what is not a pipe is written to as it is.
     *
     * @param to the channel to write to
     * @param descriptor its number in this process
     */
    public WidePipe(WritableByteChannel to, int descriptor) {
        this.to = to;
        this.descriptor = descriptor;
    }

    @Override
    public int write(ByteBuffer bytes) throws IOException {
        if (!widened && written >= FROM) {
            widened = true;
            Descriptor.widenPipe(LinuxFiles.host(), descriptor, SIZE);
        }
        int length = to.write(bytes);
        written += length;
        return length;
    }

    @Override
    public boolean isOpen() {
        return to.isOpen();
    }

    @Override
    public void close() throws IOException {
        to.close();
    }
}
