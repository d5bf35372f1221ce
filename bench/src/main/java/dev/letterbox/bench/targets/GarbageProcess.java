package dev.letterbox.bench.targets;

import com.sun.management.ThreadMXBean;
import dev.letterbox.files.ClassicDialect;
import dev.letterbox.files.FileService;
import dev.letterbox.files.ServedRoot;
import dev.letterbox.queues.QueueTransport;
import dev.letterbox.server.Server;
import dev.letterbox.sysv.Key;
import dev.letterbox.sysv.MessageBuffer;
import dev.letterbox.sysv.Mode;
import dev.letterbox.sysv.OwnedQueue;
import dev.letterbox.sysv.Selector;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;

/** Counts the bytes of heap that messages cost: those of one thread that sends and receives, and those of a whole server. */
final class GarbageProcess {
    private static final int WARM_UP = 50_000;
    private static final int MESSAGES = 200_000;

    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    private GarbageProcess() {}

    /**
     * Prints the bytes for one message sent and received, then serves a directory and prints, for each line of standard
     * input, what the whole JVM has allocated so far.
     *
     * @param args the server's key; the directory
     */
    public static void main(String[] args) throws Exception {
        System.out.printf("message %.3f%n", bytesPerMessage());
        try (ServedRoot root = ServedRoot.open(Path.of(args[1]));
                Server server = Server.on(new QueueTransport(Key.parse(args[0])))
                        .dialects(List.of(ClassicDialect.values()))
                        .service("", new FileService(root))
                        .service(FileService.NAME, new FileService(root))
                        .start()) {
            System.out.println("ready " + server.queueId());
            report();
        }
    }

    private static double bytesPerMessage() throws InterruptedException {
        try (OwnedQueue queue = OwnedQueue.createPrivate(Mode.OWNER)) {
            MessageBuffer message = MessageBuffer.fixed(1024).size(1024);
            Selector any = Selector.any();
            sendAndReceive(queue, message, any, WARM_UP);
            long before = THREADS.getCurrentThreadAllocatedBytes();
            sendAndReceive(queue, message, any, MESSAGES);
            return (double) (THREADS.getCurrentThreadAllocatedBytes() - before) / MESSAGES;
        }
    }

    private static void sendAndReceive(OwnedQueue queue, MessageBuffer message, Selector any, int times)
            throws InterruptedException {
        for (int i = 0; i < times; i++) {
            queue.send(message);
            queue.receive(message, any);
        }
    }

    private static void report() throws IOException {
        BufferedReader lines = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.US_ASCII));
        while (lines.readLine() != null) {
            System.out.println("allocated " + THREADS.getTotalThreadAllocatedBytes());
        }
    }
}
