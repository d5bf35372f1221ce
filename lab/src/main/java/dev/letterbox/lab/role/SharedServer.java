package dev.letterbox.lab.role;

import dev.letterbox.sysv.MessageBuffer;
import dev.letterbox.sysv.MessageQueue;
import dev.letterbox.sysv.Selector;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Serves files in the design that this laboratory warns of: requests and responses in one queue, one request after the
 * other, and every call waits as long as it takes. So do many textbooks' programs.
 */
final class SharedServer {
    private static final Selector REQUESTS = Selector.exactly(Wire.REQUEST_TYPE);

    private final MessageQueue queue;
    private final Path folder;
    private final MessageBuffer message = MessageBuffer.allocate();

    SharedServer(MessageQueue queue, Path folder) {
        this.queue = queue;
        this.folder = folder;
    }

    /** Serves until the thread is interrupted. */
    void run() throws IOException, InterruptedException {
        while (true) {
            queue.receive(message, REQUESTS);
            serve(Wire.returnAddress(message), folder.resolve(Wire.name(message)));
        }
    }

    private void serve(int client, Path file) throws IOException, InterruptedException {
        try (SeekableByteChannel content = Files.newByteChannel(file)) {
            int length = read(content);
            while (length > 0) {
                queue.send(message.type(client).size(length));
                length = read(content);
            }
        }
        queue.send(message.type(client).size(0)); // END
    }

    private int read(SeekableByteChannel content) throws IOException {
        ByteBuffer piece = message.bytes().clear().limit(Wire.PIECE_BYTES);
        return content.read(piece);
    }
}
