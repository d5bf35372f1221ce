package dev.letterbox.campaign;

import dev.letterbox.campaign.Fetch.Comparing;
import dev.letterbox.campaign.Fetch.Ended;
import dev.letterbox.files.ClassicDialect;
import dev.letterbox.files.FileClient;
import dev.letterbox.queues.QueueTransport;
import dev.letterbox.sysv.Key;
import dev.letterbox.testkit.Await;
import dev.letterbox.testkit.Background;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Is a client that fetches a large file, and reads it so slowly that the rest is still to come. */
final class InTheMiddle implements AutoCloseable {
    private static final int MOST_TRIES = 10;

    private final CountDownLatch begun = new CountDownLatch(1);
    private final CountDownLatch goOn = new CountDownLatch(1);
    private final FileClient client;
    private final Background<Ended> fetching;

    InTheMiddle(Key key, Optional<ClassicDialect> dialect) throws Exception {
        this(
                dialect.isPresent()
                        ? FileClient.connect(new QueueTransport(key), dialect.get(), Fetch.SHORT)
                        : FileClient.connect(new QueueTransport(key), Fetch.PATIENT),
                0);
    }

    /** Makes a client in a session that reads no more once it has more than so many bytes. */
    InTheMiddle(Key key, int after) throws Exception {
        this(FileClient.connect(new QueueTransport(key), Fetch.PATIENT), after);
    }

    private InTheMiddle(FileClient client, int after) {
        this.client = client;
        Comparing content = new Comparing(Served.LARGE) {
            @Override
            public void accept(ByteBuffer piece) {
                super.accept(piece);
                if (bytes() <= after) {
                    return;
                }
                begun.countDown();
                try {
                    goOn.await();
                } catch (InterruptedException ended) {
                    Thread.currentThread().interrupt();
                }
            }
        };
        fetching = Background.start("fetches", () -> Fetch.through(client, Served.LARGE, content));
    }

    /**
     * Makes a client of a classic dialect that has begun. Its limit is so short that a busy machine may exceed it before the
     * first byte comes: then there is another one.
     */
    static InTheMiddle classic(Key key) throws Exception {
        InTheMiddle client = new InTheMiddle(key, Optional.of(ClassicDialect.COMPACT));
        for (int tries = 1; tries < MOST_TRIES && !client.hasBegun(); tries++) {
            client.close();
            client = new InTheMiddle(key, Optional.of(ClassicDialect.COMPACT));
        }
        return client;
    }

    private boolean hasBegun() {
        Await.until("it has begun, or ended", Fetch.PATIENT, () -> begun.getCount() == 0 || fetching.isDone());
        return begun.getCount() == 0;
    }

    void awaitBegun() throws InterruptedException {
        if (!begun.await(Fetch.PATIENT.toSeconds(), TimeUnit.SECONDS)) {
            throw new AssertionError("No byte came in " + Fetch.PATIENT.toSeconds() + " s");
        }
    }

    void goOn() {
        goOn.countDown();
    }

    Ended ended(Duration within) {
        return fetching.result(within);
    }

    @Override
    public void close() {
        goOn();
        fetching.close();
        client.close();
    }
}
