package dev.letterbox.lab.result;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * What became of the same clients in both designs.
 *
 * @param capacity bytes that fit into the shared queue
 * @param requestBytes length of a request
 * @param pieceBytes length of the messages of a response; the last may be shorter
 * @param fileBytes length of the file that all clients ask for
 * @param requestsEach how often each client asks whenever another client has started
 * @param requests how many requests the clients make in all, with private queues
 * @param clients how many clients start, one after the other
 * @param harmless with one queue, how many clients make {@code requestsEach} requests; from then on all ask without end
 * @param warmUp how many requests were made before, one client at a time, in each design
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
        int harmless,
        int warmUp,
        Shared shared,
        PerClient perClient)
        implements Result {
    /**
     * What happened with one queue.
     *
     * @param stuck whether the server and all clients slept, and none was woken, for as long as was watched
     * @param clientsWhenStuck how many clients had started when that began
     * @param stuckAfterMillis when the queue's level changed for the last time before that, in milliseconds since the first request
     * @param bytesWhenStuck bytes in the queue then
     * @param messagesWhenStuck messages in the queue then
     * @param answered requests answered in all
     * @param stillSeconds how long nobody was woken, until the experiment ended
     * @param sleepers the call in which each process slept at the end, the clients included that started after the standstill
     * @param bytesAtTheEnd bytes in the queue at the end
     * @param joinedMillis when each client started to ask
     * @param fill how full the queue was, until some time after the standstill began
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
            List<FillPoint> fill) {
        /**
         * Returns the end of the record of the queue's level.
         *
         * @return milliseconds since the first request
         */
        public double fillEndMillis() {
            return fill.isEmpty() ? 0 : fill.getLast().millis();
        }

        /**
         * Returns who slept in a call at the end.
         *
         * @param call {@code msgsnd} or {@code msgrcv}
         * @return in the order in which the processes started
         */
        List<Sleep> asleepIn(String call) {
            return sleepers.stream().filter(each -> each.isIn(call)).toList();
        }
    }

    /**
     * What happened with private queues.
     *
     * @param completed whether all requests were answered
     * @param answered how many were answered
     * @param seconds how long that took
     * @param highestBytes the most bytes seen in the server queue
     * @param joinedMillis when each client started to ask
     * @param fill how full the server queue was
     */
    public record PerClient(
            boolean completed,
            long answered,
            double seconds,
            long highestBytes,
            List<Double> joinedMillis,
            List<FillPoint> fill) {}

    @Override
    public boolean shown() {
        return shared.stuck() && perClient.completed();
    }

    /**
     * Returns the clients that started after the standstill.
     *
     * @return their numbers in words, such as {@code clients 4 and 5}; empty if there are none
     */
    public String latecomers() {
        return Words.numbered(
                "client", shared.clientsWhenStuck() + 1, shared.joinedMillis().size());
    }

    @Override
    public List<String> story() {
        List<String> story = new ArrayList<>();
        story.add(("One queue for all. It holds %,d bytes; a request has %,d bytes, and a response comes in messages of"
                        + " %,d bytes. Clients start one after the other and ask for a file of %,d bytes.")
                .formatted(capacity, requestBytes, pieceBytes, fileBytes));
        story.add(
                ("Each time one of the first %d clients has started, all that have started ask %,d times. From then on"
                                + " every client asks without end.")
                        .formatted(harmless, requestsEach));
        if (shared.stuck()) {
            standstill(story);
        } else {
            story.add(
                    "They did not reach a standstill: %,d requests were answered. The effect was not seen on this run."
                            .formatted(shared.answered()));
        }
        story.add("");
        story.add(
                ("Private queues, the same clients. Whenever one has started, all that have started ask %,d times: %,d of"
                                + " %,d requests were answered, in %.2f s.")
                        .formatted(requestsEach, perClient.answered(), requests, perClient.seconds()));
        story.add(
                ("The server queue held %,d bytes at most. It carries only requests, so the server never has to wait for"
                                + " room in it.")
                        .formatted(perClient.highestBytes()));
        story.add("In each design the clients had made %,d requests before, one client at a time.".formatted(warmUp));
        return story;
    }

    private void standstill(List<String> story) {
        story.add(
                ("%d clients at once got all their answers. After client %d had started, the queue's level changed for the last time"
                                + " %.1f ms after the first request. Since then all of them sleep:")
                        .formatted(
                                shared.clientsWhenStuck() - 1, shared.clientsWhenStuck(), shared.stuckAfterMillis()));
        shared.sleepers().forEach(sleep -> story.add("  " + sleep.inWords()));
        boolean onlyRequests = shared.bytesWhenStuck() == shared.messagesWhenStuck() * requestBytes;
        story.add("The queue held %,d bytes then: %d %s that had not been received yet."
                .formatted(
                        shared.bytesWhenStuck(), shared.messagesWhenStuck(), onlyRequests ? "requests" : "messages"));
        shared.asleepIn(Sleep.SENDING).stream()
                .filter(each -> each.process().equals("server") && each.bytes().isPresent())
                .forEach(server ->
                        story.add(("The server has a message of %,d bytes to send: %,d + %,d = %,d bytes, and the"
                                        + " queue holds %,d. Only the server receives requests and so makes room, and it sleeps until"
                                        + " there is room.")
                                .formatted(
                                        server.bytes().getAsLong(),
                                        shared.bytesWhenStuck(),
                                        server.bytes().getAsLong(),
                                        shared.bytesWhenStuck() + server.bytes().getAsLong(),
                                        capacity)));
        if (!latecomers().isEmpty()) {
            latecomers(story);
        }
        story.add("%,d requests were answered in all. No process was woken for %.1f s; then the experiment ended."
                .formatted(shared.answered(), shared.stillSeconds()));
    }

    private void latecomers(List<String> story) {
        List<String> late = IntStream.rangeClosed(shared.clientsWhenStuck() + 1, clients)
                .mapToObj("client %d"::formatted)
                .toList();
        List<String> sent = shared.asleepIn(Sleep.RECEIVING).stream()
                .map(Sleep::process)
                .filter(late::contains)
                .toList();
        List<String> refused = shared.asleepIn(Sleep.SENDING).stream()
                .map(Sleep::process)
                .filter(late::contains)
                .toList();
        StringBuilder what = new StringBuilder(
                "To see whether a new client gets through, %s started after that.".formatted(latecomers()));
        if (!sent.isEmpty()) {
            what.append(" The request of %s still fitted, and was not answered.".formatted(Words.list(sent)));
        }
        if (!refused.isEmpty()) {
            what.append(" The request of %s did not fit.".formatted(Words.list(refused)));
        }
        story.add(what + " At the end the queue held %,d of %,d bytes.".formatted(shared.bytesAtTheEnd(), capacity));
    }
}
