package dev.letterbox.rabbitmq;

import com.rabbitmq.client.AMQP.BasicProperties;
import dev.letterbox.engine.Message;
import dev.letterbox.error.TransportException;
import dev.letterbox.rabbitmq.Publisher.Fate;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Sends what a client has to say, and waits until it is known what became of it; tries again where a queue is full. */
final class ClientSender {
    /** What was published is known to be taken or not soon: nobody should be told of a failure that was none. */
    private static final long CONFIRMATION = TimeUnit.SECONDS.toNanos(1);

    private static final long FIRST_PAUSE = TimeUnit.MILLISECONDS.toNanos(2);
    private static final long LONGEST_PAUSE = TimeUnit.MILLISECONDS.toNanos(200);

    private final Link link;
    private final Names names;
    private final Publisher publisher;
    private final BasicProperties properties;

    ClientSender(Link link, Names names, Publisher publisher, BasicProperties properties) {
        this.link = link;
        this.names = names;
        this.publisher = publisher;
        this.properties = properties;
    }

    /**
     * Sends a message and waits for the broker's word.
     *
     * @param key where it goes: {@link Names#REQUESTS}, or a server
     * @param timeout how long to wait for room, here and in the queue; zero to send in passing, without waiting for anything
     * @return false if there is no such queue
     * @throws TransportException if the queue is full, or the broker does not answer, or is lost
     */
    boolean send(String key, Message message, Duration timeout) throws InterruptedException {
        long until = System.nanoTime() + timeout.toNanos();
        byte[] bytes = Wire.encode(message, 0);
        if (timeout.isZero()) {
            sendInPassing(key, bytes, _ -> {});
            return true;
        }
        long pause = FIRST_PAUSE;
        while (true) {
            switch (publish(key, bytes, until)) {
                case TAKEN -> {
                    return true;
                }
                case GONE -> {
                    return false;
                }
                case UNKNOWN -> throw link.lost();
                case REFUSED -> {
                    long left = until - System.nanoTime();
                    if (left <= 0) {
                        throw new TransportException(
                                "Queue %s at %s is full: its consumers do not keep up. Try again later."
                                        .formatted(
                                                key.equals(Names.REQUESTS) ? names.requests() : names.control(key),
                                                link.address()));
                    }
                    TimeUnit.NANOSECONDS.sleep(Math.min(left, pause));
                    pause = Math.min(2 * pause, LONGEST_PAUSE);
                }
            }
        }
    }

    /** Sends if there is room in the window, and waits for nothing; false if there is none. */
    boolean sendInPassing(String key, byte[] bytes, Publisher.Receipt receipt) {
        return publisher.offer(names.exchange(), key, properties, bytes, receipt);
    }

    private Fate publish(String key, byte[] bytes, long until) throws InterruptedException {
        CompletableFuture<Fate> settled = new CompletableFuture<>();
        while (!sendInPassing(key, bytes, settled::complete)) {
            awaitRoom(until);
        }
        try {
            return settled.get(Math.max(CONFIRMATION, until - System.nanoTime()), TimeUnit.NANOSECONDS);
        } catch (ExecutionException impossible) {
            throw new IllegalStateException(impossible);
        } catch (TimeoutException silent) {
            throw new TransportException(
                    "The broker at %s did not confirm a message in time. %s".formatted(link.address(), whyBlocked()));
        }
    }

    /** What other threads have sent is not confirmed yet, and there is no room for more. */
    private void awaitRoom(long until) throws InterruptedException {
        CountDownLatch room = new CountDownLatch(1);
        publisher.onRoom(room::countDown);
        if (!room.await(until - System.nanoTime(), TimeUnit.NANOSECONDS)) {
            throw new TransportException("The broker at %s does not confirm messages, and there is no room for more. %s"
                    .formatted(link.address(), whyBlocked()));
        }
    }

    private String whyBlocked() {
        String reason = publisher.blocked();
        return reason == null
                ? "It does not say why."
                : "It accepts nothing from publishers, because of an alarm: " + reason + ".";
    }
}
