package dev.letterbox.lab.result;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What requests cost in both designs.
 *
 * @param clients how many clients asked at the same time
 * @param requests how many requests each of them made
 * @param fileBytes length of the file
 * @param warmUp how many requests were made before, one client at a time, in each design
 * @param tracedRequests how many requests one client made, without a warm-up, while system calls were counted
 * @param costs what was measured, for each design
 */
public record CostResult(int clients, int requests, int fileBytes, int warmUp, int tracedRequests, List<Cost> costs)
        implements Result {
    /**
     * What one design costs.
     *
     * @param design the design
     * @param queues how many queues existed
     * @param capacity bytes that fit into these queues together
     * @param perSecond requests answered in a second, all clients together
     * @param processorMicros processor time of server and clients for each request, in microseconds
     * @param sleeps how often server and clients went to sleep for each request
     * @param calls system calls on queues of server and client for each request, by name; empty if strace is not installed
     */
    public record Cost(
            Design design,
            int queues,
            long capacity,
            double perSecond,
            double processorMicros,
            double sleeps,
            Optional<Map<String, Double>> calls) {
        /**
         * Returns the number of system calls on queues for each request.
         *
         * @return the sum of {@code calls}; empty if they were not counted
         */
        public Optional<Double> allCalls() {
            return calls.map(each ->
                    each.values().stream().mapToDouble(Double::doubleValue).sum());
        }
    }

    /**
     * Finds what a design costs.
     *
     * @param design the design
     * @return what was measured
     */
    public Cost find(Design design) {
        return costs.stream()
                .filter(each -> each.design() == design)
                .findFirst()
                .orElseThrow();
    }

    @Override
    public boolean shown() {
        return find(Design.SHARED).queues() == 1 && find(Design.PRIVATE).queues() == 1 + clients;
    }

    @Override
    public List<String> story() {
        List<String> story = new ArrayList<>();
        story.add(
                ("%d clients at once make %,d requests each for a file of %,d bytes, after %,d warm-up requests, one client at a"
                                + " time.")
                        .formatted(clients, requests, fileBytes, warmUp));
        for (Cost each : costs) {
            story.add("");
            story.add("%s: %s for %,d bytes; %,.0f requests a second."
                    .formatted(
                            each.design().title(),
                            Words.count(each.queues(), "queue"),
                            each.capacity(),
                            each.perSecond()));
            story.add("A request takes %.1f µs of processor time; server and clients go to sleep %.2f times for it."
                    .formatted(each.processorMicros(), each.sleeps()));
            each.calls()
                    .ifPresent(calls -> story.add("%.1f system calls on queues for each request: %s."
                            .formatted(each.allCalls().orElseThrow(), inWords(calls))));
        }
        story.add("");
        story.add(
                costs.stream().anyMatch(each -> each.calls().isPresent())
                        ? "System calls were counted by strace in separate runs: one client, %,d requests, no warm-up."
                                .formatted(tracedRequests)
                        : "System calls were not counted: that requires strace (apt-get install strace).");
        return story;
    }

    private static String inWords(Map<String, Double> calls) {
        return Words.list(calls.entrySet().stream()
                .map(each -> "%.1f %s".formatted(each.getValue(), each.getKey()))
                .toList());
    }
}
