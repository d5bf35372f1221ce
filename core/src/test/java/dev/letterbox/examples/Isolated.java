package dev.letterbox.examples;

import dev.letterbox.Client;
import dev.letterbox.Content;
import dev.letterbox.RequestRefusedException;
import dev.letterbox.Server;
import dev.letterbox.Service;
import dev.letterbox.ServiceProcess;
import dev.letterbox.Timeout;
import dev.letterbox.WorkerProcesses;
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
        Key key = Key.free();
        try (WorkerProcesses workers = WorkerProcesses.start(2, Duration.ofMinutes(1), worker);
                Server server = Server.on(key)
                        .service("risky", workers.service("risky", request -> "a risky request"))
                        .start();
                Client client = Client.connect(key)) {
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
