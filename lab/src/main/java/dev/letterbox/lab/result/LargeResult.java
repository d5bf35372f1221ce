package dev.letterbox.lab.result;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What the sizes of messages and files mean in both designs.
 *
 * @param longestMessage bytes of the longest message that the kernel takes, in any queue
 * @param refusal the error for one byte more
 * @param capacity bytes that fit into one queue
 * @param pieceBytes length of a message of a response
 * @param sharedOnTheWay how many messages of responses fit into one queue while nobody reads
 * @param privateOnTheWay how many fit into {@code clientsOnTheWay} private queues
 * @param clientsOnTheWay how many private queues these are
 * @param fileBytes length of the large file
 * @param smallBytes length of the small file
 * @param warmUp how many requests for the small file were made before, one client at a time, in each design; each client also
 *     fetched the large file once
 * @param rounds how often each transfer was made; the median counts
 * @param transfers how fast the large file came
 * @param waiting how long requests for the small file took, alone and beside transfers of the large file
 */
public record LargeResult(
        int longestMessage,
        String refusal,
        long capacity,
        int pieceBytes,
        int sharedOnTheWay,
        int privateOnTheWay,
        int clientsOnTheWay,
        int fileBytes,
        int smallBytes,
        int warmUp,
        int rounds,
        List<Transfer> transfers,
        List<Waiting> waiting)
        implements Result {
    /**
     * How fast the large file came to several clients at once.
     *
     * @param design the design
     * @param clients how many clients fetched it at once
     * @param millis until the last one had it, in milliseconds
     * @param megabytesPerSecond all clients together, in millions of bytes
     * @param whole whether every client got every byte, in every round
     */
    public record Transfer(Design design, int clients, double millis, double megabytesPerSecond, boolean whole) {}

    /**
     * How long requests for a small file took, alone and beside another client that fetches a large file.
     *
     * @param design the design
     * @param alone how long they took while nobody else asked
     * @param beside how long they took while the other client fetched
     * @param largeFiles how many large files the other client fetched meanwhile
     * @param largeMillis how long one of these took on average, in milliseconds
     */
    public record Waiting(Design design, Latencies alone, Latencies beside, int largeFiles, double largeMillis) {
        /** The slowest small request beside the large file, as a part of the time that a large file took. */
        double slowestByLarge() {
            return beside.max() / 1e3 / largeMillis;
        }
    }

    /**
     * Finds how long small requests took in a design.
     *
     * @param design the design
     * @return what was measured
     */
    public Waiting waiting(Design design) {
        return waiting.stream()
                .filter(each -> each.design() == design)
                .findFirst()
                .orElseThrow();
    }

    /**
     * Finds a transfer.
     *
     * @param design the design
     * @param clients how many clients fetched at once
     * @return the transfer; empty if it was not made
     */
    public Optional<Transfer> transfer(Design design, int clients) {
        return transfers.stream()
                .filter(each -> each.design() == design && each.clients() == clients)
                .findFirst();
    }

    /**
     * Returns how many clients fetched at once at most.
     *
     * @param design the design
     * @return the number of clients
     */
    public int mostClients(Design design) {
        return transfers.stream()
                .filter(each -> each.design() == design)
                .mapToInt(Transfer::clients)
                .max()
                .orElse(0);
    }

    /** Compares the slowest small request of one design with the slowest one of the other. */
    @Override
    public boolean shown() {
        double shared = waiting(Design.SHARED).slowestByLarge();
        return transfers.stream().allMatch(Transfer::whole)
                && privateOnTheWay > sharedOnTheWay
                && shared > 0.5
                && waiting(Design.PRIVATE).slowestByLarge() < shared;
    }

    @Override
    public List<String> story() {
        List<String> story = new ArrayList<>();
        story.add("The longest message has %,d bytes, in any queue. One byte more: %s"
                .formatted(longestMessage, refusal));
        story.add(
                ("While no process reads, a queue of %,d bytes holds %d messages of %,d bytes, for all clients together; the"
                                + " private queues of %d clients hold %d.")
                        .formatted(capacity, sharedOnTheWay, pieceBytes, clientsOnTheWay, privateOnTheWay));
        for (Design design : Design.values()) {
            story.add("");
            story.add("%s. A file of %,d bytes, fetched by several clients at once (median of %d rounds):"
                    .formatted(design.title(), fileBytes, rounds));
            transfers.stream()
                    .filter(each -> each.design() == design)
                    .forEach(each -> story.add("  %s: %,.0f ms, %,.0f MB/s together, %s"
                            .formatted(
                                    Words.count(each.clients(), "client"),
                                    each.millis(),
                                    each.megabytesPerSecond(),
                                    each.whole() ? "every byte right" : "NOT every byte right")));
            Waiting waits = waiting(design);
            story.add("A file of %,d bytes, alone: %s".formatted(smallBytes, inWords(waits.alone())));
            story.add("The same beside a client that fetches the large file %d times, each in %,.0f ms: %s"
                    .formatted(waits.largeFiles(), waits.largeMillis(), inWords(waits.beside())));
        }
        if (mostClients(Design.SHARED) < mostClients(Design.PRIVATE)) {
            story.add(
                    "One queue was run with %s at most, because more can end in the deadlock (letterbox lab deadlock)."
                            .formatted(Words.count(mostClients(Design.SHARED), "client")));
        }
        story.add(
                ("Before that, in each design, %,d small requests were made, one client at a time, and each client fetched the"
                                + " large file once.")
                        .formatted(warmUp));
        return story;
    }

    private static String inWords(Latencies small) {
        return "%,d answers, half within %,d µs, 99 %% within %,d µs, the slowest after %,.1f ms."
                .formatted(small.count(), small.p50(), small.p99(), small.max() / 1e3);
    }
}
