package dev.letterbox.lab.result;

import java.util.ArrayList;
import java.util.List;

/**
 * Holds what became of the same load in both designs.
 *
 * @param capacity bytes that fit the shared queue
 * @param requestBytes length of a request
 * @param pieceBytes length of a response's pieces
 * @param fileBytes length of the file that all ask for
 * @param requestsEach how often each client asks for it whenever another client has come
 * @param requests how many requests these are in all
 * @param clients how many clients come, one after the other
 * @param shared what happened with one queue
 * @param perClient what happened with private queues
 */
public record DeadlockResult(
        long capacity,
        int requestBytes,
        int pieceBytes,
        int fileBytes,
        int requestsEach,
        int requests,
        int clients,
        Shared shared,
        PerClient perClient)
        implements Result {
    /**
     * Holds what happened with one queue.
     *
     * @param stuck whether nobody moved any more
     * @param clientsWhenStuck how many clients were there then
     * @param stuckAfterMillis when the queue's level changed for the last time, counted from the first request
     * @param bytesWhenStuck how many bytes waited then
     * @param messagesWhenStuck how many messages waited then
     * @param answered how many requests were answered, of all
     * @param stillSeconds for how long nobody moved, until the experiment ended it
     * @param sleepers in which call each slept at the end, the clients too that came later
     * @param bytesAtTheEnd how many bytes waited at the end
     * @param joinedMillis when each client began
     * @param fill how full the queue was, until some time after that
     */
    public record Shared(
            boolean stuck,
            int clientsWhenStuck,
            double stuckAfterMillis,
            long bytesWhenStuck,
            long messagesWhenStuck,
            long answered,
            double stillSeconds,
            List<Sleep> sleepers,
            long bytesAtTheEnd,
            List<Double> joinedMillis,
            List<FillPoint> fill) {}

    /**
     * Holds what happened with private queues.
     *
     * @param completed whether all requests were answered
     * @param answered how many were
     * @param seconds how long that took
     * @param perSecond how many that were in a second
     * @param highestBytes how full the server queue was at most
     * @param joinedMillis when each client began
     * @param fill how full the server queue was
     */
    public record PerClient(
            boolean completed,
            long answered,
            double seconds,
            double perSecond,
            long highestBytes,
            List<Double> joinedMillis,
            List<FillPoint> fill) {}

    @Override
    public boolean shown() {
        return shared.stuck() && perClient.completed();
    }

    @Override
    public List<String> story() {
        List<String> story = new ArrayList<>();
        story.add(
                "One queue of %,d bytes for requests (%,d bytes) and responses (pieces of %,d bytes). Clients come one"
                                .formatted(capacity, requestBytes, pieceBytes)
                        + " by one; whenever one has come, all ask %,d times for a file of %,d bytes. All keep to the rules."
                                .formatted(requestsEach, fileBytes));
        if (!shared.stuck()) {
            story.add("Nothing got stuck: that is not what was expected.");
        } else {
            long after = shared.bytesWhenStuck() + pieceBytes;
            story.add(
                    "With %d clients all went well. When client %d came, all stood still, %.0f ms after the first request."
                            .formatted(
                                    shared.clientsWhenStuck() - 1,
                                    shared.clientsWhenStuck(),
                                    shared.stuckAfterMillis()));
            story.add("%d requests wait in the queue, %,d bytes. The server has received one more and wants to send the"
                            .formatted(shared.messagesWhenStuck(), shared.bytesWhenStuck())
                    + " first piece of the answer: %,d + %,d = %,d bytes, and %,d fit. So it sleeps."
                            .formatted(shared.bytesWhenStuck(), pieceBytes, after, capacity));
            story.add(
                    "Only the server could make room, by receiving the requests that wait. It sleeps. The clients wait for"
                            + " the server. Nobody will ever go on:");
            shared.sleepers().forEach(sleep -> story.add("  " + sleep.inWords()));
            story.add(("%,d requests were answered before that, and none since. Nobody was woken for %.1f s, and at the"
                            + " end the queue held %,d of %,d bytes.")
                    .formatted(shared.answered(), shared.stillSeconds(), shared.bytesAtTheEnd(), capacity));
        }
        story.add("");
        story.add(
                "The same load with a private queue for each client: %s %,d of %,d requests answered in %.2f s, %,.0f a second."
                        .formatted(
                                perClient.completed() ? "complete." : "NOT complete.",
                                perClient.answered(),
                                requests,
                                perClient.seconds(),
                                perClient.perSecond()));
        story.add("The server queue held %,d bytes at most: responses go elsewhere, so the server can always receive."
                .formatted(perClient.highestBytes()));
        return story;
    }
}
