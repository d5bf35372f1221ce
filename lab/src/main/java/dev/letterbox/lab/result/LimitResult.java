package dev.letterbox.lab.result;

import java.util.ArrayList;
import java.util.List;

/**
 * What happened when clients started until the kernel had no more queues.
 *
 * @param limit how many queues the namespace may have ({@code msgmni}), as set here
 * @param usualLimit how many it could have before that
 * @param shared what happened with one queue
 * @param perClient what happened with private queues
 */
public record LimitResult(int limit, int usualLimit, Shared shared, PerClient perClient) implements Result {
    /**
     * What happened with one queue.
     *
     * @param clients how many clients started
     * @param answered how many of them got their file, one after the other
     * @param queues how many queues existed
     */
    public record Shared(int clients, int answered, int queues) {}

    /**
     * What happened with private queues.
     *
     * @param clients how many clients started, until the kernel refused a queue
     * @param errno the error's name
     * @param message the error's text
     * @param answeredWhenFull how many of the clients got their file while the table of queues was full
     * @param requestsOverOneQueue how many requests were made at once over a single private queue
     * @param wholeOverOneQueue how many of them were answered completely
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
                "The kernel limits the queues of a namespace (msgmni). The limit is %,d here; before the experiment it was %,d."
                        .formatted(limit, usualLimit));
        story.add("");
        story.add("One queue: %d clients started and used %s; %d got their file."
                .formatted(shared.clients(), Words.count(shared.queues(), "queue"), shared.answered()));
        story.add("");
        story.add("Private queues: %d clients started, then the kernel said %s:"
                .formatted(perClient.clients(), perClient.errno()));
        story.add("  " + perClient.message());
        story.add("The table was full, and %d of the %d clients got their file."
                .formatted(perClient.answeredWhenFull(), perClient.clients()));
        story.add(
                "Requests can share a private queue: of %d requests at once over a single one, %d were answered completely."
                        .formatted(perClient.requestsOverOneQueue(), perClient.wholeOverOneQueue()));
        return story;
    }
}
