package dev.letterbox.server;

import dev.letterbox.Outcome;
import java.util.Map;

/**
 * Counts what a server did since it started.
 *
 * @param received how many messages came
 * @param malformed how many of them were of no dialect, or wrong in it, and dropped
 * @param misaddressed how many had a return address that cannot be a client's private queue, and were dropped
 * @param forged how many came in a session that is not theirs, and were dropped
 * @param repeated how many repeated a request of their session, and were dropped
 * @param stale how many requests in a queue that was taken over had lost their client, and were dropped
 * @param outcomes how the others ended
 * @param atWork how many are being answered now
 * @param stalled how many of those have a client that has taken nothing for a second
 * @param sessions how many clients are known now
 */
public record ServerStatistics(
        long received,
        long malformed,
        long misaddressed,
        long forged,
        long repeated,
        long stale,
        Map<Outcome, Long> outcomes,
        int atWork,
        int stalled,
        int sessions) {
    /**
     * Returns how many requests ended in a certain way.
     *
     * @param outcome how
     * @return 0 or more
     */
    public long ended(Outcome outcome) {
        return outcomes.getOrDefault(outcome, 0L);
    }
}
