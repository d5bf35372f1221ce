package dev.letterbox.campaign;

import dev.letterbox.files.FileClient;
import dev.letterbox.queues.QueueTransport;
import dev.letterbox.sysv.Key;
import dev.letterbox.testkit.Background;
import dev.letterbox.testkit.TempFiles;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Has fifty clients come, ask one server for short and long files, the long ones by a lane, and go, round by round, and looks
 * at the server after each. What must hold: every answer is right, and heap, threads, descriptors, queues, segments and memory
 * stay as they were after the first round.
 */
final class LaneSoak implements Scenario {
    private static final int CLIENTS = 50;
    private static final int ANSWERS_OF_EACH = 40;

    /** Longer than what comes without a lane. */
    private static final int LONG = 1_500_000;

    private static final int SHORT = 1_000;

    /** So many threads a server has for answers at most; what was not needed for ten seconds ends. */
    private static final int SERVER_THREADS = 256;

    private static final Duration PATIENCE = Duration.ofMinutes(10);

    private final Lanes lanes = new Lanes();
    private final Served served = new Served();
    private final LiveServer server = new LiveServer(served.directory(), Key.free());
    private final Growth growth = new Growth(server, SERVER_THREADS);
    private long answers;

    LaneSoak() throws IOException {
        TempFiles.file(served.directory(), LONG);
        TempFiles.file(served.directory(), SHORT);
        server.start();
    }

    @Override
    public void round(int number, SplittableRandom random, Tally tally) throws Exception {
        long started = System.nanoTime();
        List<Background<Boolean>> clients = new ArrayList<>();
        try {
            for (int i = 0; i < CLIENTS; i++) {
                clients.add(Background.start("client " + i, this::fetchMany));
            }
            clients.forEach(client -> client.result(PATIENCE));
        } finally {
            clients.forEach(Background::close);
        }
        lanes.awaitNone();
        answers += CLIENTS * ANSWERS_OF_EACH;
        tally.add("right answers", CLIENTS * ANSWERS_OF_EACH);
        tally.took("a round", System.nanoTime() - started);
        growth.look(answers, tally);
    }

    private boolean fetchMany() throws Exception {
        try (FileClient client = FileClient.connect(new QueueTransport(server.key()), Fetch.PATIENT)) {
            for (int i = 0; i < ANSWERS_OF_EACH; i++) {
                Fetch.through(client, i % 2 == 0 ? LONG : SHORT).orFail();
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
