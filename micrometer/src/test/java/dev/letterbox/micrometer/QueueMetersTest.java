package dev.letterbox.micrometer;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.letterbox.sysv.Key;
import dev.letterbox.sysv.Message;
import dev.letterbox.sysv.MessageQueue;
import dev.letterbox.sysv.MessageQueues;
import dev.letterbox.sysv.Mode;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class QueueMetersTest {
    private final Key key = Key.free();
    private final PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);

    @AfterEach
    void close() {
        registry.close();
    }

    @Test
    void showsHowFullTheQueueOfAKeyIs() throws Exception {
        new QueueMeters(key).bindTo(registry);
        assertThat(registry.scrape()).contains("letterbox_queue_messages{key=\"%s\"} NaN".formatted(key));

        MessageQueue queue = MessageQueue.create(key, Mode.OWNER);
        try {
            queue.send(new Message(1, "hello".getBytes(UTF_8)));

            assertThat(registry.scrape())
                    .contains(
                            "letterbox_queue_messages{key=\"%s\"} 1.0".formatted(key),
                            "letterbox_queue_size_bytes{key=\"%s\"} 5.0".formatted(key),
                            "letterbox_queue_capacity_bytes{key=\"%s\"} %.1f".formatted(key, (double)
                                    MessageQueues.limits().queueBytes()));
        } finally {
            queue.remove();
        }
        assertThat(registry.scrape()).contains("letterbox_queue_messages{key=\"%s\"} NaN".formatted(key));
    }

    @Test
    void showsTheWholeNamespaceAndItsLimit() throws Exception {
        new QueueMeters().bindTo(registry);
        MessageQueue queue = MessageQueue.createPrivate(Mode.OWNER);
        try {
            queue.send(new Message(1, "hello".getBytes(UTF_8)));

            assertThat(registry.get("letterbox.queues").gauge().value()).isGreaterThanOrEqualTo(1);
            assertThat(registry.get("letterbox.queues.messages").gauge().value())
                    .isGreaterThanOrEqualTo(1);
            assertThat(registry.get("letterbox.queues.size").gauge().value()).isGreaterThanOrEqualTo(5);
            assertThat(registry.get("letterbox.queues.max").gauge().value())
                    .isEqualTo(MessageQueues.limits().maxQueues());
        } finally {
            queue.remove();
        }
    }
}
