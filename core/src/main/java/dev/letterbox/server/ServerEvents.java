package dev.letterbox.server;

import dev.letterbox.Drop;
import dev.letterbox.FailureKind;
import dev.letterbox.Outcome;
import dev.letterbox.Request;
import dev.letterbox.engine.PeriodicWarning;
import dev.letterbox.recording.DropEvent;
import dev.letterbox.recording.RefusalEvent;
import java.lang.System.Logger.Level;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;

/**
 * Takes note of what happens in a server: counts it, tells it to the flight recorder and to the observers. Callable by any
 * number of threads; where nobody records or observes, it costs a few counters.
 */
final class ServerEvents {
    private static final System.Logger LOG = System.getLogger(Server.class.getName());

    /** After so long without taking anything a client stalls. */
    private static final long STALL_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final LongAdder received = new LongAdder();
    private final LongAdder stalled = new LongAdder();
    private final Map<Outcome, LongAdder> outcomes = new EnumMap<>(Outcome.class);
    private final Map<Drop, LongAdder> drops = new EnumMap<>(Drop.class);
    private final List<ServerObserver> observers;
    private final PeriodicWarning failure = new PeriodicWarning(LOG);

    ServerEvents(List<? extends ServerObserver> observers) {
        this.observers = List.copyOf(observers);
        for (Outcome outcome : Outcome.values()) {
            outcomes.put(outcome, new LongAdder());
        }
        for (Drop drop : Drop.values()) {
            drops.put(drop, new LongAdder());
        }
    }

    void starts(Server server) {
        observers.forEach(observer -> observer.started(server));
    }

    void received() {
        received.increment();
    }

    /** How many messages were received, for whoever only wants to see that there are more. */
    long receivedMessages() {
        return received.sum();
    }

    void dropped(Drop why) {
        drops.getOrDefault(why, received).increment();
        DropEvent.record(why);
        tell(observer -> observer.dropped(why));
    }

    void refused(Request request, FailureKind why) {
        RefusalEvent.record(request, why);
        tell(observer -> observer.refused(request, why));
    }

    /**
     * A client has taken nothing for so long.
     *
     * @return in how many nanoseconds this is to be told again
     */
    long waits(Exchange exchange, long nanos) {
        if (nanos < STALL_NANOS) {
            return STALL_NANOS - nanos;
        }
        if (exchange.request().stalls()) {
            stalled.increment();
            tell(observer -> observer.stalled(exchange.request()));
        }
        return Long.MAX_VALUE;
    }

    /** A client took something, or all is over. */
    void waitsNoMore(Exchange exchange) {
        if (exchange.request().resumes(exchange.bytes(), exchange.outcome() == null)) {
            stalled.decrement();
        }
    }

    /** A request is over; told once for each. */
    void ended(ServedRequest request, Outcome outcome, long bytes, long nanos) {
        outcomes.getOrDefault(outcome, received).increment();
        request.record(outcome, bytes);
        // By index: this is on the way of every request, and an iterator would be garbage.
        for (int i = 0; i < observers.size(); i++) {
            try {
                observers.get(i).ended(request, outcome, nanos, bytes);
            } catch (RuntimeException | Error defect) {
                failed(defect);
            }
        }
    }

    private void tell(Consumer<ServerObserver> what) {
        for (ServerObserver observer : observers) {
            try {
                what.accept(observer);
            } catch (RuntimeException | Error defect) {
                failed(defect);
            }
        }
    }

    private void failed(Throwable defect) {
        failure.warn("An observer of the server failed: " + defect + ".");
        LOG.log(Level.DEBUG, "where it failed", defect);
    }

    ServerStatistics read(int atWork, int sessions) {
        Map<Outcome, Long> ends = new EnumMap<>(Outcome.class);
        outcomes.forEach((outcome, count) -> ends.put(outcome, count.sum()));
        ends.merge(Outcome.GONE, sum(Drop.GONE), Long::sum);
        return new ServerStatistics(
                received.sum(),
                sum(Drop.MALFORMED),
                sum(Drop.MISADDRESSED),
                sum(Drop.FORGED),
                sum(Drop.REPEATED),
                sum(Drop.STALE),
                Map.copyOf(ends),
                atWork,
                stalled.intValue(),
                sessions);
    }

    private long sum(Drop why) {
        return drops.getOrDefault(why, received).sum();
    }
}
