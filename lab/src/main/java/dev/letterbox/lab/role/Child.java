package dev.letterbox.lab.role;

import dev.letterbox.error.TransportException;
import dev.letterbox.files.ClassicDialect;
import dev.letterbox.files.FileService;
import dev.letterbox.files.ServedRoot;
import dev.letterbox.lab.result.Design;
import dev.letterbox.lab.result.LabFailure;
import dev.letterbox.queues.QueueTransport;
import dev.letterbox.server.Server;
import dev.letterbox.sysv.Key;
import dev.letterbox.sysv.Mode;
import dev.letterbox.sysv.OwnedQueue;
import dev.letterbox.sysv.error.QueueException;
import java.io.BufferedReader;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;

/**
 * The main class of a process in an experiment: a server, or a client that reads orders from standard input and reports on
 * standard output. It ends when standard input ends, so never later than the experiment.
 */
public final class Child {
    /** The order that is answered at once, whatever else the client is doing. */
    public static final String COUNT = "count";

    private final PrintStream out =
            new PrintStream(new FileOutputStream(FileDescriptor.out), true, StandardCharsets.UTF_8);
    private final BlockingQueue<String> orders = new LinkedBlockingQueue<>();
    private final Tally tally = new Tally();

    private Child() {}

    /**
     * Runs a process.
     *
     * @param arguments the role, the design, the key, and for a server its folder and stall timeout
     */
    public static void main(String[] arguments) throws IOException {
        Child child = new Child();
        Thread.ofPlatform().daemon().name("lab-orders").start(new Orders(Thread.currentThread(), child)::read);
        try {
            Design design = Design.valueOf(arguments[1]);
            Key key = Key.parse(arguments[2]);
            switch (arguments[0]) {
                case "server" -> child.serve(design, key, Path.of(arguments[3]), Duration.parse(arguments[4]));
                case "client" -> child.ask(design, key);
                default -> throw new IllegalArgumentException(arguments[0]);
            }
        } catch (InterruptedException over) {
            child.out.println("over");
        } catch (LabFailure | QueueException | TransportException failed) {
            // A queue that is closed or gone too: Ctrl-C reaches each process of an experiment, in any order.
            child.out.println("failed " + failed.getMessage());
        }
    }

    /** Reads orders until there are no more, and then interrupts the main thread. */
    private record Orders(Thread main, Child child) {
        void read() {
            try (BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
                String order = in.readLine();
                while (order != null) {
                    if (order.equals(COUNT)) {
                        child.out.println("counted " + child.tally.take());
                    } else {
                        child.orders.add(order);
                    }
                    order = in.readLine();
                }
            } catch (IOException broken) {
                child.out.println("broken " + broken.getMessage());
            } finally {
                main.interrupt();
            }
        }
    }

    private void serve(Design design, Key key, Path folder, Duration stallTimeout)
            throws IOException, InterruptedException {
        switch (design) {
            case SHARED -> {
                try (OwnedQueue queue = OwnedQueue.create(key, Mode.OWNER)) {
                    queue.setCapacity(
                            Math.min(Wire.CAPACITY, queue.status().capacity().orElse(Wire.CAPACITY)));
                    out.println("ready " + queue.id());
                    new SharedServer(queue, folder).run();
                }
            }
            case PRIVATE -> {
                try (ServedRoot root = ServedRoot.open(folder)) {
                    FileService files = new FileService(root);
                    try (Server server = Server.on(new QueueTransport(key))
                            .dialects(List.of(ClassicDialect.values()))
                            .service("", files)
                            .service(FileService.NAME, files)
                            .stallTimeout(stallTimeout)
                            .start()) {
                        out.println("ready " + server.queueId());
                        server.awaitClose();
                    }
                }
            }
        }
    }

    private void ask(Design design, Key key) throws InterruptedException, LabFailure {
        try (BlockingClient client = new BlockingClient(design, key);
                Crowd crowd = new Crowd(design, key)) {
            out.println("ready " + client.queueId());
            while (true) {
                String[] order = orders.take().split(" ", -1);
                obey(client, crowd, order);
            }
        }
    }

    private void obey(BlockingClient client, Crowd crowd, String[] order) throws InterruptedException, LabFailure {
        String name = order.length > 1 ? order[1] : "";
        int times = order.length > 2 ? Integer.parseInt(order[2]) : 1;
        switch (order[0]) {
            case "fetch" -> fetch(client, name, times, Integer.parseInt(order[3]));
            case "fetch-for" -> fetchFor(client, name, Duration.ofMillis(times));
            case "ask" -> {
                for (int i = 0; i < times; i++) {
                    client.ask(name);
                    tally.add(0);
                }
                out.println("asked " + times);
            }
            case "receive" -> {
                for (int i = 0; i < Integer.parseInt(name); i++) {
                    client.receive();
                }
                out.println("received " + name);
            }
            case "steal" -> {
                for (int i = 0; i < Integer.parseInt(name); i++) {
                    client.steal(Crowd.RESPONSES);
                    tally.add(0);
                }
                out.println("stolen " + name);
            }
            case "hold" -> crowd.hold(name, queue -> out.println("held " + queue));
            case "join" -> out.println("joined " + crowd.join(Integer.parseInt(name)));
            case "leave" -> {
                crowd.close();
                out.println("left");
            }
            case "each" -> out.println("each " + crowd.fetch(name));
            case "many" -> out.println("many " + crowd.fetchOverOneQueue(name, times));
            default -> throw new LabFailure("Unknown order: " + order[0]);
        }
    }

    private void fetch(BlockingClient client, String name, int times, int progressEvery)
            throws InterruptedException, LabFailure {
        long checksum = 0;
        for (int done = 1; done <= times; done++) {
            checksum = fetch(client, name);
            if (done % progressEvery == 0) {
                out.println("progress " + done);
            }
        }
        out.println("fetched " + times + " " + checksum);
    }

    private void fetchFor(BlockingClient client, String name, Duration length) throws InterruptedException, LabFailure {
        long began = System.nanoTime();
        while (System.nanoTime() - began < length.toNanos()) {
            fetch(client, name);
        }
        out.println("fetched");
    }

    private long fetch(BlockingClient client, String name) throws InterruptedException, LabFailure {
        long began = System.nanoTime();
        long checksum = client.fetch(name);
        tally.add((System.nanoTime() - began) / 1_000);
        return checksum;
    }
}
