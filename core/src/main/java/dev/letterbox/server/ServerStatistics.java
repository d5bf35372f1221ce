package dev.letterbox.server;

import dev.letterbox.Drop;
import dev.letterbox.Outcome;
import java.util.Map;

/**
 * The counts of a server since it started.
 *
 * @param received messages received
 * @param malformed of these, dropped as {@link Drop#MALFORMED}
 * @param misaddressed dropped as {@link Drop#MISADDRESSED}
 * @param forged dropped as {@link Drop#FORGED}
 * @param repeated dropped as {@link Drop#REPEATED}
 * @param stale dropped as {@link Drop#STALE}
 * @param outcomes requests that ended, by outcome
 * @param atWork requests being answered now
 * @param stalled of these, requests whose client has received nothing for a second
 * @param sessions clients with a session now
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
     * Returns the number of requests with an outcome.
     *
     * @param outcome the outcome
     * @return 0 or more
     */
    public long ended(Outcome outcome) {
        return outcomes.getOrDefault(outcome, 0L);
    }
}
