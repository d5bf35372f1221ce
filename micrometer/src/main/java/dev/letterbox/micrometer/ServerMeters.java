package dev.letterbox.micrometer;

import dev.letterbox.Drop;
import dev.letterbox.FailureKind;
import dev.letterbox.Outcome;
import dev.letterbox.Request;
import dev.letterbox.engine.QueueFigures;
import dev.letterbox.server.Server;
import dev.letterbox.server.ServerObserver;
import dev.letterbox.server.ServerStatistics;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.binder.BaseUnits;
import io.micrometer.core.instrument.binder.MeterBinder;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/**
 * Meters of one server: its requests by outcome, refusals, dropped messages, stalled clients, sessions, and how full its
 * queue is. Give it to the server as an observer, and bind it to a registry before the server starts: what happened
 * before it was bound is not counted.
 *
 * <pre>{@code
 * ServerMeters meters = new ServerMeters(Tags.of("server", "orders"));
 * meters.bindTo(registry);
 * Server.on(transport).observer(meters)...
 * }</pre>
 *
 * <p>No meter has a tag for the service or the user. A client chooses the one and any number of users may be the other,
 * so a client could fill the registry. This class is safe for use by any number of threads.
 */
public final class ServerMeters implements ServerObserver, MeterBinder {
    private final Iterable<Tag> tags;
    private final List<Events> registries = new CopyOnWriteArrayList<>();
    private volatile @Nullable Server server;

    /** Creates meters without tags of their own, for a program with one server. */
    public ServerMeters() {
        this(Tags.empty());
    }

    /**
     * Creates meters with tags, which tell the servers of one program apart.
     *
     * @param tags what each meter of this server has besides
     */
    public ServerMeters(Iterable<Tag> tags) {
        this.tags = Tags.of(tags);
    }

    /** The meters of one registry that are told of events. */
    private record Events(
            Map<Outcome, Timer> ended,
            Map<FailureKind, Counter> refused,
            Map<Drop, Counter> dropped,
            Counter bytes,
            Counter stalls) {}

    /**
     * Registers the meters. What reads the server is {@code NaN} until it has started.
     *
     * @param registry gets them
     */
    @Override
    public void bindTo(MeterRegistry registry) {
        registries.add(new Events(
                each(
                        Outcome.class,
                        outcome -> Timer.builder("letterbox.server.requests")
                                .description("How long requests took, by how they ended.")
                                .tags(tags)
                                .tag("outcome", word(outcome))
                                .register(registry)),
                each(
                        FailureKind.class,
                        kind -> counter("letterbox.server.refusals")
                                .description("Requests that the server refused without calling a service.")
                                .tag("reason", word(kind))
                                .register(registry)),
                each(
                        Drop.class,
                        drop -> counter("letterbox.server.drops")
                                .description("Messages that were dropped without an answer.")
                                .tag("reason", word(drop))
                                .register(registry)),
                counter("letterbox.server.response.size")
                        .description("Content that was sent.")
                        .baseUnit(BaseUnits.BYTES)
                        .register(registry),
                counter("letterbox.server.stalls")
                        .description("How often a client read nothing for a second.")
                        .register(registry)));
        FunctionCounter.builder("letterbox.server.messages", this, meters -> meters.read(ServerStatistics::received))
                .description("Messages that arrived in the server queue.")
                .tags(tags)
                .register(registry);
        gauge(
                registry,
                "letterbox.server.requests.active",
                "Requests that are being answered.",
                ServerStatistics::atWork);
        gauge(
                registry,
                "letterbox.server.requests.stalled",
                "Active requests whose client has read nothing for a second.",
                ServerStatistics::stalled);
        gauge(registry, "letterbox.server.sessions", "Clients that are known.", ServerStatistics::sessions);
        queueGauge(
                registry,
                "letterbox.server.queue.messages",
                "Messages that wait in the server queue.",
                BaseUnits.MESSAGES,
                QueueFigures.Depth::messages);
        queueGauge(
                registry,
                "letterbox.server.queue.size",
                "Bytes that wait in the server queue.",
                BaseUnits.BYTES,
                QueueFigures.Depth::bytes);
        queueGauge(
                registry,
                "letterbox.server.queue.capacity",
                "How many bytes, and how many messages, the server queue can hold.",
                BaseUnits.BYTES,
                QueueFigures.Depth::capacity);
    }

    private Counter.Builder counter(String name) {
        return Counter.builder(name).tags(tags);
    }

    private void gauge(MeterRegistry registry, String name, String help, ToDoubleFunction<ServerStatistics> value) {
        Gauge.builder(name, this, meters -> meters.read(value))
                .description(help)
                .tags(tags)
                .register(registry);
    }

    private void queueGauge(
            MeterRegistry registry, String name, String help, String unit, ToDoubleFunction<QueueFigures.Depth> value) {
        Gauge.builder(name, this, meters -> meters.readQueue(value))
                .description(help)
                .baseUnit(unit)
                .tags(tags)
                .register(registry);
    }

    private double read(ToDoubleFunction<ServerStatistics> value) {
        Server observed = server;
        return observed == null ? Double.NaN : value.applyAsDouble(observed.statistics());
    }

    private double readQueue(ToDoubleFunction<QueueFigures.Depth> value) {
        Server observed = server;
        if (observed == null) {
            return Double.NaN;
        }
        return observed.queueFigures().depth().map(value::applyAsDouble).orElse(Double.NaN);
    }

    /**
     * Notes the server, whose counts and queue the gauges read.
     *
     * @param started the server
     * @throws IllegalStateException if another server was started with these meters
     */
    @Override
    public void started(Server started) {
        if (server != null) {
            throw new IllegalStateException("These meters are another server's.");
        }
        server = started;
    }

    @Override
    public void ended(Request request, Outcome outcome, long nanos, long bytes) {
        for (Events meters : registries) {
            of(meters.ended(), outcome).record(nanos, TimeUnit.NANOSECONDS);
            meters.bytes().increment((double) bytes);
        }
    }

    @Override
    public void refused(Request request, FailureKind why) {
        for (Events meters : registries) {
            of(meters.refused(), why).increment();
        }
    }

    @Override
    public void dropped(Drop why) {
        for (Events meters : registries) {
            of(meters.dropped(), why).increment();
        }
    }

    @Override
    public void stalled(Request request) {
        for (Events meters : registries) {
            meters.stalls().increment();
        }
    }

    private static String word(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT);
    }

    private static <E extends Enum<E>, M> Map<E, M> each(Class<E> type, Function<E, M> meter) {
        Map<E, M> meters = new EnumMap<>(type);
        for (E constant : type.getEnumConstants()) {
            meters.put(constant, meter.apply(constant));
        }
        return Collections.unmodifiableMap(meters);
    }

    private static <E, M> M of(Map<E, M> meters, E constant) {
        M meter = meters.get(constant);
        if (meter == null) {
            throw new IllegalStateException("There is no meter for " + constant + ".");
        }
        return meter;
    }
}
