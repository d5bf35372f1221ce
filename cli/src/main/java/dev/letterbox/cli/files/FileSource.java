package dev.letterbox.cli.files;

import dev.letterbox.cli.command.ByteRange;
import dev.letterbox.cli.command.CommandFailure;
import dev.letterbox.cli.command.Failures;
import dev.letterbox.cli.command.ServerOptions;
import dev.letterbox.error.RequestException;
import dev.letterbox.error.RequestRefusedException;
import dev.letterbox.error.ServerGoneException;
import dev.letterbox.files.ClassicDialect;
import dev.letterbox.files.FileClient;
import java.io.IOException;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Fetches files from a server that may end meanwhile, or one of its workers may: asks again, where that does no harm, and
 * goes on with what came. That it is still the same file is checked by the server, by a checksum of all that came.
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
     * @param dialect how to speak; null where the server decides
     * @param retries how often to ask again for a file
     * @param err is told
     */
    FileSource(ServerOptions server, @Nullable ClassicDialect dialect, int retries, PrintWriter err)
            throws RequestException, InterruptedException, CommandFailure {
        this.server = server;
        this.dialect = dialect;
        this.retries = retries;
        this.err = err;
        this.client = connect();
    }

    private FileClient connect() throws RequestException, InterruptedException, CommandFailure {
        try {
            return open();
        } catch (ServerGoneException gone) {
            return reconnect(gone, new Tries());
        }
    }

    /** Waits for the next server. */
    private FileClient reconnect(ServerGoneException gone, Tries tries)
            throws RequestException, InterruptedException, CommandFailure {
        ServerGoneException last = gone;
        while (true) {
            tries.next(last);
            if (server.isThere()) {
                try {
                    return open();
                } catch (ServerGoneException again) {
                    last = again;
                }
            }
        }
    }

    private FileClient open() throws RequestException, InterruptedException, CommandFailure {
        return dialect == null ? server.connect() : server.connect(dialect);
    }

    /** Tells whether parts of files are to be had. */
    boolean isSession() {
        return client.isSession();
    }

    /** Fetches a file, from where the sink ends. */
    void fetch(String name, ByteSink sink) throws RequestException, IOException, InterruptedException, CommandFailure {
        fetch(sink, sink.size(), () -> {
            if (sink.size() > 0) {
                client.get(name, sink.size(), Long.MAX_VALUE, Optional.of(sink.checksum()), sink);
            } else {
                client.get(name, sink);
            }
        });
    }

    /** Fetches a part of a file. If it breaks off, nobody could say whether the rest was still of the same file. */
    void fetch(String name, ByteRange range, ByteSink sink)
            throws RequestException, IOException, InterruptedException, CommandFailure {
        fetch(sink, Long.MAX_VALUE, () -> client.get(name, range.first(), range.length(), Optional.empty(), sink));
    }

    private interface Attempt {
        void make() throws RequestException, IOException, InterruptedException;
    }

    /**
     * Tries.
     *
     * @param goOnFrom from which size of what came on it is possible to go on
     */
    private void fetch(ByteSink sink, long goOnFrom, Attempt attempt)
            throws RequestException, IOException, InterruptedException, CommandFailure {
        long before = sink.size();
        Tries tries = new Tries();
        while (true) {
            try {
                attempt.make();
                return;
            } catch (RequestRefusedException | ServerGoneException failed) {
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

    /** Tells whether it may go better next time. */
    private static boolean isPassing(RequestException failed) {
        return switch (failed) {
            case RequestRefusedException refused ->
                switch (refused.kind()) {
                    case BUSY, STOPPING, LOST -> true;
                    case REFUSED, EXPIRED, STALLED, INTERNAL -> false;
                };
            case ServerGoneException gone -> true;
            default -> false;
        };
    }

    /** Counts how often something was asked again for. */
    private final class Tries {
        private int left = retries;
        private Duration pause = FIRST_PAUSE;

        /** Says what failed and waits; where it was the last time, throws it. */
        <E extends RequestException> void next(E failed) throws E, InterruptedException {
            if (left == 0) {
                throw failed;
            }
            left--;
            Failures.say(
                    err,
                    "%s Asking again in %.1f s."
                            .formatted(sentence(String.valueOf(failed.getMessage())), pause.toMillis() / 1e3));
            LockSupport.parkNanos(pause.toNanos());
            if (Thread.interrupted()) {
                throw new InterruptedException();
            }
            pause = after(pause);
        }
    }

    /** Twice as long, and no longer than somebody would wait who looks on. */
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
