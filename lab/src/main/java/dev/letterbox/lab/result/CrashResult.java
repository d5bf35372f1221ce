package dev.letterbox.lab.result;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What a client left behind that was killed in the middle of a response.
 *
 * @param fileBytes length of the file that another client asks for, again and again
 * @param windowSeconds for how long its answers were counted, before the kill and after it
 * @param warmUp how many requests were made before, one client at a time, in each design
 * @param shared what happened with one queue
 * @param perClient what happened with private queues
 */
public record CrashResult(int fileBytes, double windowSeconds, int warmUp, Shared shared, PerClient perClient)
        implements Result {
    /**
     * What happened with one queue.
     *
     * @param messagesForTheDead messages in the queue when the client is dead
     * @param bytesForTheDead bytes of these
     * @param capacity bytes that fit into the queue
     * @param before how long another client's requests took before
     * @param after how long they took after the kill
     * @param stuck whether the server and the other client slept, and none was woken
     * @param sleepers the call in which each slept
     */
    public record Shared(
            long messagesForTheDead,
            long bytesForTheDead,
            long capacity,
            Latencies before,
            Latencies after,
            boolean stuck,
            List<Sleep> sleepers) {}

    /**
     * What happened with private queues.
     *
     * @param messagesForTheDead messages in the dead client's queue
     * @param bytesForTheDead bytes of these
     * @param before how long another client's requests took before
     * @param after how long they took after the kill
     * @param stallSeconds how long the server waits for a client that does not read, as set here
     * @param queueLeft whether the dead client's queue still existed at the end of the window
     * @param reapedAfterSeconds how soon the server removed the queue of another client that was killed, one of the session dialect, which
     *     marks its queue with a birth certificate; empty if it did not
     */
    public record PerClient(
            long messagesForTheDead,
            long bytesForTheDead,
            Latencies before,
            Latencies after,
            double stallSeconds,
            boolean queueLeft,
            Optional<Double> reapedAfterSeconds) {}

    @Override
    public boolean shown() {
        return shared.stuck()
                && shared.before().count() > 0
                && shared.after().count() == 0
                && perClient.before().count() > 0
                && perClient.after().count() > 0
                && perClient.reapedAfterSeconds().isPresent();
    }

    @Override
    public List<String> story() {
        List<String> story = new ArrayList<>();
        story.add(
                ("A client asks for a large file, reads one message of the response, and is killed (SIGKILL). Another client"
                                + " asks for a file of %,d bytes, again and again; its answers are counted for %.1f s before the kill and"
                                + " for %.1f s after it.")
                        .formatted(fileBytes, windowSeconds, windowSeconds));
        story.add("");
        story.add("One queue: %s, %,d of %,d bytes, stay in it for a process that no longer exists."
                .formatted(
                        Words.count(shared.messagesForTheDead(), "message"),
                        shared.bytesForTheDead(),
                        shared.capacity()));
        story.add("The other client gets %,d answers before and %,d after.%s"
                .formatted(
                        shared.before().count(),
                        shared.after().count(),
                        shared.stuck() ? " No process is woken any more:" : ""));
        shared.sleepers().forEach(sleep -> story.add("  " + sleep.inWords()));
        story.add("");
        story.add("Private queues: %s, %,d bytes, stay in the dead client's own queue."
                .formatted(Words.count(perClient.messagesForTheDead(), "message"), perClient.bytesForTheDead()));
        story.add(
                "The other client gets %,d answers before and %,d after, half of them within %,d µs before and %,d µs after."
                        .formatted(
                                perClient.before().count(),
                                perClient.after().count(),
                                perClient.before().p50(),
                                perClient.after().p50()));
        story.add(
                perClient.queueLeft()
                        ? ("The stall timeout is %.1f s here. At the end of the window the dead client's queue still exists: its client speaks a"
                                        + " classic dialect, so the queue says nothing about its owner. 'letterbox queues --orphans' finds such queues.")
                                .formatted(perClient.stallSeconds())
                        : "At the end of the window the dead client's queue is gone.");
        story.add(perClient
                .reapedAfterSeconds()
                .map(
                        "A client of the session dialect is killed too. The server removes its queue after %.1f s."
                                ::formatted)
                .orElse("A client of the session dialect is killed too. The server does not remove its queue."));
        story.add("In each design %,d requests were made before, one client at a time.".formatted(warmUp));
        return story;
    }
}
