package dev.letterbox.lab;

import dev.letterbox.sysv.Key;
import dev.letterbox.sysv.MessageQueue;
import dev.letterbox.sysv.MessageQueues;
import dev.letterbox.sysv.NoSuchQueueException;
import dev.letterbox.sysv.QueueStatus;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Is a server and its clients in one of the designs, each a process. Closing it ends them and removes their queues. */
final class Scene implements AutoCloseable {
    /** Linux's default for a queue. Where the machine has more, the shared queue is made as small as that. */
    static final long CAPACITY = 16_384;

    static final Duration STALL_TIMEOUT = Duration.ofSeconds(1);

    private final Laboratory lab;
    private final Design design;
    private final Key key = Key.free();
    private final List<Participant> clients = new ArrayList<>();
    private final List<Integer> queues = new ArrayList<>();
    private final Participant server;
    private final int serverQueue;
    private boolean closed;

    Scene(Laboratory lab, Design design) throws IOException, LabFailure, InterruptedException {
        this(lab, design, List.of());
    }

    /** Begins a scene whose server runs under another program. */
    Scene(Laboratory lab, Design design, List<String> prefix) throws IOException, LabFailure, InterruptedException {
        this.lab = lab;
        this.design = design;
        server = lab.start(prefix, "server", "server", design, key, lab.folder().toString(), STALL_TIMEOUT.toString());
        lab.remember(this);
        boolean ready = false;
        try {
            serverQueue = Integer.parseInt(server.await("ready"));
            ready = true;
        } finally {
            if (!ready) {
                server.close();
                lab.forget(this);
            }
        }
        queues.add(serverQueue);
    }

    Participant server() {
        return server;
    }

    /** The shared queue, or the server's well-known one. */
    int serverQueue() {
        return serverQueue;
    }

    QueueStatus status() throws LabFailure {
        return status(serverQueue).orElseThrow(() -> new LabFailure("The server's queue is gone."));
    }

    static Optional<QueueStatus> status(int queue) {
        return MessageQueues.find(queue);
    }

    /** Lets a client come. Its queue is known from then on, to be removed should it be left behind. */
    Participant client(String name) throws IOException, LabFailure, InterruptedException {
        return clients(name).getFirst();
    }

    /** Lets a client come that runs under another program. */
    Participant client(String name, List<String> prefix) throws IOException, LabFailure, InterruptedException {
        return clients(prefix, name).getFirst();
    }

    /** Lets clients come, all at the same time. */
    List<Participant> clients(String... names) throws IOException, LabFailure, InterruptedException {
        return clients(List.of(), names);
    }

    private List<Participant> clients(List<String> prefix, String... names)
            throws IOException, LabFailure, InterruptedException {
        List<Participant> come = new ArrayList<>();
        for (String name : names) {
            Participant client = lab.start(prefix, name, "client", design, key);
            come.add(client);
            synchronized (this) {
                clients.add(client);
            }
        }
        for (Participant client : come) {
            int queue = Integer.parseInt(client.await("ready"));
            synchronized (this) {
                queues.add(queue);
            }
        }
        return come;
    }

    synchronized int queueOf(Participant client) {
        return queues.get(1 + clients.indexOf(client));
    }

    /** Takes note of one more queue, to be removed at the end. */
    synchronized void adopt(int queue) {
        queues.add(queue);
    }

    /** All queues of this scene that exist now. */
    synchronized List<QueueStatus> queues() {
        return queues.stream()
                .distinct()
                .flatMap(queue -> status(queue).stream())
                .toList();
    }

    /**
     * Waits until the server and all these clients sleep in the shared queue, and go on sleeping for as long as that.
     *
     * @return how they sleep; empty where they still move when time is up
     */
    Optional<List<Sleep>> awaitStillness(List<Participant> clients, Duration still, Duration longest)
            throws InterruptedException {
        return Stillness.await(server, clients, serverQueue, still, longest);
    }

    @Override
    public void close() {
        lab.forget(this);
        end();
    }

    /** Ends it from any thread. */
    synchronized void end() {
        if (closed) {
            return;
        }
        closed = true;
        // Clients first: a server waits for those that it serves.
        clients.forEach(Participant::dismiss);
        clients.forEach(Participant::close);
        queues.stream().skip(1).distinct().filter(queue -> queue != serverQueue).forEach(Scene::remove);
        server.close();
        queues.stream().limit(1).forEach(Scene::remove);
    }

    private static void remove(int queue) {
        if (MessageQueues.find(queue).isEmpty()) {
            return;
        }
        try (MessageQueue left = MessageQueue.ofId(queue)) {
            left.remove();
        } catch (NoSuchQueueException goneAlready) {
            assert goneAlready != null;
        }
    }
}
