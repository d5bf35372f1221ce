package dev.letterbox.lab.result;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Holds what a client left behind that was killed in the middle of a response.
 *
 * @param shared with one queue for all
 * @param perClient with private queues
 */
public record CrashResult(Shared shared, PerClient perClient) implements Result {
    /**
     * Holds what happened with one queue.
     *
     * @param messagesForTheDead how many messages wait in the queue when the client is dead
     * @param bytesForTheDead how many bytes these are
     * @param capacity how many fit
     * @param othersAnswered how many requests of another client were answered after that
     * @param stuck whether nobody moved any more
     * @param sleepers how server and the other client sleep
     */
    public record Shared(
            long messagesForTheDead,
            long bytesForTheDead,
            long capacity,
            int othersAnswered,
            boolean stuck,
            List<Sleep> sleepers) {}

    /**
     * Holds what happened with private queues.
     *
     * @param messagesForTheDead how many messages wait in the dead client's queue
     * @param bytesForTheDead how many bytes these are
     * @param others how long another client's requests took after that
     * @param stallSeconds how long the server waits for a client that does not read, as set here
     * @param queueLeft whether the dead client's queue was still there then
     * @param reapedAfterSeconds how soon the server removed the queue of another client that was killed, one that speaks
     *     Letterbox's own dialect and so says who it is; empty where it did not
     */
    public record PerClient(
            long messagesForTheDead,
            long bytesForTheDead,
            Latencies others,
            double stallSeconds,
            boolean queueLeft,
            Optional<Double> reapedAfterSeconds) {}

    @Override
    public boolean shown() {
        return shared.stuck()
                && shared.othersAnswered() == 0
                && perClient.others().count() > 0
                && perClient.reapedAfterSeconds().isPresent();
    }

    @Override
    public List<String> story() {
        List<String> story = new ArrayList<>();
        story.add("A client asks for a large file, reads one piece, and is killed (SIGKILL).");
        story.add("");
        story.add(
                ("One queue: %d messages, %,d of %,d bytes, wait for a process that does not exist. No one else receives"
                                + " their type, and nobody notices.")
                        .formatted(shared.messagesForTheDead(), shared.bytesForTheDead(), shared.capacity()));
        story.add("Another client gets %d answers. Everybody sleeps, for ever:".formatted(shared.othersAnswered()));
        shared.sleepers().forEach(sleep -> story.add("  " + sleep.inWords()));
        story.add("What helps is to remove the queue, with all requests and responses in it, and to start anew.");
        story.add("");
        story.add(
                ("Private queues: %d messages, %,d bytes, wait in the dead client's own queue. Another client gets %,d"
                                + " answers meanwhile, half of them within %,d µs.")
                        .formatted(
                                perClient.messagesForTheDead(),
                                perClient.bytesForTheDead(),
                                perClient.others().count(),
                                perClient.others().p50()));
        story.add("The worker gave up after the stall timeout (%.0f s here). %s"
                .formatted(
                        perClient.stallSeconds(),
                        perClient.queueLeft()
                                ? "The queue is what stays behind; 'letterbox queues --orphans' finds such ones."
                                : "Nothing stays behind."));
        story.add(perClient
                .reapedAfterSeconds()
                .map(seconds ->
                        ("Another client, which speaks Letterbox's own dialect and so says who it is, is killed too. The"
                                        + " server's reaper removes its queue after %.1f s.")
                                .formatted(seconds))
                .orElse("The queue of another client that is killed, one that says who it is, stays as well."));
        return story;
    }
}
