package dev.letterbox.lab.role;

import dev.letterbox.error.RequestException;
import dev.letterbox.files.FileClient;
import dev.letterbox.lab.result.Design;
import dev.letterbox.lab.result.LabFailure;
import dev.letterbox.queues.QueueTransport;
import dev.letterbox.sysv.Key;
import dev.letterbox.sysv.MessageQueues;
import dev.letterbox.sysv.QueueStatus;
import dev.letterbox.sysv.Selector;
import dev.letterbox.sysv.error.TableFullException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.locks.LockSupport;
import java.util.function.IntConsumer;
import java.util.stream.Collectors;

/** Many clients in one process. */
final class Crowd implements AutoCloseable {
    static final Selector RESPONSES = Selector.except(Wire.REQUEST_TYPE);

    private static final Duration SILENCE = Duration.ofMinutes(1);

    private final Design design;
    private final Key key;
    private final List<BlockingClient> clients = new ArrayList<>();

    Crowd(Design design, Key key) {
        this.design = design;
        this.key = key;
    }

    /** Starts more clients until there are so many more, or until the kernel has no more queues. */
    String join(int wanted) {
        int joined = 0;
        try {
            while (joined < wanted) {
                clients.add(new BlockingClient(design, key));
                joined++;
            }
            return Integer.toString(joined);
        } catch (TableFullException full) {
            return joined + " " + full.errno().orElse("?") + " " + full.getMessage();
        }
    }

    /** Lets each client fetch a file, one after the other, and returns how many got it. */
    int fetch(String name) throws InterruptedException, LabFailure {
        for (BlockingClient client : clients) {
            client.fetch(name);
        }
        return clients.size();
    }

    /** Makes requests at the same time over one private queue, and returns how many were answered completely. */
    int fetchOverOneQueue(String name, int times) throws InterruptedException, LabFailure {
        try (FileClient session = FileClient.connect(new QueueTransport(key), SILENCE);
                ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor()) {
            if (!session.isSession()) {
                throw new LabFailure("The server does not speak the session dialect.");
            }
            List<Future<Long>> fetches = new ArrayList<>();
            for (int i = 0; i < times; i++) {
                fetches.add(callers.submit(() -> session.get(name, (ByteBuffer piece) -> {
                    piece.position(piece.limit());
                })));
            }
            int whole = 0;
            for (Future<Long> each : fetches) {
                whole += each.get() > 0 ? 1 : 0;
            }
            return whole;
        } catch (RequestException | ExecutionException failed) {
            throw new LabFailure("A request over a shared private queue failed: " + failed.getMessage());
        }
    }

    /** Starts to fetch a file over a session, reports the session's queue when the first piece has arrived, and reads no more. */
    void hold(String name, IntConsumer begun) throws InterruptedException, LabFailure {
        Set<Integer> before = ids();
        try (FileClient session = FileClient.connect(new QueueTransport(key), SILENCE)) {
            Set<Integer> mine = ids();
            mine.removeAll(before);
            session.get(name, piece -> {
                begun.accept(mine.iterator().next());
                LockSupport.park();
                throw new IOException("The rest is not wanted.");
            });
        } catch (RequestException | IOException failed) {
            throw new LabFailure("A request over a session failed: " + failed.getMessage());
        }
    }

    private static Set<Integer> ids() {
        return MessageQueues.list().stream()
                .filter(QueueStatus::isPrivate)
                .map(QueueStatus::id)
                .collect(Collectors.toCollection(LinkedHashSet::new));
    }

    @Override
    public void close() {
        clients.forEach(BlockingClient::close);
        clients.clear();
    }
}
