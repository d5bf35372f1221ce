package dev.letterbox.campaign;

import dev.letterbox.error.RequestException;
import dev.letterbox.files.FileClient;
import dev.letterbox.queues.QueueTransport;
import dev.letterbox.sysv.Key;
import dev.letterbox.testkit.ChildProcess;
import dev.letterbox.testkit.Command;
import dev.letterbox.testkit.IpcNamespace;
import dev.letterbox.testkit.JavaProcess;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Is a program that asks for a small file again and again, as the only honest user of a server, and measures how long each
 * answer takes. Each twentieth request has a new session, so a greeting is in its time.
 */
final class Honest implements AutoCloseable {
    /** Of a user of its own: neither the server's nor that of attackers. */
    static final int USER = 12_345;

    static final int SIZE = 5_000;

    private static final int NEW_SESSION_EVERY = 20;
    private static final int WARM_UP = 500;
    private static final long BETWEEN_NANOS = TimeUnit.MILLISECONDS.toNanos(2);

    private static final Duration BETWEEN_TRIES = Duration.ofMillis(100);

    private final ChildProcess process;
    private int asked;

    /** Starts it, and waits until its JVM is warm. */
    Honest(Key key, IpcNamespace namespace, Duration silence, int tries) {
        process = program()
                .command(key.toString(), "" + silence.toMillis(), "" + tries)
                .openInput()
                .asUser(USER)
                .in(namespace)
                .start();
        process.awaitLine("^ready", Fetch.PATIENT);
    }

    private static JavaProcess program() {
        return JavaProcess.running(Program.class)
                .options("-Xmx64m", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC")
                .readableByAll();
    }

    /** Makes what the first of them needs, so that it is not in anybody's time. Skips where other users cannot be had. */
    static Command prepare() {
        return program().command().asUser(USER);
    }

    /**
     * Is what a time of asking came to.
     *
     * @param requests how many answers came
     * @param failed how many did not, or were wrong
     * @param median half of the answers took no longer, in milliseconds
     * @param high 99 of 100 took no longer
     * @param worst the longest
     * @param error the first error; empty if there was none
     */
    record Asked(int requests, int failed, double median, double high, double worst, String error) {}

    /** Has it ask for so long. */
    Asked ask(Duration time) {
        process.writeLine("" + time.toMillis());
        asked++;
        String[] words = process.awaitLines(asked, "^asked (.*)$", time.plus(Fetch.PATIENT))
                .getLast()
                .group(1)
                .split(" ", 6);
        return new Asked(
                Integer.parseInt(words[0]),
                Integer.parseInt(words[1]),
                Double.parseDouble(words[2]),
                Double.parseDouble(words[3]),
                Double.parseDouble(words[4]),
                words[5].strip());
    }

    @Override
    public void close() {
        try (process) {
            if (process.isAlive()) {
                process.endInput();
                process.exit(Fetch.PATIENT);
            }
        }
    }

    /** Is the program. */
    static final class Program {
        private final Key key;
        private final Duration silence;
        private final int tries;
        private @Nullable FileClient client;
        private int requests;

        private Program(Key key, Duration silence, int tries) {
            this.key = key;
            this.silence = silence;
            this.tries = tries;
        }

        public static void main(String[] words) throws Exception {
            Program program = new Program(
                    Key.parse(words[0]), Duration.ofMillis(Long.parseLong(words[1])), Integer.parseInt(words[2]));
            for (int i = 0; i < WARM_UP; i++) {
                program.request();
            }
            System.out.println("ready");
            BufferedReader orders = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
            for (String millis = orders.readLine(); millis != null; millis = orders.readLine()) {
                program.measure(TimeUnit.MILLISECONDS.toNanos(Long.parseLong(millis)));
            }
            program.disconnect();
        }

        private void measure(long nanos) throws InterruptedException {
            List<Long> times = new ArrayList<>();
            int failed = 0;
            String error = "";
            long end = System.nanoTime() + nanos;
            while (System.nanoTime() - end < 0) {
                long started = System.nanoTime();
                String said = request();
                times.add(System.nanoTime() - started);
                if (!said.isEmpty()) {
                    failed++;
                    error = error.isEmpty() ? said : error;
                }
                LockSupport.parkNanos(BETWEEN_NANOS);
            }
            times.sort(null);
            int count = times.size();
            System.out.printf(
                    Locale.ROOT,
                    "asked %d %d %s %s %s %s%n",
                    count - failed,
                    failed,
                    times.get(count / 2) / 1e6,
                    times.get(count * 99 / 100) / 1e6,
                    times.getLast() / 1e6,
                    error);
        }

        /** Asks, as often as it may until there is an answer. Returns the last error; empty if there was an answer. */
        private String request() throws InterruptedException {
            String error = "";
            for (int i = 0; i < tries; i++) {
                error = tryRequest();
                if (error.isEmpty()) {
                    return error;
                }
                disconnect();
                Thread.sleep(BETWEEN_TRIES);
            }
            return error;
        }

        private String tryRequest() throws InterruptedException {
            try {
                requests++;
                if (requests % NEW_SESSION_EVERY == 0) {
                    disconnect();
                }
                FileClient connected = client;
                if (connected == null) {
                    connected = FileClient.connect(new QueueTransport(key), silence);
                    client = connected;
                }
                Exception error = Fetch.through(connected, SIZE).error();
                return error == null ? "" : String.valueOf(error).replace('\n', ' ');
            } catch (RequestException | RuntimeException | AssertionError wrong) {
                return String.valueOf(wrong).replace('\n', ' ');
            }
        }

        private void disconnect() {
            FileClient connected = client;
            client = null;
            if (connected != null) {
                connected.close();
            }
        }
    }
}
