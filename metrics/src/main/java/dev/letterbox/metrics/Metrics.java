package dev.letterbox.metrics;

import dev.letterbox.Caller;
import dev.letterbox.Content;
import dev.letterbox.Drop;
import dev.letterbox.FailureKind;
import dev.letterbox.Outcome;
import dev.letterbox.Request;
import dev.letterbox.Service;
import dev.letterbox.engine.QueueFigures;
import dev.letterbox.process.WorkerProcesses;
import dev.letterbox.server.Server;
import dev.letterbox.server.ServerObserver;
import dev.letterbox.server.ServerStatistics;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Counts and times what one server does, and is the service that tells it. Whoever may send requests may read the sums;
 * what each user did is told to the server's own user and to root.
 *
 * <pre>{@code
 * Metrics metrics = new Metrics();
 * Server.on(transport).observer(metrics).service(Metrics.SERVICE, metrics)...
 * }</pre>
 *
 * <p>Requests for this service itself are not among those that it counts: reading changes nothing. To take something
 * down costs no lock and no garbage. This class is safe for use by any number of threads.
 */
public final class Metrics implements ServerObserver, Service {
    /** The name of the service. */
    public static final String SERVICE = "metrics";

    private final Map<Outcome, Timing> ended = each(Outcome.class, _ -> new Timing(2));
    private final Map<Drop, LongAdder> dropped = each(Drop.class, _ -> new LongAdder());
    private final Map<FailureKind, LongAdder> refused = each(FailureKind.class, _ -> new LongAdder());
    private final UserTable users = new UserTable();
    private final LongAdder bytes = new LongAdder();
    private final LongAdder stalls = new LongAdder();
    private volatile @Nullable Start start;
    private volatile @Nullable WorkerProcesses workers;

    private record Start(Server server, Instant moment, long nanoTime) {}

    /** Makes one, for one server. */
    public Metrics() {}

    private static <E extends Enum<E>, V> Map<E, V> each(Class<E> type, Function<E, V> value) {
        Map<E, V> values = new EnumMap<>(type);
        for (E constant : type.getEnumConstants()) {
            values.put(constant, value.apply(constant));
        }
        return Collections.unmodifiableMap(values);
    }

    @Override
    public void started(Server server) {
        if (start != null) {
            throw new IllegalStateException("These metrics are another server's.");
        }
        start = new Start(server, Instant.now(), System.nanoTime());
    }

    /**
     * Tells of the processes too that answer for the server.
     *
     * @param processes those that do
     */
    public void watch(WorkerProcesses processes) {
        workers = processes;
    }

    @Override
    public void ended(Request request, Outcome outcome, long nanos, long sent) {
        if (isOwn(request)) {
            return;
        }
        Timing timing = ended.get(outcome);
        if (timing != null) {
            timing.add(nanos);
        }
        bytes.add(sent);
        users.of(request.caller()).ended(outcome, nanos, sent);
    }

    @Override
    public void refused(Request request, FailureKind why) {
        if (isOwn(request)) {
            return;
        }
        LongAdder count = refused.get(why);
        if (count != null) {
            count.increment();
        }
        users.of(request.caller()).refused();
    }

    @Override
    public void stalled(Request request) {
        stalls.increment();
        users.of(request.caller()).stalled();
    }

    @Override
    public void dropped(Drop why) {
        LongAdder count = dropped.get(why);
        if (count != null) {
            count.increment();
        }
    }

    private static boolean isOwn(Request request) {
        return request.service().equals(SERVICE);
    }

    /** Whose share is full asks here why. */
    @Override
    public boolean isVital() {
        return true;
    }

    /** Answers with a {@link Snapshot}. */
    @Override
    public Content open(Request request) {
        // This request is at work, and not among those that are told of.
        return Content.of(snapshot(mayKnowUsers(request.caller()), 1).text());
    }

    /** Returns nothing: who looks on every second should not fill the log. */
    @Override
    public String describe(Request request) {
        return "";
    }

    private boolean mayKnowUsers(Caller caller) {
        return (caller.isUser() && caller.uid() == 0)
                || caller.name().equals(started().server().user().name());
    }

    private Start started() {
        Start known = start;
        if (known == null) {
            throw new IllegalStateException("The server has not started.");
        }
        return known;
    }

    /**
     * Reads all.
     *
     * @param withUsers whether what each user did is to be in it
     * @return what the server did up to now
     * @throws IllegalStateException if it has not started
     */
    public Snapshot snapshot(boolean withUsers) {
        return snapshot(withUsers, 0);
    }

    private Snapshot snapshot(boolean withUsers, int ownAtWork) {
        Start since = started();
        ServerStatistics now = since.server().statistics();
        QueueFigures queues = since.server().queueFigures();
        Optional<WorkerProcesses> processes = Optional.ofNullable(workers);
        return new Snapshot(
                ProcessHandle.current().pid(),
                queues.id(),
                queues.key(),
                since.moment(),
                Duration.ofNanos(System.nanoTime() - since.nanoTime()),
                ProcessHandle.current().info().totalCpuDuration().orElse(Duration.ZERO),
                now.received(),
                read(dropped, LongAdder::sum),
                read(refused, LongAdder::sum),
                read(ended, Timing::read),
                bytes.sum(),
                stalls.sum(),
                Math.max(0, now.atWork() - ownAtWork),
                now.stalled(),
                now.sessions(),
                queues.depth().map(depth -> new Snapshot.Waiting(depth.messages(), depth.bytes(), depth.capacity())),
                queues.queues(),
                queues.maxQueues(),
                processes.map(
                        watched -> new Snapshot.Workers(watched.processIds().size(), watched.endCount())),
                withUsers ? Optional.of(users.read()) : Optional.empty());
    }

    private static <E extends Enum<E>, V, R> Map<E, R> read(Map<E, V> from, Function<V, R> reading) {
        Map<E, R> values = new LinkedHashMap<>();
        from.forEach((constant, value) -> values.put(constant, reading.apply(value)));
        return Collections.unmodifiableMap(values);
    }
}
