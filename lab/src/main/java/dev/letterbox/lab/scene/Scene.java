package dev.letterbox.lab.scene;

import dev.letterbox.lab.result.Design;
import dev.letterbox.lab.result.LabFailure;
import dev.letterbox.lab.result.Sleep;
import dev.letterbox.sysv.Key;
import dev.letterbox.sysv.MessageQueue;
import dev.letterbox.sysv.MessageQueues;
import dev.letterbox.sysv.QueueStatus;
import dev.letterbox.sysv.error.NoSuchQueueException;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** A server and its clients in one design, each a process. Closing the scene ends them and removes their queues. */
public final class Scene implements AutoCloseable {
    public static final Duration STALL_TIMEOUT = Duration.ofSeconds(1);

    private final Stage stage;
    private final Design design;
    private final Key key = Key.free();
    private final List<Participant> clients = new ArrayList<>();
    private final List<Integer> queues = new ArrayList<>();
    private final Participant server;
    private final int serverQueue;
    private boolean closed;

    public Scene(Stage stage, Design design) throws IOException, LabFailure, InterruptedException {
        this(stage, design, List.of());
    }

    /** Starts a scene whose server is run by another program, such as a tracer. */
    public Scene(Stage stage, Design design, List<String> prefix) throws IOException, LabFailure, InterruptedException {
        this.stage = stage;
        this.design = design;
        server = stage.start(
                prefix, "server", "server", design, key, stage.folder().toString(), STALL_TIMEOUT.toString());
        stage.remember(this);
        boolean ready = false;
        try {
            serverQueue = Integer.parseInt(server.await("ready"));
            ready = true;
        } finally {
            if (!ready) {
                server.close();
                stage.forget(this);
            }
        }
        queues.add(serverQueue);
    }

    public Participant server() {
        return server;
    }

    /** Returns the id of the queue that carries requests. */
    public int serverQueue() {
        return serverQueue;
    }

    public QueueStatus status() throws LabFailure {
        return status(serverQueue).orElseThrow(() -> new LabFailure("The server's queue is gone."));
    }

    public static Optional<QueueStatus> status(int queue) {
        return MessageQueues.find(queue);
    }

    /** Starts a client. Its queue is removed with the scene, should it be left behind. */
    public Participant client(String name) throws IOException, LabFailure, InterruptedException {
        return clients(name).getFirst();
    }

    /** Starts a client that is run by another program, such as a tracer. */
    public Participant client(String name, List<String> prefix) throws IOException, LabFailure, InterruptedException {
        return clients(prefix, name).getFirst();
    }

    /** Starts clients, all at the same time. */
    public List<Participant> clients(String... names) throws IOException, LabFailure, InterruptedException {
        return clients(List.of(), names);
    }

    private List<Participant> clients(List<String> prefix, String... names)
            throws IOException, LabFailure, InterruptedException {
        List<Participant> come = new ArrayList<>();
        for (String name : names) {
            Participant client = stage.start(prefix, name, "client", design, key);
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

    public synchronized int queueOf(Participant client) {
        return queues.get(1 + clients.indexOf(client));
    }

    /** Adds a queue that is removed with the scene. */
    public synchronized void adopt(int queue) {
        queues.add(queue);
    }

    /** Returns the queues of this scene that exist now. */
    public synchronized List<QueueStatus> queues() {
        return queues.stream()
                .distinct()
                .flatMap(queue -> status(queue).stream())
                .toList();
    }

    /**
     * Waits until the server and these clients all sleep in a queue, and none of them is woken for {@code still}.
     *
     * @param clients the clients
     * @param still how long they have to sleep
     * @param longest how long to wait for that
     * @return the call in which each sleeps; empty if some still move after {@code longest}
     */
    public Optional<List<Sleep>> awaitStillness(List<Participant> clients, Duration still, Duration longest)
            throws InterruptedException {
        return Stillness.await(server, clients, serverQueue, still, longest);
    }

    @Override
    public void close() {
        stage.forget(this);
        end();
    }

    /** Ends the scene. Any thread may call it. */
    synchronized void end() {
        if (closed) {
            return;
        }
        closed = true;
        // Clients first: a server that closes waits for those that it serves.
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
