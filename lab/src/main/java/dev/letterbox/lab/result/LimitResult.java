package dev.letterbox.lab.result;

import java.util.ArrayList;
import java.util.List;

/**
 * Holds what happened when clients came until the kernel had no more queues.
 *
 * @param limit how many queues the namespace may have ({@code msgmni}), as set here
 * @param shared with one queue for all
 * @param perClient with private queues
 */
public record LimitResult(int limit, Shared shared, PerClient perClient) implements Result {
    /**
     * Holds what happened with one queue.
     *
     * @param clients how many came
     * @param answered how many of them got their file, one after the other
     * @param queues how many queues there were
     */
    public record Shared(int clients, int answered, int queues) {}

    /**
     * Holds what happened with private queues.
     *
     * @param clients how many came, until the kernel refused
     * @param errno what it said
     * @param message what Letterbox says
     * @param answeredWhenFull how many of those that came got their file while the table was full
     * @param requestsOverOneQueue how many requests went on at once over a single private queue
     * @param wholeOverOneQueue how many of them came whole
     */
    public record PerClient(
            int clients,
            String errno,
            String message,
            int answeredWhenFull,
            int requestsOverOneQueue,
            int wholeOverOneQueue) {}

    @Override
    public boolean shown() {
        return perClient.errno().equals("ENOSPC")
                && perClient.answeredWhenFull() == perClient.clients()
                && perClient.wholeOverOneQueue() == perClient.requestsOverOneQueue()
                && shared.answered() == shared.clients();
    }

    @Override
    public List<String> story() {
        List<String> story = new ArrayList<>();
        story.add(
                "The kernel lets a namespace have so many queues: %d here (msgmni; 32,000 is usual).".formatted(limit));
        story.add("");
        story.add(
                "One queue: %d clients came, there was %d queue, and %d got their file. This limit is no concern of one queue."
                        .formatted(shared.clients(), shared.queues(), shared.answered()));
        story.add("");
        story.add("Private queues: %d clients came, then the kernel said %s:"
                .formatted(perClient.clients(), perClient.errno()));
        story.add("  " + perClient.message());
        story.add("Those that were there were served all the same: %d of %d."
                .formatted(perClient.answeredWhenFull(), perClient.clients()));
        story.add(
                "Requests can share a private queue: %d at once over a single one, %d came whole. So the limit counts processes, not requests."
                        .formatted(perClient.requestsOverOneQueue(), perClient.wholeOverOneQueue()));
        return story;
    }
}
