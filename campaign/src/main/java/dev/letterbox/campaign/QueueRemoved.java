package dev.letterbox.campaign;

import dev.letterbox.campaign.Fetch.Ended;
import dev.letterbox.files.FileClient;
import dev.letterbox.queues.QueueTransport;
import dev.letterbox.sysv.Key;
import dev.letterbox.sysv.MessageBuffer;
import dev.letterbox.sysv.MessageQueue;
import dev.letterbox.sysv.error.QueueException;
import dev.letterbox.testkit.Await;
import dev.letterbox.testkit.Background;
import dev.letterbox.testkit.IpcTable;
import dev.letterbox.testkit.Syscall;
import java.io.IOException;
import java.time.Duration;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.Collectors;

/**
 * Removes queues under those who sleep on them: the server's under its receiver and under a client that waits for room,
 * and a client's under the client. What must hold: a client whose own queue is removed ends at once with an error that says
 * so, one that waits for room gets its answer over the server's next queue, and the server serves on.
 */
final class QueueRemoved implements Scenario {
    private static final Duration AT_ONCE = Duration.ofMinutes(1);

    private final Served served = new Served();
    private final LiveServer server = new LiveServer(served.directory(), Key.free());

    QueueRemoved() throws IOException {
        server.start();
    }

    @Override
    public void round(int number, SplittableRandom random, Tally tally) throws Exception {
        underTheServer(tally);
        underAClient(tally);
        underASender(tally);
        Fetch.one(server.key(), 5_000, Fetch.PATIENT).orFail().count(tally);
    }

    private void underTheServer(Tally tally) throws Exception {
        server.process().proc().awaitAsleepIn(Syscall.MSGRCV);
        removeServerQueue(tally);
        awaitService(tally);
    }

    private void removeServerQueue(Tally tally) {
        try (MessageQueue queue = MessageQueue.open(server.key())) {
            queue.remove();
        }
        tally.add("queues removed");
    }

    private void awaitService(Tally tally) {
        long removed = System.nanoTime();
        Await.until(
                "the server serves on another queue",
                () -> Fetch.one(server.key(), 10, Fetch.PATIENT).isRight());
        tally.took("until the server answers again", System.nanoTime() - removed);
    }

    private static Set<Integer> privateQueues() {
        return IpcTable.now().queues().stream()
                .filter(queue -> queue.key() == 0)
                .map(IpcTable.Queue::id)
                .collect(Collectors.toSet());
    }

    private void underAClient(Tally tally) throws Exception {
        Set<Integer> others = privateQueues();
        try (FileClient client = FileClient.connect(new QueueTransport(server.key()), Duration.ofMinutes(3))) {
            Set<Integer> own = privateQueues();
            own.removeAll(others);
            server.process().signal("STOP");
            try (Background<Ended> fetching = Background.start("waits", () -> Fetch.through(client, 10))) {
                fetching.awaitAsleepIn(Syscall.MSGRCV);
                own.forEach(id -> MessageQueue.ofId(id).remove());
                tally.add("queues removed", own.size());
                expectErrorAtOnce(fetching, tally);
            } finally {
                server.process().signal("CONT");
            }
        }
    }

    private void underASender(Tally tally) throws Exception {
        try (FileClient client = FileClient.connect(new QueueTransport(server.key()), Duration.ofMinutes(3))) {
            server.process().signal("STOP");
            try {
                fill();
                try (Background<Ended> fetching = Background.start("waits", () -> Fetch.through(client, 10))) {
                    fetching.awaitAsleepIn(Syscall.MSGSND);
                    removeServerQueue(tally);
                    // The server makes another queue, and the client follows it there.
                    server.process().signal("CONT");
                    fetching.result(AT_ONCE).orFail().count(tally);
                }
            } finally {
                server.process().signal("CONT");
            }
        }
        awaitService(tally);
    }

    private void fill() throws QueueException {
        try (MessageQueue queue = MessageQueue.open(server.key())) {
            // Of no dialect: should the server come to read them, it drops them.
            MessageBuffer message = MessageBuffer.allocate().put(9, new byte[1_000]);
            while (queue.trySend(message)) {
                message.size(1_000);
            }
            // Down to the last byte, so that no request fits beside them.
            message.size(1);
            while (queue.trySend(message)) {
                message.size(1);
            }
        }
    }

    private static void expectErrorAtOnce(Background<Ended> fetching, Tally tally) {
        long removed = System.nanoTime();
        Ended ended = fetching.result(AT_ONCE);
        if (ended.isRight()) {
            throw new AssertionError("There was nobody to answer, and an answer came");
        }
        ended.count(tally);
        tally.took("until a client learns of it", System.nanoTime() - removed);
    }

    @Override
    public void close() {
        server.close();
        served.close();
    }
}
