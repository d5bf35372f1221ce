package example;

import dev.letterbox.Content;
import dev.letterbox.queues.QueueTransport;
import dev.letterbox.server.Server;
import dev.letterbox.sysv.Key;

/** Answers with what it was sent. */
public final class EchoServer {
    private EchoServer() {}

    public static void main(String[] arguments) throws InterruptedException {
        Server server = Server.on(new QueueTransport(Key.of(0x1e7e0001)))
                .service("echo", request -> Content.of(request.payload()))
                .start();
        Runtime.getRuntime().addShutdownHook(new Thread(server::close)); // answers what is at work, and removes the queue
        System.out.println("ready: " + server.queueName());
        server.awaitClose();
    }
}
