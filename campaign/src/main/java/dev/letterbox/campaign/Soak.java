package dev.letterbox.campaign;

import dev.letterbox.files.FileClient;
import dev.letterbox.queues.QueueTransport;
import dev.letterbox.sysv.Key;
import dev.letterbox.testkit.Background;
import dev.letterbox.testkit.ChildProcess;
import dev.letterbox.testkit.Command;
import dev.letterbox.testkit.Peers;
import dev.letterbox.testkit.TempFiles;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.zip.CRC32C;

/**
 * Has one server answer very many requests, of C clients in both dialects and of Java clients, and looks at it after each
 * round. What must hold: every answer is right, and heap, threads, descriptors, queues and memory stay as they were after the
 * first round.
 */
final class Soak implements Scenario {
    /** Requests in one round: of each of three C clients, and of one in Java. */
    private static final int OF_EACH_C_CLIENT = 15_000;

    private static final int OF_JAVA = 5_000;
    private static final int SIZE = 1_000;
    private static final int NEW_SESSION_EVERY = 50;
    private static final Duration PATIENCE = Duration.ofMinutes(10);

    private final Served served = new Served();
    private final LiveServer server = new LiveServer(served.directory(), Key.free());
    private final Growth growth = new Growth(server, 6);
    private long requests;

    Soak() throws IOException {
        TempFiles.file(served.directory(), SIZE);
        server.start();
    }

    @Override
    public void round(int number, SplittableRandom random, Tally tally) throws Exception {
        long started = System.nanoTime();
        CRC32C expected = new CRC32C();
        expected.update(TempFiles.bytes(SIZE));
        List<ChildProcess> loads = new ArrayList<>();
        try (Background<Boolean> java = Background.start("java clients", this::fetchMany)) {
            for (String dialect : List.of("compact", "compact", "tlpi")) {
                loads.add(Command.of(
                                Peers.program(dialect + "-load"),
                                "-k",
                                server.key().toString(),
                                "-n",
                                "" + OF_EACH_C_CLIENT,
                                "-c",
                                Served.name(SIZE))
                        .start());
            }
            for (ChildProcess load : loads) {
                String said = load.exit(PATIENCE).expect(0).text();
                if (!said.contains(String.format("crc32c %08x", expected.getValue()))) {
                    throw new AssertionError("A wrong byte, by the checksum: " + said);
                }
            }
            java.result(PATIENCE);
        } finally {
            loads.forEach(ChildProcess::close);
        }
        int done = loads.size() * OF_EACH_C_CLIENT + OF_JAVA;
        requests += done;
        tally.add("right answers", done);
        tally.took("a round", System.nanoTime() - started);
        growth.look(requests, tally);
    }

    private boolean fetchMany() throws Exception {
        for (int done = 0; done < OF_JAVA; done += NEW_SESSION_EVERY) {
            try (FileClient client = FileClient.connect(new QueueTransport(server.key()), Fetch.PATIENT)) {
                for (int i = 0; i < NEW_SESSION_EVERY; i++) {
                    Fetch.through(client, SIZE).orFail();
                }
            }
        }
        return true;
    }

    @Override
    public void close() {
        server.close();
        served.close();
    }
}
