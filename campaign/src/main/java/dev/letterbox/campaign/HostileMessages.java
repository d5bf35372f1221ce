package dev.letterbox.campaign;

import dev.letterbox.files.FileClient;
import dev.letterbox.queues.QueueTransport;
import dev.letterbox.sysv.Key;
import dev.letterbox.testkit.Background;
import java.io.IOException;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Throws messages at a server that are nearly right, or not at all, from a client that it knows. What must hold: the
 * server serves on, and an honest client beside it gets every byte right all the while.
 */
final class HostileMessages implements Scenario {
    /** Messages in one round. */
    private static final int MESSAGES = 5_000;

    private static final int LONGEST = 8_192;
    private static final int DRAIN_EVERY = 16;

    private final Served served = new Served();
    private final LiveServer server = new LiveServer(served.directory(), Key.free(), "--stall-timeout", "2s");

    HostileMessages() throws IOException {
        server.start();
    }

    @Override
    public void round(int number, SplittableRandom random, Tally tally) throws Exception {
        AtomicBoolean enough = new AtomicBoolean();
        try (FileClient client = FileClient.connect(new QueueTransport(server.key()), Fetch.PATIENT);
                Background<Long> honest =
                        Background.start("honest", () -> fetchUntil(enough, client, random.split()))) {
            try (Stranger stranger = new Stranger(server.key())) {
                OddMessages odd = new OddMessages(random.split(), LONGEST, stranger.validMessages());
                for (int i = 0; i < MESSAGES && !honest.isDone(); i++) {
                    byte[] body = odd.next();
                    if (!stranger.send(type(random), body)) {
                        throw new AssertionError("The server takes no messages any more");
                    }
                    if (i % DRAIN_EVERY == 0) {
                        tally.add("answers to them", stranger.drain());
                    }
                }
            } finally {
                enough.set(true);
            }
            tally.add("hostile messages", MESSAGES);
            tally.add("right answers beside them", honest.result());
        }
        // Whoever comes then is served too.
        Fetch.one(server.key(), 5_000, Fetch.PATIENT).orFail().count(tally);
    }

    private static long type(SplittableRandom random) {
        return switch (random.nextInt(6)) {
            case 0, 1 -> Stranger.CLASSIC_TYPE;
            case 2, 3 -> Stranger.SESSION_TYPE;
            case 4 -> Stranger.SESSION_TYPE + random.nextInt(-1, 2);
            default -> random.nextLong(1, Long.MAX_VALUE);
        };
    }

    private static long fetchUntil(AtomicBoolean enough, FileClient client, SplittableRandom random)
            throws InterruptedException {
        long right = 0;
        while (!enough.get()) {
            Fetch.through(client, Served.SIZES.get(random.nextInt(Served.SIZES.size())))
                    .orFail();
            right++;
        }
        return right;
    }

    @Override
    public void close() {
        server.close();
        served.close();
    }
}
