package dev.letterbox.bench.targets;

import dev.letterbox.bench.targets.JavaSide.Operation;
import io.aeron.Aeron;
import io.aeron.FragmentAssembler;
import io.aeron.Publication;
import io.aeron.Subscription;
import io.aeron.driver.MediaDriver;
import io.aeron.driver.ThreadingMode;
import io.aeron.logbuffer.FragmentHandler;
import io.aeron.logbuffer.Header;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.zip.CRC32C;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.BackoffIdleStrategy;
import org.agrona.concurrent.BusySpinIdleStrategy;
import org.agrona.concurrent.IdleStrategy;
import org.agrona.concurrent.UnsafeBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Is either end of an exchange over Aeron IPC: the echo of 64 bytes, or a file. The end that answers has the media driver in its
 * process, as a small installation would.
 */
final class AeronEnds {
    /** What waits turns round, and uses a core. */
    static final String SPINNING = "spinning";

    /** What waits turns round for a while, and then sleeps for up to a millisecond: Aeron's own default. */
    static final String BACKING_OFF = "backing off";

    private static final String CHANNEL = "aeron:ipc";
    private static final int QUESTIONS = 1;
    private static final int ANSWERS = 2;

    /** As long as a message may be without being taken apart. */
    private static final int MTU = 65_504;

    private static final int PIECE = 65_472;
    private static final int TERM = 16 << 20;
    private static final int FRAGMENTS = 16;

    private AeronEnds() {}

    private static IdleStrategy idle(String name) {
        return name.equals(SPINNING) ? BusySpinIdleStrategy.INSTANCE : new BackoffIdleStrategy();
    }

    /**
     * Asks as it is told on standard input, or answers until its input ends.
     *
     * @param args {@code ask} or {@code answer}; the folder of the driver; how it waits; where it asks for a file, its path and
     *     size
     */
    public static void main(String[] args) throws Exception {
        if (args[0].equals("answer")) {
            answer(args[1], args[2]);
        } else {
            ask(args);
        }
    }

    private static void answer(String folder, String waiting) throws InterruptedException {
        MediaDriver.Context driver = new MediaDriver.Context()
                .aeronDirectoryName(folder)
                .dirDeleteOnStart(true)
                .dirDeleteOnShutdown(true)
                .threadingMode(ThreadingMode.SHARED)
                .sharedIdleStrategy(idle(BACKING_OFF))
                .ipcMtuLength(MTU)
                .ipcTermBufferLength(TERM);
        AtomicBoolean ended = new AtomicBoolean();
        try (MediaDriver _ = MediaDriver.launch(driver);
                Aeron aeron = Aeron.connect(new Aeron.Context().aeronDirectoryName(folder));
                Subscription questions = aeron.addSubscription(CHANNEL, QUESTIONS);
                Publication answers = aeron.addPublication(CHANNEL, ANSWERS)) {
            Answering answering = new Answering(answers, idle(waiting));
            Thread thread = Thread.ofPlatform().daemon().start(() -> {
                IdleStrategy idle = idle(waiting);
                while (!ended.get()) {
                    idle.idle(questions.poll(answering, FRAGMENTS));
                }
            });
            JavaSide.awaitEndOfInput();
            ended.set(true);
            thread.join();
        }
    }

    /** Sends a question of 64 bytes back; any other is the name of a file. */
    private static final class Answering implements FragmentHandler {
        private final Publication answers;
        private final IdleStrategy idle;
        private final ByteBuffer piece = ByteBuffer.allocateDirect(PIECE);
        private final UnsafeBuffer buffer = new UnsafeBuffer(piece);

        Answering(Publication answers, IdleStrategy idle) {
            this.answers = answers;
            this.idle = idle;
        }

        @Override
        public void onFragment(DirectBuffer from, int offset, int length, Header header) {
            if (length == QueueEcho.SIZE) {
                offer(answers, from, offset, length, idle);
                return;
            }
            byte[] name = new byte[length];
            from.getBytes(offset, name);
            try (FileChannel file = FileChannel.open(Path.of(new String(name, StandardCharsets.UTF_8)))) {
                while (file.read(piece.clear()) >= 0) {
                    offer(answers, buffer, 0, piece.position(), idle);
                }
            } catch (IOException unreadable) {
                throw new UncheckedIOException(unreadable);
            }
        }
    }

    private static void offer(Publication to, DirectBuffer from, int offset, int length, IdleStrategy idle) {
        for (long position = to.offer(from, offset, length); position < 0; position = to.offer(from, offset, length)) {
            if (position == Publication.CLOSED || position == Publication.MAX_POSITION_EXCEEDED) {
                throw new IllegalStateException("Aeron takes no more: " + position);
            }
            idle.idle();
        }
        idle.reset();
    }

    private static void ask(String[] args) throws Exception {
        try (Aeron aeron = Aeron.connect(new Aeron.Context().aeronDirectoryName(args[1]));
                Publication questions = aeron.addPublication(CHANNEL, QUESTIONS);
                Subscription answers = aeron.addSubscription(CHANNEL, ANSWERS)) {
            while (!questions.isConnected() || !answers.isConnected()) {
                Thread.onSpinWait();
            }
            Asking asking = new Asking(questions, answers, idle(args[2]));
            if (args.length == 3) {
                JavaSide.serve(List.of(asking::trip), () -> {
                    asking.trip();
                    return JavaSide.NO_CHECKSUM;
                });
            } else {
                long size = Long.parseLong(args[4]);
                Operation fetch = () -> asking.fetch(args[3], size, null);
                JavaSide.serve(List.of(fetch), () -> {
                    CRC32C checksum = new CRC32C();
                    asking.fetch(args[3], size, checksum);
                    return checksum.getValue();
                });
            }
        }
    }

    private static final class Asking {
        private final Publication questions;
        private final Subscription answers;
        private final IdleStrategy idle;
        private final UnsafeBuffer question = new UnsafeBuffer(ByteBuffer.allocateDirect(QueueEcho.SIZE));
        private final FragmentAssembler received = new FragmentAssembler(this::take);
        private long number;
        private long echoed;
        private long bytes;
        private @Nullable CRC32C checksum;

        Asking(Publication questions, Subscription answers, IdleStrategy idle) {
            this.questions = questions;
            this.answers = answers;
            this.idle = idle;
        }

        private void take(DirectBuffer from, int offset, int length, Header header) {
            bytes += length;
            echoed = length == QueueEcho.SIZE ? from.getLong(offset) : 0;
            if (checksum != null) {
                byte[] piece = new byte[length];
                from.getBytes(offset, piece);
                checksum.update(piece);
            }
        }

        void trip() {
            number++;
            question.putLong(0, number);
            bytes = 0;
            offer(questions, question, 0, QueueEcho.SIZE, idle);
            receive(QueueEcho.SIZE);
            if (echoed != number) {
                throw new IllegalStateException("The answer differs from the question.");
            }
        }

        void fetch(String name, long size, @Nullable CRC32C sum) {
            checksum = sum;
            bytes = 0;
            byte[] path = name.getBytes(StandardCharsets.UTF_8);
            offer(questions, new UnsafeBuffer(path), 0, path.length, idle);
            receive(size);
        }

        private void receive(long size) {
            while (bytes < size) {
                idle.idle(answers.poll(received, FRAGMENTS));
            }
            if (bytes != size) {
                throw new IllegalStateException(bytes + " bytes came, not " + size);
            }
        }
    }
}
