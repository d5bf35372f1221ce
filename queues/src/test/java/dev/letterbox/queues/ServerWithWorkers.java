package dev.letterbox.queues;

import dev.letterbox.Caller;
import dev.letterbox.Content;
import dev.letterbox.Request;
import dev.letterbox.ServiceException;
import dev.letterbox.process.WorkerProcesses;
import dev.letterbox.server.Server;
import dev.letterbox.sysv.Key;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.stream.Collectors;

/** A server with worker processes, in a process of its own; one of them is busy, if it is told with what. */
final class ServerWithWorkers {
    private ServerWithWorkers() {}

    public static void main(String[] keyAndBusyWith) throws InterruptedException {
        try (WorkerProcesses workers = WorkerProcesses.start(2, Duration.ofHours(1), TestWorker.command());
                Server server = Server.on(new QueueTransport(Key.parse(keyAndBusyWith[0])))
                        .service("echo", workers.service("echo", _ -> ""))
                        .start()) {
            while (workers.processIds().size() < 2) {
                Thread.onSpinWait();
            }
            switch (keyAndBusyWith[1]) {
                case "loop" -> ask(workers, "end", "loop");
                case "idle" -> {}
                default -> ask(workers, keyAndBusyWith[1], "");
            }
            System.out.println("workers "
                    + workers.processIds().stream().map(String::valueOf).collect(Collectors.joining(" ")));
            server.awaitClose();
        }
    }

    private static void ask(WorkerProcesses workers, String service, String payload) {
        Request request = Request.of(Caller.ofUser(0, 0), payload.getBytes(StandardCharsets.UTF_8));
        Thread.ofPlatform().daemon().start(() -> {
            try (Content content = workers.service(service, _ -> "").open(request)) {
                System.out.println("open " + content.size());
            } catch (ServiceException | IOException over) {
                System.out.println("over " + over.getMessage());
            }
        });
    }
}
