package dev.letterbox.lab.result;

import java.util.ArrayList;
import java.util.List;

/**
 * Holds what message and file sizes mean in both designs.
 *
 * @param longestMessage bytes of the longest message that the kernel takes, in any queue
 * @param refusal what it says to one byte more
 * @param capacity bytes that fit one queue
 * @param sharedOnTheWay pieces of responses on the way at once, with one queue, whatever the number of clients
 * @param privateOnTheWay the same with {@code clientsOnTheWay} private queues
 * @param clientsOnTheWay how many clients these are
 * @param fileBytes length of the large file
 * @param largeRequests how often another client fetched it while small requests were made
 * @param transfers how fast it came
 * @param alone how long small requests take, alone
 * @param behind those that were answered while another client fetched the large file {@code largeRequests} times
 */
public record LargeResult(
        int longestMessage,
        String refusal,
        long capacity,
        int sharedOnTheWay,
        int privateOnTheWay,
        int clientsOnTheWay,
        int fileBytes,
        int largeRequests,
        List<Transfer> transfers,
        List<Waiting> alone,
        List<Waiting> behind)
        implements Result {
    /**
     * Holds how fast the large file came to several clients at once.
     *
     * @param design the design
     * @param clients how many fetched it at once
     * @param seconds until the last one had it
     * @param megabytesPerSecond all of them together
     * @param whole whether each has every byte
     */
    public record Transfer(Design design, int clients, double seconds, double megabytesPerSecond, boolean whole) {}

    /**
     * Holds how long requests for a small file took.
     *
     * @param design the design
     * @param small how long
     * @param largeMillis how long the large file took meanwhile; 0 where nobody fetched it
     */
    public record Waiting(Design design, Latencies small, double largeMillis) {
        /** The longest that a small request took, as a part of what the large file took. */
        double partOfLarge(long micros) {
            return micros / 1e3 / largeMillis;
        }
    }

    public static Waiting find(List<Waiting> waiting, Design design) {
        return waiting.stream()
                .filter(each -> each.design() == design)
                .findFirst()
                .orElseThrow();
    }

    @Override
    public boolean shown() {
        return transfers.stream().allMatch(Transfer::whole)
                && privateOnTheWay > sharedOnTheWay
                && waitsForLarge(Design.SHARED)
                && !waitsForLarge(Design.PRIVATE);
    }

    /** One queue: some small request waited until a large file was through. Private ones: half of them took a tenth of that. */
    private boolean waitsForLarge(Design design) {
        Waiting waiting = find(behind, design);
        return design == Design.SHARED
                ? waiting.partOfLarge(waiting.small().max()) > 0.5
                : waiting.partOfLarge(waiting.small().p50()) > 0.1;
    }

    @Override
    public List<String> story() {
        List<String> story = new ArrayList<>();
        story.add("The longest message has %,d bytes, in any queue. One byte more: %s"
                .formatted(longestMessage, refusal));
        story.add(
                ("Of responses on the way at once, a shared queue of %,d bytes holds %d pieces, for all clients together;"
                                + " the private queues of %d clients hold %d.")
                        .formatted(capacity, sharedOnTheWay, clientsOnTheWay, privateOnTheWay));
        story.add("");
        for (Transfer each : transfers) {
            story.add("%s, %d at once fetch %,d bytes: %.2f s, %,.0f MB/s together, %s."
                    .formatted(
                            inWords(each.design()),
                            each.clients(),
                            fileBytes,
                            each.seconds(),
                            each.megabytesPerSecond(),
                            each.whole() ? "every byte right" : "NOT every byte right"));
        }
        story.add("With one queue, three clients at once are not tried: they end in the deadlock.");
        story.add("");
        for (Design design : Design.values()) {
            Waiting waiting = find(behind, design);
            story.add(
                    ("%s: a small request takes %,d µs alone. While another client fetches the large file again and again,"
                                    + " which takes %,.0f ms, %,d small ones are answered, half of them within %,d µs, the slowest"
                                    + " after %,.0f ms.")
                            .formatted(
                                    inWords(design),
                                    find(alone, design).small().p50(),
                                    waiting.largeMillis(),
                                    waiting.small().count(),
                                    waiting.small().p50(),
                                    waiting.small().max() / 1e3));
        }
        return story;
    }

    private static String inWords(Design design) {
        return design == Design.SHARED ? "One queue" : "Private queues";
    }
}
