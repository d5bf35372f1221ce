package dev.letterbox.bench.targets;

import com.rabbitmq.client.AMQP.BasicProperties;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.ConnectionFactory;
import com.rabbitmq.client.Delivery;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.Semaphore;

/**
 * Answers requests over RabbitMQ as somebody would write it by hand on amqp-client, with what a careful one would not leave out:
 * confirmed, mandatory answers, and requests acknowledged when their answer is confirmed. It echoes, or streams as many bytes as
 * the request says, within a window that the client opens.
 */
final class HandServer {
    static final String REQUESTS = "by-hand";
    static final String CREDIT = "by-hand-credit";
    static final int PIECE = 64 * 1024;
    static final int WINDOW_PIECES = 64;
    private static final int PREFETCH = 64;

    private final Connection sending;
    private final Channel requests;
    private final Channel answers;
    private final Map<String, Semaphore> windows = new ConcurrentHashMap<>();
    private final ConcurrentSkipListMap<Long, Long> unconfirmed = new ConcurrentSkipListMap<>();

    private HandServer(Connection receiving, Connection sending) throws IOException {
        this.sending = sending;
        requests = receiving.createChannel();
        answers = sending.createChannel();
        requests.basicQos(PREFETCH);
        requests.queueDeclare(REQUESTS, false, false, true, Map.of());
        answers.confirmSelect();
        answers.addConfirmListener(this::confirmed, (_, _) -> {});
        Channel credit = receiving.createChannel();
        credit.queueDeclare(CREDIT, false, false, true, Map.of());
        credit.basicConsume(
                CREDIT,
                true,
                (_, delivery) -> {
                    Semaphore window = windows.get(delivery.getProperties().getCorrelationId());
                    if (window != null) {
                        window.release(WINDOW_PIECES / 2);
                    }
                },
                _ -> {});
        requests.basicConsume(REQUESTS, false, (_, delivery) -> answer(delivery), _ -> {});
    }

    private void confirmed(long tag, boolean multiple) throws IOException {
        if (multiple) {
            Map<Long, Long> all = unconfirmed.headMap(tag, true);
            for (long request : all.values()) {
                requests.basicAck(request, false);
            }
            all.clear();
        } else {
            Long request = unconfirmed.remove(tag);
            if (request != null) {
                requests.basicAck(request, false);
            }
        }
    }

    private void answer(Delivery request) throws IOException {
        BasicProperties from = request.getProperties();
        BasicProperties properties = new BasicProperties.Builder()
                .correlationId(from.getCorrelationId())
                .build();
        if (from.getType() == null) {
            synchronized (answers) {
                unconfirmed.put(
                        answers.getNextPublishSeqNo(), request.getEnvelope().getDeliveryTag());
                answers.basicPublish("", from.getReplyTo(), true, properties, request.getBody());
            }
        } else {
            requests.basicAck(request.getEnvelope().getDeliveryTag(), false);
            Semaphore window = new Semaphore(WINDOW_PIECES);
            windows.put(from.getCorrelationId(), window);
            long size = ByteBuffer.wrap(request.getBody()).getLong();
            Thread.ofPlatform().daemon().start(() -> stream(from, properties, size, window));
        }
    }

    private void stream(BasicProperties from, BasicProperties properties, long size, Semaphore window) {
        try (Channel channel = sending.createChannel()) {
            channel.confirmSelect();
            for (long left = size; left > 0; left -= PIECE) {
                window.acquireUninterruptibly();
                byte[] piece = new byte[(int) Math.min(left, PIECE)];
                channel.basicPublish("", from.getReplyTo(), true, properties, piece);
            }
            channel.waitForConfirms();
        } catch (Exception failed) {
            throw new IllegalStateException(failed);
        } finally {
            windows.remove(from.getCorrelationId());
        }
    }

    static ConnectionFactory factory(String host, int port, String vhost, String user) {
        ConnectionFactory factory = new ConnectionFactory();
        factory.setHost(host);
        factory.setPort(port);
        factory.setVirtualHost(vhost);
        factory.setUsername(user);
        factory.setPassword(user);
        return factory;
    }

    /**
     * Serves until its input ends.
     *
     * @param args port, vhost, user
     */
    public static void main(String[] args) throws Exception {
        ConnectionFactory factory = factory("127.0.0.1", Integer.parseInt(args[0]), args[1], args[2]);
        try (Connection receiving = factory.newConnection();
                Connection sending = factory.newConnection()) {
            new HandServer(receiving, sending);
            JavaSide.awaitEndOfInput();
        }
    }
}
