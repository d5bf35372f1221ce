package dev.letterbox.rabbitmq;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.rabbitmq.client.AMQP.BasicProperties;
import com.rabbitmq.client.Channel;
import dev.letterbox.rabbitmq.Publisher.Fate;
import dev.letterbox.testkit.Await;
import dev.letterbox.testkit.Broker;
import dev.letterbox.testkit.SharedBroker;
import java.io.IOException;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(SharedBroker.class)
final class PublisherTest {
    private static final BasicProperties NONE = new BasicProperties();
    private static final int LARGE = 100_000;

    private final BlockingQueue<Fate> fates = new LinkedBlockingQueue<>();

    private Fate nextFate() throws InterruptedException {
        return fates.poll(60, TimeUnit.SECONDS);
    }

    private static void declare(Link link, String queue, Map<String, Object> arguments) throws IOException {
        link.receivingChannel().queueDeclare(queue, false, true, true, arguments);
    }

    @Test
    void whatIsInItsQueueIsTakenAndWhatHasNoQueueIsGone(Broker broker) throws Exception {
        try (Link link = Brokered.newVhost(broker).link();
                Publisher publisher = link.publisher("messages", LARGE)) {
            declare(link, "there", Map.of());
            for (int i = 0; i < 50; i++) {
                assertThat(publisher.offer("", "there", NONE, new byte[10], fates::add))
                        .isTrue();
                assertThat(publisher.offer("", "not there", NONE, new byte[10], fates::add))
                        .isTrue();
            }
            Map<Fate, Integer> counts = new EnumMap<>(Fate.class);
            for (int i = 0; i < 100; i++) {
                counts.merge(nextFate(), 1, Integer::sum);
            }
            assertThat(counts).isEqualTo(Map.of(Fate.TAKEN, 50, Fate.GONE, 50));
        }
    }

    @Test
    void aFullQueueRefuses(Broker broker) throws Exception {
        try (Link link = Brokered.newVhost(broker).link();
                Publisher publisher = link.publisher("messages", LARGE)) {
            declare(link, "small", Map.of("x-max-length", 1, "x-overflow", "reject-publish"));
            publisher.offer("", "small", NONE, new byte[1], fates::add);
            assertThat(nextFate()).isEqualTo(Fate.TAKEN);
            publisher.offer("", "small", NONE, new byte[1], fates::add);
            assertThat(nextFate()).isEqualTo(Fate.REFUSED);
        }
    }

    @Test
    void theWindowBoundsWhatIsUnconfirmedAndTellsWhenThereIsRoom(Broker broker) throws Exception {
        Brokered place = Brokered.newVhost(broker);
        try (Link link = place.link();
                Publisher publisher = link.publisher("messages", LARGE)) {
            declare(link, "there", Map.of());
            broker.freeze();
            int taken = 0;
            try {
                while (publisher.offer("", "there", NONE, new byte[LARGE / 10], fates::add)) {
                    taken++;
                }
                assertThat(taken).isBetween(8, 10);
                assertThat(fates).isEmpty();
                BlockingQueue<String> room = new LinkedBlockingQueue<>();
                publisher.onRoom(() -> room.add("room"));
                assertThat(room).isEmpty();
                broker.thaw();
                assertThat(room.poll(60, TimeUnit.SECONDS)).isNotNull();
            } finally {
                broker.thaw();
            }
            for (int i = 0; i < taken; i++) {
                assertThat(nextFate()).isEqualTo(Fate.TAKEN);
            }
            assertThat(publisher.offer("", "there", NONE, new byte[2 * LARGE], fates::add))
                    .as("a message longer than the window, alone")
                    .isTrue();
            assertThat(nextFate()).isEqualTo(Fate.TAKEN);
        }
    }

    @Test
    void messagesArriveInTheOrderInWhichTheyWereTakenWhoeverWritesThem(Broker broker) throws Exception {
        try (Link link = Brokered.newVhost(broker).link();
                Publisher publisher = link.publisher("messages", 10_000_000)) {
            Channel channel = link.receivingChannel();
            channel.queueDeclare("there", false, true, true, Map.of());
            List<Integer> came = new CopyOnWriteArrayList<>();
            channel.basicConsume("there", true, (_, delivery) -> came.add(delivery.getBody().length), _ -> {});
            int count = 2_000;
            for (int i = 0; i < count; i++) {
                assertThat(publisher.offer("", "there", NONE, new byte[i], fates::add))
                        .isTrue();
            }
            Await.until("all have come", () -> came.size() == count);
            for (int i = 0; i < count; i++) {
                assertThat(came.get(i)).isEqualTo(i);
            }
        }
    }

    /** A thread that writes may find a connection broken long before the one that reads, which may never find it so. */
    @Test
    void whatCannotBeWrittenEndsTheLinkBeforeItIsUnknown(Broker broker) throws Exception {
        try (Link link = Brokered.newVhost(broker).link()) {
            Publisher publisher = link.publisher("messages", LARGE);
            BlockingQueue<String> reasons = new LinkedBlockingQueue<>();
            publisher.offer("", "k".repeat(300), NONE, new byte[1], fate -> {
                reasons.add(link.isOpen() + " " + link.whyLost());
                fates.add(fate);
            });
            assertThat(nextFate()).isEqualTo(Fate.UNKNOWN);
            assertThat(reasons.remove()).startsWith("false Short string too long");
            assertThatExceptionOfType(BrokerException.class)
                    .isThrownBy(link::receivingChannel)
                    .withMessageContaining("Short string too long");
            publisher.offer("", "there", NONE, new byte[1], fates::add);
            assertThat(nextFate()).as("after that").isEqualTo(Fate.UNKNOWN);
        }
    }

    @Test
    void whatAnEndedChannelLeavesUnconfirmedIsUnknown(Broker broker) throws Exception {
        try (Link link = Brokered.newVhost(broker).link()) {
            Publisher publisher = link.publisher("messages", LARGE);
            publisher.offer("no such exchange", "key", NONE, new byte[1], fates::add);
            assertThat(nextFate()).isEqualTo(Fate.UNKNOWN);
            publisher.offer("", "there", NONE, new byte[1], fates::add);
            assertThat(nextFate()).as("after the end").isEqualTo(Fate.UNKNOWN);
        }
    }
}
