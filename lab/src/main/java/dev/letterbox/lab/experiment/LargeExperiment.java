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
import java.util.List;
import java.util.stream.LongStream;
import java.util.zip.CRC32;

/** Tries long messages and large files in both designs. */
public final class LargeExperiment {
    private static final int CLIENTS = 4;
    private static final int WARM_UP = 500;
    private static final int SMALL_REQUESTS = 500;
    private static final int LARGE_REQUESTS = 4;

    private final Stage stage;
    private final List<Transfer> transfers = new ArrayList<>();
    private final List<Waiting> alone = new ArrayList<>();
    private final List<Waiting> behind = new ArrayList<>();

    public LargeExperiment(Stage stage) {
        this.stage = stage;
    }

    public LargeResult run() throws LabFailure, IOException, InterruptedException {
        int longest = MessageQueues.limits().maxMessageBytes();
        int shared = onTheWay(1);
        int perClient = onTheWay(CLIENTS);
        for (Design design : Design.values()) {
            try (Scene scene = new Scene(stage, design)) {
                transfers(scene, design);
            }
        }
        return new LargeResult(
                longest,
                refusal(longest + 1),
                Wire.CAPACITY,
                shared,
                perClient,
                CLIENTS,
                Stage.LARGE_BYTES,
                LARGE_REQUESTS,
                List.copyOf(transfers),
                List.copyOf(alone),
                List.copyOf(behind));
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

    /** Counts the pieces that fit so many queues while nobody reads. */
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

    private void transfers(Scene scene, Design design) throws LabFailure, IOException, InterruptedException {
        CRC32 checksum = new CRC32();
        checksum.update(Files.readAllBytes(stage.folder().resolve(Stage.LARGE)));
        String wanted = "1 " + checksum.getValue();
        List<Participant> clients = design == Design.SHARED
                ? scene.clients("client 1", "client 2")
                : scene.clients("client 1", "client 2", "client 3", "client 4");
        // A first one that does not count: JVMs are slow at first.
        together(design, clients.subList(0, 1), wanted);
        for (int count = 1; count <= clients.size(); count *= 2) {
            transfers.add(together(design, clients.subList(0, count), wanted));
        }
        Participant small = clients.getFirst();
        Participant large = clients.get(1);
        small.tell("fetch %s %d %d".formatted(Stage.SMALL, WARM_UP, WARM_UP));
        small.await("fetched");
        small.count();
        small.tell("fetch %s %d %d".formatted(Stage.SMALL, SMALL_REQUESTS, SMALL_REQUESTS));
        small.await("fetched");
        alone.add(new Waiting(design, small.count(), 0));
        // Counted from the second file on: then it is certain that the large one is under way.
        large.count();
        large.tell("fetch %s %d 1".formatted(Stage.LARGE, 1 + LARGE_REQUESTS));
        large.await("progress");
        small.tell("fetch %s %d %d".formatted(Stage.SMALL, Integer.MAX_VALUE, Integer.MAX_VALUE));
        large.await("fetched");
        Latencies waiting = small.count();
        double largeMillis = LongStream.of(large.counted()).skip(1).average().orElse(0) / 1e3;
        behind.add(new Waiting(design, waiting, Math.round(largeMillis)));
    }

    private static Transfer together(Design design, List<Participant> clients, String wanted)
            throws LabFailure, InterruptedException {
        long began = System.nanoTime();
        for (Participant client : clients) {
            client.tell("fetch %s 1 1".formatted(Stage.LARGE));
        }
        boolean whole = true;
        for (Participant client : clients) {
            whole &= client.await("fetched").equals(wanted);
        }
        double seconds = (System.nanoTime() - began) / 1e9;
        double megabytes = (double) clients.size() * Stage.LARGE_BYTES / 1e6;
        return new Transfer(
                design, clients.size(), Math.round(seconds * 1e3) / 1e3, Math.round(megabytes / seconds), whole);
    }
}
