package dev.letterbox.campaign;

import dev.letterbox.ContentSink;
import dev.letterbox.error.RequestException;
import dev.letterbox.error.TransportException;
import dev.letterbox.files.FileClient;
import dev.letterbox.queues.QueueTransport;
import dev.letterbox.sysv.Key;
import dev.letterbox.testkit.TempFiles;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Fetches files whose content is known, as an honest client does, and says how that ended. */
final class Fetch {
    /** How long a client waits for each message, where an answer has to come. The bound is for busy machines. */
    static final Duration PATIENT = Duration.ofMinutes(2);

    /** How long a client waits for each message, where the server may be dead. */
    static final Duration SHORT = Duration.ofSeconds(2);

    private Fetch() {}

    /**
     * Is how a fetch ended: right, or with an error that says why. There is no third way: a wrong byte, or an exception
     * that is no error of requests or queues, is thrown.
     *
     * @param error what went wrong; null if all was right
     */
    record Ended(@Nullable Exception error) {
        static final Ended RIGHT = new Ended(null);

        boolean isRight() {
            return error == null;
        }

        /** Counts it: an error by its kind. */
        void count(Tally tally) {
            tally.add(error == null ? "right answers" : "clear errors");
        }

        Ended orFail() {
            if (error != null) {
                throw new AssertionError("It was to be answered: " + error, error);
            }
            return this;
        }
    }

    /** Compares content with what it must be, piece by piece, as it comes. */
    static class Comparing implements ContentSink {
        private final byte[] expected;
        private int at;

        Comparing(int size) {
            this.expected = TempFiles.bytes(size);
        }

        @Override
        public void accept(ByteBuffer piece) {
            if (piece.remaining() > expected.length - at
                    || !piece.equals(ByteBuffer.wrap(expected, at, piece.remaining()))) {
                throw new AssertionError("A wrong byte, after " + at + " right ones of " + expected.length);
            }
            at += piece.remaining();
        }

        int bytes() {
            return at;
        }

        void expectAll() {
            if (at != expected.length) {
                throw new AssertionError(at + " bytes were taken for a whole file of " + expected.length);
            }
        }
    }

    /** Connects, fetches one file, and ends. */
    static Ended one(Key key, int size, Duration silence) throws InterruptedException {
        try (FileClient client = FileClient.connect(new QueueTransport(key), silence)) {
            return through(client, size);
        } catch (RequestException | TransportException error) {
            return new Ended(error);
        }
    }

    /** Fetches one file by a client that is connected. */
    static Ended through(FileClient client, int size) throws InterruptedException {
        return through(client, size, new Comparing(size));
    }

    static Ended through(FileClient client, int size, Comparing sink) throws InterruptedException {
        try {
            client.get(Served.name(size), sink);
            sink.expectAll();
            return Ended.RIGHT;
        } catch (RequestException | TransportException error) {
            if (error.getMessage() == null || error.getMessage().isBlank()) {
                throw new AssertionError("an error that says nothing", error);
            }
            return new Ended(error);
        } catch (IOException impossible) {
            throw new AssertionError("Nothing is written here", impossible);
        }
    }
}
