package dev.letterbox.lab.result;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Holds what requests cost in both designs.
 *
 * @param clients how many clients asked at the same time
 * @param requests how many requests each made
 * @param fileBytes length of the file
 * @param costs for each design
 */
public record CostResult(int clients, int requests, int fileBytes, List<Cost> costs) implements Result {
    /**
     * Holds what one design costs.
     *
     * @param design the design
     * @param queues how many queues there were
     * @param bytesThatMayWait how many bytes the kernel holds for them at most
     * @param perSecond requests answered in a second
     * @param processorMicros processor time of server and clients for a request, in microseconds
     * @param sleeps how often server and clients went to sleep for a request
     * @param calls system calls on queues for a request, by name; empty where strace is not installed
     */
    public record Cost(
            Design design,
            int queues,
            long bytesThatMayWait,
            double perSecond,
            double processorMicros,
            double sleeps,
            Optional<Map<String, Double>> calls) {
        public double allCalls() {
            return calls.map(each -> each.values().stream()
                            .mapToDouble(Double::doubleValue)
                            .sum())
                    .orElse(0.0);
        }
    }

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
        story.add("%d clients at once, %,d requests each, for a file of %,d bytes:"
                .formatted(clients, requests, fileBytes));
        for (Cost each : costs) {
            story.add("");
            story.add("%s: %d %s, in which %,d bytes may wait; %,.0f requests a second."
                    .formatted(
                            each.design() == Design.SHARED ? "One queue" : "Private queues",
                            each.queues(),
                            each.queues() == 1 ? "queue" : "queues",
                            each.bytesThatMayWait(),
                            each.perSecond()));
            story.add("A request takes %.0f µs of processor time, and %.1f times server or client goes to sleep."
                    .formatted(each.processorMicros(), each.sleeps()));
            story.add(each.calls()
                    .map(calls ->
                            "%.1f system calls on queues for a request: %s.".formatted(each.allCalls(), inWords(calls)))
                    .orElse("System calls were not counted: that takes strace (apt-get install strace)."));
        }
        return story;
    }

    private static String inWords(Map<String, Double> calls) {
        return String.join(
                ", ",
                calls.entrySet().stream()
                        .map(each -> "%.1f %s".formatted(each.getValue(), each.getKey()))
                        .toList());
    }
}
