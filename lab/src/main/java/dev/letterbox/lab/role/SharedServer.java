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
 * A file server with one queue for requests and responses. It serves one request after the other, in calls that sleep without a
 * deadline. <i>The Linux Programming Interface</i>, section 46.8, describes the design, and its deadlock.
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
