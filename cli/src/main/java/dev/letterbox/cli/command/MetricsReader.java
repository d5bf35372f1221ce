package dev.letterbox.cli.command;

import dev.letterbox.Timeout;
import dev.letterbox.client.Client;
import dev.letterbox.error.RequestException;
import dev.letterbox.metrics.Metrics;
import dev.letterbox.metrics.Snapshot;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/** Fetches a server's metrics. */
public final class MetricsReader {
    /** More than the metrics of 256 users with the greatest variety of latencies. */
    private static final int LONGEST = 16 << 20;

    private MetricsReader() {}

    public static Snapshot read(Client client, Duration timeout)
            throws RequestException, InterruptedException, CommandFailure {
        byte[] answer = client.collect(Metrics.SERVICE, new byte[0], LONGEST, Timeout.ofTotal(timeout));
        try {
            return Snapshot.parse(new String(answer, StandardCharsets.UTF_8));
        } catch (IllegalArgumentException foreign) {
            throw new CommandFailure("The server sent metrics in an unknown form: " + foreign.getMessage());
        }
    }
}
