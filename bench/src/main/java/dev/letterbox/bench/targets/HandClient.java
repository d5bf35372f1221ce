package dev.letterbox.bench.targets;

import com.rabbitmq.client.AMQP.BasicProperties;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.ConnectionFactory;
import com.rabbitmq.client.Delivery;
import dev.letterbox.bench.targets.JavaSide.Operation;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** Asks {@link HandServer}, by hand on amqp-client: an exclusive queue for answers, confirmed requests, a future for each. */
final class HandClient {
    private static final int PATIENCE_SECONDS = 30;

    private final Channel requests;
    private final String queue;
    private final Map<String, Answer> waiting = new ConcurrentHashMap<>();
    private final ConcurrentSkipListMap<Long, CompletableFuture<Boolean>> unconfirmed = new ConcurrentSkipListMap<>();
    private final AtomicLong numbers = new AtomicLong();

    /** What came of one answer. */
    private static final class Answer {
        private final long size;
        private final CompletableFuture<Long> whole = new CompletableFuture<>();
        private long came;
        private int pieces;

        Answer(long size) {
            this.size = size;
        }
    }

    private HandClient(Connection receiving, Connection sending) throws IOException {
        requests = sending.createChannel();
        requests.confirmSelect();
        requests.addConfirmListener(
                (tag, multiple) -> confirmed(tag, multiple, true), (tag, multiple) -> confirmed(tag, multiple, false));
        Channel answers = receiving.createChannel();
        queue = answers.queueDeclare().getQueue();
        answers.basicConsume(queue, true, (_, delivery) -> answered(delivery), _ -> {});
    }

    private void confirmed(long tag, boolean multiple, boolean taken) {
        if (multiple) {
            Map<Long, CompletableFuture<Boolean>> all = unconfirmed.headMap(tag, true);
            all.values().forEach(each -> each.complete(taken));
            all.clear();
        } else {
            CompletableFuture<Boolean> one = unconfirmed.remove(tag);
            if (one != null) {
                one.complete(taken);
            }
        }
    }

    private void answered(Delivery delivery) throws IOException {
        String id = delivery.getProperties().getCorrelationId();
        Answer answer = waiting.get(id);
        if (answer == null) {
            return;
        }
        answer.came += delivery.getBody().length;
        answer.pieces++;
        if (answer.came >= answer.size) {
            waiting.remove(id);
            answer.whole.complete(answer.came);
        } else if (answer.pieces % (HandServer.WINDOW_PIECES / 2) == 0) {
            // Credit that is lost shows as an answer that does not come.
            var _ = publish(
                    HandServer.CREDIT,
                    new BasicProperties.Builder().correlationId(id).build(),
                    new byte[0]);
        }
    }

    private CompletableFuture<Boolean> publish(String to, BasicProperties properties, byte[] body) throws IOException {
        CompletableFuture<Boolean> taken = new CompletableFuture<>();
        synchronized (requests) {
            unconfirmed.put(requests.getNextPublishSeqNo(), taken);
            requests.basicPublish("", to, true, properties, body);
        }
        return taken;
    }

    private void ask(@Nullable String type, byte[] payload, long size) throws Exception {
        String id = Long.toString(numbers.incrementAndGet());
        Answer answer = new Answer(size);
        waiting.put(id, answer);
        BasicProperties properties = new BasicProperties.Builder()
                .replyTo(queue)
                .correlationId(id)
                .type(type)
                .build();
        CompletableFuture<Boolean> taken = publish(HandServer.REQUESTS, properties, payload);
        if (!taken.get(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
            throw new IllegalStateException("The request was refused.");
        }
        long came = answer.whole.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
        if (came != size) {
            throw new IllegalStateException(came + " bytes came, not " + size);
        }
    }

    /**
     * Asks as it is told on standard input.
     *
     * @param args port, vhost, user, {@code echo} or {@code stream}, how many bytes, how many callers
     */
    public static void main(String[] args) throws Exception {
        ConnectionFactory factory = HandServer.factory("127.0.0.1", Integer.parseInt(args[0]), args[1], args[2]);
        long size = Long.parseLong(args[4]);
        boolean echo = args[3].equals("echo");
        byte[] payload = echo
                ? new byte[(int) size]
                : ByteBuffer.allocate(Long.BYTES).putLong(size).array();
        try (Connection receiving = factory.newConnection();
                Connection sending = factory.newConnection()) {
            HandClient client = new HandClient(receiving, sending);
            List<Operation> callers = new ArrayList<>();
            for (int i = 0; i < Integer.parseInt(args[5]); i++) {
                callers.add(() -> client.ask(echo ? null : "stream", payload, size));
            }
            JavaSide.serve(callers, () -> JavaSide.NO_CHECKSUM);
        }
    }
}
