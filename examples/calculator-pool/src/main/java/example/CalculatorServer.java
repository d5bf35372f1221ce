package example;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.letterbox.Content;
import dev.letterbox.Service;
import dev.letterbox.ServiceException;
import dev.letterbox.process.ServiceProcess;
import dev.letterbox.process.WorkerProcesses;
import dev.letterbox.queues.QueueTransport;
import dev.letterbox.server.Server;
import dev.letterbox.sysv.Key;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;

/** Calculates in two worker processes. What ends one of them costs one request. */
public final class CalculatorServer {
    private static final Service CALCULATOR = request -> {
        String[] words = new String(request.payload(), UTF_8).split(" ");
        return Content.of(Long.toString(calculate(words)));
    };

    private CalculatorServer() {}

    public static void main(String[] arguments) throws IOException, InterruptedException {
        if (arguments.length > 0) { // the program of a worker
            ServiceProcess.run(Map.of("calculator", CALCULATOR));
        }
        Path java = Path.of(System.getProperty("java.home"), "bin", "java");
        List<String> worker = List.of(
                java.toString(),
                "-XX:+UseSerialGC",
                "-Xmx32m",
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty("java.class.path"),
                CalculatorServer.class.getName(),
                "worker");
        AtomicBoolean failed = new AtomicBoolean();
        WorkerProcesses workers = WorkerProcesses.start(2, Duration.ofMinutes(1), worker);
        try {
            Server server = Server.on(new QueueTransport(Key.of(0x1e7e0003)))
                    .service("calculator", workers.service("calculator", request -> "a calculation"))
                    .start();
            workers.onFailure(() -> { // workers that end again and again
                failed.set(true);
                server.close();
            });
            Runtime.getRuntime().addShutdownHook(new Thread(() -> {
                server.close();
                workers.close();
            }));
            System.out.println("ready: " + server.queueName());
            server.awaitClose();
        } finally {
            workers.close(); // also if the server cannot start
        }
        if (failed.get()) {
            System.exit(1); // so that what started this program starts it again
        }
    }

    private static long calculate(String[] words) throws ServiceException {
        if (words.length != 3) {
            throw new ServiceException("Send two numbers with + - * / between them.");
        }
        try {
            long a = Long.parseLong(words[0]);
            long b = Long.parseLong(words[2]);
            return switch (words[1]) {
                case "+" -> Math.addExact(a, b);
                case "-" -> Math.subtractExact(a, b);
                case "*" -> Math.multiplyExact(a, b);
                case "/" -> Math.divideExact(a, b);
                case "crash" -> {
                    Runtime.getRuntime().halt(1); // as native code might
                    yield 0;
                }
                default -> throw new ServiceException("Unknown operator: " + words[1]);
            };
        } catch (ArithmeticException | NumberFormatException e) {
            throw new ServiceException(e.getMessage());
        }
    }
}
