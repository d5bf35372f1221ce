package dev.letterbox.lab.experiment;

import dev.letterbox.lab.result.Design;
import dev.letterbox.lab.result.LabFailure;
import dev.letterbox.lab.result.LargeResult;
import dev.letterbox.lab.result.LargeResult.Transfer;
import dev.letterbox.lab.result.LargeResult.Waiting;
import dev.letterbox.lab.result.Latencies;
import dev.letterbox.lab.role.Wire;
import dev.letterbox.lab.scene.Participant;
import dev.letterbox.lab.scene.Scene;
import dev.letterbox.lab.scene.Stage;
import dev.letterbox.sysv.MessageBuffer;
import dev.letterbox.sysv.MessageQueues;
import dev.letterbox.sysv.Mode;
import dev.letterbox.sysv.OwnedQueue;
import dev.letterbox.sysv.SendOutcome;
import dev.letterbox.sysv.error.QueueException;
import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.LongStream;
import java.util.zip.CRC32;

/** Tries long messages and large files in both designs, and small requests beside large files. */
public final class LargeExperiment {
    private static final String[] CLIENTS = {"client 1", "client 2", "client 3", "client 4"};

    /** More clients at once can bring one queue to a standstill. */
    private static final int MOST_IN_ONE_QUEUE = 2;

    private static final int ROUNDS = 5;
    private static final int SMALL_REQUESTS = 5_000;
    private static final int LARGE_FILES = 8;

    private final Stage stage;
    private final List<Transfer> transfers = new ArrayList<>();
    private final List<Waiting> waiting = new ArrayList<>();

    public LargeExperiment(Stage stage) {
        this.stage = stage;
    }

    public LargeResult run() throws LabFailure, IOException, InterruptedException {
        int longest = MessageQueues.limits().maxMessageBytes();
        int shared = onTheWay(1);
        int perClient = onTheWay(CLIENTS.length);
        for (Design design : Design.values()) {
            try (Scene scene = new Scene(stage, design)) {
                measure(scene, design);
            }
        }
        return new LargeResult(
                longest,
                refusal(longest + 1),
                Wire.CAPACITY,
                Wire.PIECE_BYTES,
                shared,
                perClient,
                CLIENTS.length,
                Stage.LARGE_BYTES,
                Stage.SMALL_BYTES,
                Orders.WARM_UP,
                ROUNDS,
                List.copyOf(transfers),
                List.copyOf(waiting));
    }

    /** Sends a message that is too long. */
    private static String refusal(int bytes) throws LabFailure {
        try (OwnedQueue queue = OwnedQueue.createPrivate(Mode.OWNER)) {
            queue.offer(MessageBuffer.fixed(bytes).size(bytes));
            throw new LabFailure("The kernel took a message of " + bytes + " bytes.");
        } catch (QueueException | IllegalArgumentException refused) {
            return String.valueOf(refused.getMessage());
        }
    }

    /** Counts the messages that fit into so many queues while nobody reads. */
    private static int onTheWay(int count) {
        List<OwnedQueue> queues = new ArrayList<>();
        MessageBuffer piece = MessageBuffer.allocate().size(Wire.PIECE_BYTES);
        int sent = 0;
        try {
            for (int i = 0; i < count; i++) {
                OwnedQueue queue = OwnedQueue.createPrivate(Mode.OWNER);
                queues.add(queue);
                queue.setCapacity(
                        Math.min(Wire.CAPACITY, queue.status().capacity().orElse(Wire.CAPACITY)));
                while (queue.offer(piece) == SendOutcome.SENT) {
                    sent++;
                }
            }
            return sent;
        } finally {
            queues.forEach(OwnedQueue::close);
        }
    }

    private void measure(Scene scene, Design design) throws LabFailure, IOException, InterruptedException {
        CRC32 checksum = new CRC32();
        checksum.update(Files.readAllBytes(stage.folder().resolve(Stage.LARGE)));
        String wanted = "1 " + checksum.getValue();
        List<Participant> clients = scene.clients(CLIENTS);
        Orders.warmUp(clients);
        for (Participant client : clients) {
            Orders.fetchTogether(List.of(client), Stage.LARGE, 1);
        }
        int most = design == Design.SHARED ? MOST_IN_ONE_QUEUE : clients.size();
        for (int count = 1; count <= most; count *= 2) {
            transfers.add(transfer(design, clients.subList(0, count), wanted));
        }
        waiting.add(waiting(design, clients.getFirst(), clients.get(1)));
    }

    private static Transfer transfer(Design design, List<Participant> clients, String wanted)
            throws LabFailure, InterruptedException {
        double[] millis = new double[ROUNDS];
        boolean whole = true;
        for (int round = 0; round < ROUNDS; round++) {
            long began = System.nanoTime();
            for (Participant client : clients) {
                client.tell(Orders.fetch(Stage.LARGE, 1));
            }
            for (Participant client : clients) {
                whole &= client.await("fetched").equals(wanted);
            }
            millis[round] = (System.nanoTime() - began) / 1e6;
        }
        Arrays.sort(millis);
        double median = millis[ROUNDS / 2];
        double megabytes = (double) clients.size() * Stage.LARGE_BYTES / 1e6;
        return new Transfer(
                design, clients.size(), Orders.rounded(median, 1), Math.round(megabytes / median * 1e3), whole);
    }

    private static Waiting waiting(Design design, Participant small, Participant large)
            throws LabFailure, InterruptedException {
        small.count();
        Orders.fetchTogether(List.of(small), Stage.SMALL, SMALL_REQUESTS);
        Latencies alone = small.count();
        // Counted from the second file on: then it is certain that the large one is under way.
        large.count();
        large.tell("fetch %s %d 1".formatted(Stage.LARGE, 1 + LARGE_FILES));
        large.await("progress");
        small.tell(Orders.fetchWithoutEnd(Stage.SMALL));
        large.await("fetched");
        Latencies beside = small.count();
        double largeMillis = LongStream.of(large.counted()).skip(1).average().orElse(0) / 1e3;
        return new Waiting(design, alone, beside, LARGE_FILES, Orders.rounded(largeMillis, 1));
    }
}
