package dev.letterbox.cli.output;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;

/** Keeps binary content from a terminal, which it would set into strange modes. As curl, it takes a NUL for binary. */
public final class TerminalGuard implements WritableByteChannel {
    private static final int LOOKED_AT = 2_000;

    private final WritableByteChannel terminal;
    private boolean looked;

    public TerminalGuard(WritableByteChannel terminal) {
        this.terminal = terminal;
    }

    @Override
    public int write(ByteBuffer bytes) throws IOException {
        if (!looked) {
            looked = true;
            int end = Math.min(bytes.limit(), bytes.position() + LOOKED_AT);
            for (int at = bytes.position(); at < end; at++) {
                if (bytes.get(at) == 0) {
                    throw new IOException(
                            "it is a terminal, but the content is binary; use -o - to write it anyway, or -o FILE");
                }
            }
        }
        return terminal.write(bytes);
    }

    @Override
    public boolean isOpen() {
        return terminal.isOpen();
    }

    @Override
    public void close() throws IOException {
        terminal.close();
    }
}
