package dev.letterbox.cli.files;

import dev.letterbox.FailureKind;
import dev.letterbox.cli.command.ByteRange;
import dev.letterbox.cli.command.CommandFailure;
import dev.letterbox.cli.command.Failures;
import dev.letterbox.cli.command.NoServerFailure;
import dev.letterbox.cli.command.ServerOptions;
import dev.letterbox.error.RequestException;
import dev.letterbox.error.RequestRefusedException;
import dev.letterbox.error.ServerGoneException;
import dev.letterbox.files.ClassicDialect;
import dev.letterbox.files.FileClient;
import dev.letterbox.files.FileEntry;
import java.io.IOException;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Fetches files from a server that may exit or lose a worker meanwhile: retries where that does no harm, and resumes. The
 * server checks that the file is still the same, by a checksum of the bytes that have arrived.
 */
final class FileSource implements AutoCloseable {
    private static final Duration FIRST_PAUSE = Duration.ofMillis(200);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(10);

    private final ServerOptions server;
    private final @Nullable ClassicDialect dialect;
    private final int retries;
    private final PrintWriter err;
    private FileClient client;

    /**
     * Finds the server.
     *
     * @param dialect the dialect to speak; null for the best that the server speaks
     * @param retries how often to retry each file
     * @param mayBeAbsent whether to wait for a server if none has run there yet
     * @param err where each retry is reported
     */
    FileSource(
            ServerOptions server, @Nullable ClassicDialect dialect, int retries, boolean mayBeAbsent, PrintWriter err)
            throws RequestException, InterruptedException, CommandFailure {
        this.server = server;
        this.dialect = dialect;
        this.retries = retries;
        this.err = err;
        this.client = connect(mayBeAbsent);
    }

    private FileClient connect(boolean mayBeAbsent) throws RequestException, InterruptedException, CommandFailure {
        try {
            return open();
        } catch (ServerGoneException gone) {
            return reconnect(gone, new Tries());
        } catch (NoServerFailure absent) {
            if (!absent.isLeftOver() && !mayBeAbsent) {
                throw absent;
            }
            return reconnect(absent, new Tries());
        }
    }

    /** Waits for the next server. */
    private <E extends Exception> FileClient reconnect(E gone, Tries tries)
            throws E, RequestException, InterruptedException, CommandFailure {
        tries.next(gone);
        while (true) {
            try {
                return open();
            } catch (ServerGoneException again) {
                tries.next(again);
            } catch (NoServerFailure stillAbsent) {
                tries.next(stillAbsent);
            }
        }
    }

    private FileClient open() throws RequestException, InterruptedException, CommandFailure {
        return dialect == null ? server.connect() : server.connect(dialect);
    }

    /** Returns whether the server can send parts of files. */
    boolean isSession() {
        return client.isSession();
    }

    /** Returns size, mode and time of a file. */
    FileEntry stat(String name) throws RequestException, InterruptedException {
        return client.stat(name);
    }

    /**
     * Returns the size of a file, from whose end bytes can be counted.
     *
     * @throws RequestRefusedException also if the file states none and has content, as files in {@code /proc} do
     */
    long sizeOf(String name) throws RequestException, IOException, InterruptedException {
        long size = stat(name).size();
        if (size == 0 && client.get(name, 0, 1, Optional.empty(), _ -> {}) > 0) {
            throw new RequestRefusedException(
                    FailureKind.REFUSED,
                    "Cannot read the last bytes of '%s': it states no size. Fetch the whole file".formatted(name));
        }
        return size;
    }

    /** Fetches a file, from the end of the sink. */
    void fetch(String name, ByteSink sink) throws RequestException, IOException, InterruptedException, CommandFailure {
        fetch(sink, sink.size(), () -> {
            if (sink.size() > 0) {
                client.get(name, sink.size(), Long.MAX_VALUE, Optional.of(sink.checksum()), sink);
            } else {
                client.get(name, sink);
            }
        });
    }

    /**
     * Fetches part of a file. This is not resumed, since nothing could prove that the file is still the same.
     *
     * @throws RequestRefusedException also if the part begins at the end of the file: a server sends nothing then, as to a
     *     client that resumes and has all. The first bytes of an empty file are all that there are.
     */
    void fetch(String name, ByteRange range, ByteSink sink)
            throws RequestException, IOException, InterruptedException, CommandFailure {
        fetch(sink, Long.MAX_VALUE, () -> client.get(name, range.first(), range.length(), Optional.empty(), sink));
        if (sink.size() == 0 && range.first() > 0) {
            throw new RequestRefusedException(
                    FailureKind.REFUSED,
                    "Cannot read '%s': it ends before byte %d, with which the range begins"
                            .formatted(name, range.first()));
        }
    }

    private interface Attempt {
        void make() throws RequestException, IOException, InterruptedException;
    }

    /**
     * Makes attempts until one succeeds or none is left.
     *
     * @param goOnFrom the fewest bytes in the sink from which the transfer can resume
     */
    private void fetch(ByteSink sink, long goOnFrom, Attempt attempt)
            throws RequestException, IOException, InterruptedException, CommandFailure {
        long before = sink.size();
        Tries tries = new Tries();
        while (true) {
            try {
                attempt.make();
                return;
            } catch (RequestRefusedException | ServerGoneException caught) {
                RequestException failed = seenFromHere(caught);
                boolean possible = sink.size() == before || (sink.size() >= goOnFrom && client.isSession());
                if (!possible || !isPassing(failed)) {
                    throw failed;
                }
                if (failed instanceof ServerGoneException gone) {
                    client.close();
                    client = reconnect(gone, tries);
                } else {
                    tries.next(failed);
                }
            }
        }
    }

    /** Returns the failure in words for the client's user, whose process the server calls the client. */
    private static RequestException seenFromHere(RequestException failed) {
        return failed instanceof RequestRefusedException refused && refused.kind() == FailureKind.STALLED
                ? new RequestRefusedException(
                        FailureKind.STALLED,
                        "The server gave this transfer up because this process did not read it in time"
                                + " (letterbox serve --stall-timeout)")
                : failed;
    }

    /** Returns whether the failure may be temporary. */
    private static boolean isPassing(RequestException failed) {
        return switch (failed) {
            case RequestRefusedException refused ->
                switch (refused.kind()) {
                    // Whoever hears that it did not read does read by now.
                    case BUSY, STOPPING, LOST, STALLED -> true;
                    case REFUSED, EXPIRED, INTERNAL -> false;
                };
            case ServerGoneException gone -> true;
            default -> false;
        };
    }

    /** Counts the retries of one file. */
    private final class Tries {
        private int left = retries;
        private Duration pause = FIRST_PAUSE;

        /** Reports the failure and pauses; throws it if no retry is left. */
        <E extends Exception> void next(E failed) throws E, InterruptedException {
            if (left == 0) {
                throw failed;
            }
            left--;
            Failures.say(
                    err,
                    "%s Retrying in %.1f s.".formatted(sentence(Failures.describe(failed)), pause.toMillis() / 1e3));
            LockSupport.parkNanos(pause.toNanos());
            if (Thread.interrupted()) {
                throw new InterruptedException();
            }
            pause = after(pause);
        }
    }

    /** Returns the next pause: twice as long, up to a limit that a person would accept. */
    static Duration after(Duration pause) {
        Duration twice = pause.multipliedBy(2);
        return twice.compareTo(LONGEST_PAUSE) < 0 ? twice : LONGEST_PAUSE;
    }

    private static String sentence(String text) {
        return text.endsWith(".") ? text : text + ".";
    }

    @Override
    public void close() {
        client.close();
    }
}
