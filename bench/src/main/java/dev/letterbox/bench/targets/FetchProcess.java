package dev.letterbox.bench.targets;

import dev.letterbox.ContentSink;
import dev.letterbox.bench.targets.JavaSide.Operation;
import dev.letterbox.files.FileClient;
import dev.letterbox.queues.QueueTransport;
import dev.letterbox.sysv.Key;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32C;

/** Is our client in a process of its own: it fetches one file again and again, and throws it away. */
final class FetchProcess {
    private static final Duration SILENCE = Duration.ofSeconds(30);

    private FetchProcess() {}

    /** Counts what comes. */
    private static final class Counter implements ContentSink {
        private long bytes;

        @Override
        public void accept(ByteBuffer piece) {
            bytes += piece.remaining();
        }
    }

    /**
     * Fetches as it is told on standard input.
     *
     * @param args the server's key, the file's name and size, the number of callers
     */
    public static void main(String[] args) throws Exception {
        String name = args[1];
        long size = Long.parseLong(args[2]);
        try (FileClient client = FileClient.connect(new QueueTransport(Key.parse(args[0])), SILENCE)) {
            List<Operation> callers = new ArrayList<>();
            for (int i = 0; i < Integer.parseInt(args[3]); i++) {
                Counter counter = new Counter();
                callers.add(() -> {
                    counter.bytes = 0;
                    client.get(name, counter);
                    if (counter.bytes != size) {
                        throw new IllegalStateException(counter.bytes + " bytes came, not " + size);
                    }
                });
            }
            JavaSide.serve(callers, () -> {
                CRC32C checksum = new CRC32C();
                client.get(name, checksum::update);
                return checksum.getValue();
            });
        }
    }
}
