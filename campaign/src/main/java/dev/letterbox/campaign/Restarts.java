package dev.letterbox.campaign;

import dev.letterbox.sysv.Key;
import dev.letterbox.testkit.Background;
import dev.letterbox.testkit.Finished;
import dev.letterbox.testkit.TempFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Restarts the server again and again, by KILL and by TERM, beside processes of {@code letterbox get --retry 100}, which
 * begin at any moment. What must hold: each of them gets its file, and every byte is right.
 */
final class Restarts implements Scenario {
    private static final int CLIENTS = 8;
    private static final int RESTARTS = 5;
    private static final long LONGEST_LIFE_MILLIS = 500;

    /** The pauses between retries grow to ten seconds. */
    private static final Duration PATIENCE = Duration.ofMinutes(5);

    private final Served served = new Served();
    private final Path outputs = Files.createTempDirectory("letterbox-restarts-");
    private final LiveServer server = new LiveServer(served.directory(), Key.free());

    Restarts() throws IOException {
        server.start();
    }

    @Override
    public void round(int number, SplittableRandom random, Tally tally) throws Exception {
        AtomicBoolean enough = new AtomicBoolean();
        List<Background<Long>> clients = new ArrayList<>();
        try {
            for (int i = 0; i < CLIENTS; i++) {
                Path output = outputs.resolve("client-" + i);
                int size = i % 2 == 0 ? Served.LARGE : Served.MEDIUM;
                clients.add(Background.start("client " + i, () -> getUntil(enough, size, output)));
            }
            for (int i = 0; i < RESTARTS; i++) {
                Thread.sleep(Duration.ofMillis(random.nextLong(LONGEST_LIFE_MILLIS)));
                if (random.nextBoolean()) {
                    server.kill();
                } else {
                    server.close();
                }
                server.start();
                tally.add("restarts");
            }
            enough.set(true);
            for (Background<Long> client : clients) {
                tally.add("files fetched beside them", client.result(PATIENCE));
            }
        } finally {
            enough.set(true);
            clients.forEach(Background::close);
        }
    }

    /** Fetches again and again, and once at least. */
    private long getUntil(AtomicBoolean enough, int size, Path output) throws IOException {
        long fetched = 0;
        do {
            Finished get = Letterbox.command(
                            "get",
                            Served.name(size),
                            "--key",
                            server.key().toString(),
                            "--retry",
                            "100",
                            "-o",
                            output.toString())
                    .run(PATIENCE);
            if (get.status() != 0) {
                throw new AssertionError("It gave up: " + get);
            }
            if (!Arrays.equals(Files.readAllBytes(output), TempFiles.bytes(size))) {
                throw new AssertionError("A wrong byte: " + get);
            }
            fetched++;
        } while (!enough.get());
        return fetched;
    }

    @Override
    public void close() {
        server.close();
        served.close();
        Served.remove(outputs);
    }
}
