package dev.letterbox.micrometer;

import dev.letterbox.sysv.Key;
import dev.letterbox.sysv.MessageQueue;
import dev.letterbox.sysv.MessageQueues;
import dev.letterbox.sysv.QueueStatus;
import dev.letterbox.sysv.Usage;
import dev.letterbox.sysv.error.NoSuchQueueException;
import dev.letterbox.sysv.error.QueueAccessException;
import dev.letterbox.sysv.error.QueueRemovedException;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.BaseUnits;
import io.micrometer.core.instrument.binder.MeterBinder;
import java.util.List;
import java.util.function.ToDoubleFunction;

/**
 * Meters of the System V message queues of this machine: how many there are in this IPC namespace, how many there may be,
 * what waits in all of them, and how full certain queues are. A reading costs a system call, or three for a queue of its own.
 */
public final class QueueMeters implements MeterBinder {
    private final List<Key> keys;

    /**
     * Creates the meters.
     *
     * @param keys of the queues that are measured one by one, as that of an existing C program; none is needed
     */
    public QueueMeters(Key... keys) {
        this.keys = List.of(keys);
    }

    /**
     * Registers the meters. Those of a key are {@code NaN} while it has no queue, or one that this user may not read.
     *
     * @param registry gets them
     */
    @Override
    public void bindTo(MeterRegistry registry) {
        usage(registry, "letterbox.queues", "Message queues in the IPC namespace.", "queues", Usage::queues);
        usage(
                registry,
                "letterbox.queues.messages",
                "Messages that wait in all queues.",
                BaseUnits.MESSAGES,
                Usage::messages);
        usage(registry, "letterbox.queues.size", "Bytes that wait in all queues.", BaseUnits.BYTES, Usage::bytes);
        Gauge.builder("letterbox.queues.max", () -> MessageQueues.limits().maxQueues())
                .description("The largest number of queues (kernel.msgmni).")
                .baseUnit("queues")
                .register(registry);
        for (Key key : keys) {
            queue(
                    registry,
                    key,
                    "letterbox.queue.messages",
                    "Messages that wait in the queue.",
                    BaseUnits.MESSAGES,
                    QueueStatus::messages);
            queue(
                    registry,
                    key,
                    "letterbox.queue.size",
                    "Bytes that wait in the queue.",
                    BaseUnits.BYTES,
                    QueueStatus::bytes);
            queue(
                    registry,
                    key,
                    "letterbox.queue.capacity",
                    "How many bytes, and how many messages, the queue can hold.",
                    BaseUnits.BYTES,
                    status -> status.capacity().orElse(0));
        }
    }

    private static void usage(
            MeterRegistry registry, String name, String help, String unit, ToDoubleFunction<Usage> value) {
        Gauge.builder(name, () -> value.applyAsDouble(MessageQueues.usage()))
                .description(help)
                .baseUnit(unit)
                .register(registry);
    }

    private static void queue(
            MeterRegistry registry,
            Key key,
            String name,
            String help,
            String unit,
            ToDoubleFunction<QueueStatus> value) {
        Gauge.builder(name, key, watched -> read(watched, value))
                .description(help)
                .baseUnit(unit)
                .tag("key", key.toString())
                .register(registry);
    }

    private static double read(Key key, ToDoubleFunction<QueueStatus> value) {
        try (MessageQueue queue = MessageQueue.open(key)) {
            return value.applyAsDouble(queue.status());
        } catch (NoSuchQueueException | QueueRemovedException | QueueAccessException _) {
            return Double.NaN;
        }
    }
}
