package dev.letterbox.bench.targets;

import dev.letterbox.Content;
import dev.letterbox.Request;
import dev.letterbox.Service;
import dev.letterbox.rabbitmq.BrokerAddress;
import dev.letterbox.rabbitmq.Login;
import dev.letterbox.rabbitmq.RabbitTransport;
import dev.letterbox.server.Server;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import java.util.logging.Level;
import java.util.logging.Logger;

/** Our server on RabbitMQ: it echoes, streams as many zeros as the request says, or works for a millisecond. */
final class BrokerServer {
    private static final Logger ROOT = Logger.getLogger("");
    private static final ReentrantLock DEVICE = new ReentrantLock();

    private BrokerServer() {}

    /** So many zeros. */
    private static final class Zeros implements Content {
        private final long size;
        private long left;

        Zeros(long size) {
            this.size = size;
            this.left = size;
        }

        @Override
        public OptionalLong size() {
            return OptionalLong.of(size);
        }

        @Override
        public int read(MemorySegment into, int limit) {
            int length = (int) Math.min(limit, left);
            into.asSlice(0, length).fill((byte) 0);
            left -= length;
            return length == 0 ? -1 : length;
        }

        @Override
        public void close() {}
    }

    /** Never waits, and says so. */
    private static final class Echo implements Service {
        @Override
        public Content open(Request request) {
            return Content.of(request.payload());
        }

        @Override
        public boolean isPrompt() {
            return true;
        }
    }

    static RabbitTransport transport(String address, String user) {
        return new RabbitTransport(BrokerAddress.parse(address), new Login(user, Optional.of(user)));
    }

    /**
     * Serves until its input ends.
     *
     * @param args the address, the user
     */
    public static void main(String[] args) {
        ROOT.setLevel(Level.WARNING);
        try (Server _ = Server.on(transport(args[0], args[1]))
                .service("echo", new Echo())
                .service(
                        "stream",
                        request -> new Zeros(ByteBuffer.wrap(request.payload()).getLong()))
                .service("work", request -> {
                    // One at a time, as where there is one device, or one connection to a database.
                    DEVICE.lock();
                    try {
                        LockSupport.parkNanos(1_000_000);
                    } finally {
                        DEVICE.unlock();
                    }
                    return Content.of(request.payload());
                })
                .start()) {
            JavaSide.awaitEndOfInput();
        }
    }
}
