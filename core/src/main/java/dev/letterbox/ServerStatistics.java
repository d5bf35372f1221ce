package dev.letterbox;

import java.util.Map;

/**
 * Counts what a server did since it started.
 *
 * @param received how many messages came
 * @param malformed how many of them were no request, and dropped
 * @param misaddressed how many had a return address that cannot be a client's private queue, and were dropped
 * @param stale how many requests in a queue that was taken over had lost their client, and were dropped
 * @param outcomes how the others ended
 * @param atWork how many are being answered now
 */
public record ServerStatistics(
        long received, long malformed, long misaddressed, long stale, Map<Outcome, Long> outcomes, int atWork) {
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
