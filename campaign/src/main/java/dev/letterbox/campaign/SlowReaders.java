package dev.letterbox.campaign;

import dev.letterbox.FailureKind;
import dev.letterbox.campaign.Fetch.Comparing;
import dev.letterbox.campaign.Fetch.Ended;
import dev.letterbox.error.RequestRefusedException;
import dev.letterbox.files.FileClient;
import dev.letterbox.queues.QueueTransport;
import dev.letterbox.sysv.Key;
import dev.letterbox.testkit.Background;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Has clients pause in the middle of their answers, some for longer than the server waits for them, alone and beside other
 * callers of the same client. What must hold: each answer is right, or its caller is told that it did not read; and no
 * caller that reads pays for one that does not.
 */
final class SlowReaders implements Scenario {
    private static final Duration STALL_TIMEOUT = Duration.ofMillis(300);
    private static final Duration LONGEST_PAUSE = STALL_TIMEOUT.multipliedBy(3);
    private static final int ALONE = 3;
    private static final int TOGETHER = 3;

    private final Served served = new Served();
    private final LiveServer server =
            new LiveServer(served.directory(), Key.free(), "--stall-timeout", STALL_TIMEOUT.toMillis() + "ms");

    SlowReaders() throws IOException {
        server.start();
    }

    /** Pauses once, after some of the content. */
    private static final class Pausing extends Comparing {
        private final int after;
        private Duration pause;

        private Pausing(int size, SplittableRandom random) {
            super(size);
            this.after = random.nextInt(size);
            this.pause = Duration.ofNanos(random.nextLong(LONGEST_PAUSE.toNanos()));
        }

        @Override
        public void accept(ByteBuffer piece) {
            super.accept(piece);
            if (bytes() > after && pause.isPositive()) {
                try {
                    Thread.sleep(pause);
                } catch (InterruptedException asked) {
                    Thread.currentThread().interrupt();
                }
                pause = Duration.ZERO;
            }
        }
    }

    @Override
    public void round(int number, SplittableRandom random, Tally tally) throws Exception {
        List<Background<Ended>> pausing = new ArrayList<>();
        List<FileClient> clients = new ArrayList<>();
        try {
            for (int i = 0; i < ALONE + 1; i++) {
                clients.add(FileClient.connect(new QueueTransport(server.key()), Fetch.PATIENT));
            }
            FileClient shared = clients.getLast();
            for (int i = 0; i < ALONE + TOGETHER; i++) {
                FileClient client = i < ALONE ? clients.get(i) : shared;
                Pausing sink = new Pausing(Served.LARGE, random.split());
                pausing.add(Background.start("pausing " + i, () -> Fetch.through(client, Served.LARGE, sink)));
            }
            while (!pausing.stream().allMatch(Background::isDone)) {
                Fetch.through(shared, Served.SIZES.get(random.nextInt(Served.SIZES.size())))
                        .orFail()
                        .count(tally);
            }
            for (Background<Ended> each : pausing) {
                count(each.result(), tally);
            }
        } finally {
            pausing.forEach(Background::close);
            clients.forEach(FileClient::close);
        }
    }

    private static void count(Ended ended, Tally tally) {
        if (ended.isRight()) {
            tally.add("right answers of those who paused");
        } else if (ended.error() instanceof RequestRefusedException told && told.kind() == FailureKind.STALLED) {
            tally.add("told that they did not read");
        } else {
            ended.orFail();
        }
    }

    @Override
    public void close() {
        server.close();
        served.close();
    }
}
