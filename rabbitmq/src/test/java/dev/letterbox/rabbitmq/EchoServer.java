package dev.letterbox.rabbitmq;

import dev.letterbox.Content;
import dev.letterbox.server.Server;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import java.util.logging.Level;
import java.util.logging.Logger;

/** A server as a process of its own, to be killed: it echoes, streams as many bytes as asked for, tells its pid, or hangs. */
final class EchoServer {
    private EchoServer() {}

    public static void main(String[] arguments) throws InterruptedException {
        Logger.getLogger("").setLevel(Level.WARNING);
        RabbitTransport transport = new RabbitTransport(
                BrokerAddress.parse(arguments[0]), new Login(arguments[1], Optional.of(arguments[1])));
        try (Server server = Server.on(transport)
                .service("echo", request -> Content.of(request.payload()))
                .service("pid", _ -> Content.of("" + ProcessHandle.current().pid()))
                .service(
                        "stream",
                        request -> new Bytes(ByteBuffer.wrap(request.payload()).getLong()))
                .service("hang", _ -> {
                    System.out.println("hangs");
                    LockSupport.park();
                    return Content.of("");
                })
                .service("millisecond", request -> {
                    LockSupport.parkNanos(1_000_000);
                    return Content.of(request.payload());
                })
                .start()) {
            System.out.println("serves");
            Runtime.getRuntime().addShutdownHook(new Thread(server::close));
            server.awaitClose();
        }
    }
}
