package dev.letterbox.queues.examples;

import dev.letterbox.Content;
import dev.letterbox.Service;
import dev.letterbox.Timeout;
import dev.letterbox.client.Client;
import dev.letterbox.engine.Transport;
import dev.letterbox.error.RequestRefusedException;
import dev.letterbox.process.ServiceProcess;
import dev.letterbox.process.WorkerProcesses;
import dev.letterbox.queues.QueueTransport;
import dev.letterbox.server.Server;
import dev.letterbox.sysv.Key;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/** Shows a service whose end is not the end of its server. */
final class Isolated {
    private Isolated() {}

    public static void main(String[] arguments) throws Exception {
        // example
        Service risky = request -> {
            if (request.payload().length == 0) {
                Runtime.getRuntime().halt(1); // as a crash in native code would
            }
            return Content.of("alive");
        };
        if (arguments.length > 0) { // the program of a worker process
            ServiceProcess.run(Map.of("risky", risky));
        }
        List<String> worker = List.of(java(), "-cp", classPath(), Isolated.class.getName(), "worker");
        Transport transport = new QueueTransport(Key.free());
        try (WorkerProcesses workers = WorkerProcesses.start(2, Duration.ofMinutes(1), worker);
                Server server = Server.on(transport)
                        .service("risky", workers.service("risky", request -> "a risky request"))
                        .start();
                Client client = Client.connect(transport)) {
            workers.onFailure(server::close);
            try {
                client.collect("risky", new byte[0], 100, Timeout.ofTotal(Duration.ofSeconds(20)));
            } catch (RequestRefusedException lost) {
                System.out.println(lost.getMessage());
            }
            byte[] answer = client.collect("risky", new byte[1], 100, Timeout.ofTotal(Duration.ofSeconds(20)));
            System.out.println(new String(answer, StandardCharsets.UTF_8));
        }
        // end
    }

    private static String java() {
        return Path.of(System.getProperty("java.home"), "bin", "java").toString();
    }

    private static String classPath() {
        return System.getProperty("java.class.path");
    }
}
