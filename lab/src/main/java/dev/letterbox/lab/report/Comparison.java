package dev.letterbox.lab.report;

import dev.letterbox.lab.result.CostResult;
import dev.letterbox.lab.result.CrashResult;
import dev.letterbox.lab.result.DeadlockResult;
import dev.letterbox.lab.result.Design;
import dev.letterbox.lab.result.LargeResult;
import dev.letterbox.lab.result.LimitResult;
import dev.letterbox.lab.result.MaliciousResult;
import dev.letterbox.lab.result.MaliciousResult.Case;
import dev.letterbox.lab.result.MaliciousResult.Misdeed;
import dev.letterbox.lab.result.Result;
import java.util.Optional;
import java.util.function.Function;

/**
 * The table that sets both designs side by side. Both cells of a row state the same kind of figure, each beside what was measured
 * without the disturbance, where there is one.
 */
final class Comparison {
    private static final String NOT_MEASURED = "not measured";

    /** Finds results. */
    @FunctionalInterface
    interface Results {
        <T extends Result> Optional<T> find(Class<T> type);
    }

    private final Results results;

    Comparison(Results results) {
        this.results = results;
    }

    void writeTo(Page page) {
        page.html("""
                <h2 id="comparison">Side by side</h2>
                <p>Every figure was measured in this run.</p>
                <table class="compare">
                <thead><tr><th scope="col">What</th><th scope="col" class="one">One queue for all</th><th scope="col" class="own">A private queue for each client</th></tr></thead>
                <tbody>
                """);
        row(
                page,
                "Number of queues",
                CostResult.class,
                design -> result ->
                        "%d with %d clients".formatted(result.find(design).queues(), result.clients()));
        row(page, "Deadlock", DeadlockResult.class, design -> result -> deadlock(result, design));
        row(
                page,
                "A client that never reads",
                MaliciousResult.class,
                design -> result -> answers(result, result.find(design, Misdeed.NEVER_READS)));
        row(
                page,
                "A client that floods",
                MaliciousResult.class,
                design -> result -> answers(result, result.find(design, Misdeed.FLOODS)));
        row(
                page,
                "A client that steals",
                MaliciousResult.class,
                design -> result -> design == Design.SHARED
                        ? answers(result, result.find(design, Misdeed.STEALS))
                        : "not tried: the queues have mode %s".formatted(result.privateMode()));
        row(
                page,
                "Responses on the way",
                LargeResult.class,
                design -> result -> design == Design.SHARED
                        ? "%d messages of %,d bytes, for all clients together"
                                .formatted(result.sharedOnTheWay(), result.pieceBytes())
                        : "%d messages of %,d bytes for %d clients"
                                .formatted(result.privateOnTheWay(), result.pieceBytes(), result.clientsOnTheWay()));
        row(page, "A small request beside large files", LargeResult.class, design -> result -> {
            LargeResult.Waiting waiting = result.waiting(design);
            return "half within %,d µs (alone %,d), the slowest after %,.1f ms (alone %,.1f); a large file takes %,.0f ms"
                    .formatted(
                            waiting.beside().p50(),
                            waiting.alone().p50(),
                            waiting.beside().max() / 1e3,
                            waiting.alone().max() / 1e3,
                            waiting.largeMillis());
        });
        row(
                page,
                "Requests a second",
                CostResult.class,
                design -> result ->
                        "%,.0f from %d clients".formatted(result.find(design).perSecond(), result.clients()));
        row(page, "Cost of a request", CostResult.class, design -> result -> cost(result.find(design)));
        row(
                page,
                "Limit of queues (msgmni)",
                LimitResult.class,
                design -> result -> design == Design.SHARED
                        ? "%d clients with %d queue, where %d are allowed"
                                .formatted(
                                        result.shared().clients(),
                                        result.shared().queues(),
                                        result.limit())
                        : "%d clients, then %s, where %d are allowed"
                                .formatted(
                                        result.perClient().clients(),
                                        result.perClient().errno(),
                                        result.limit()));
        row(page, "A client is killed", CrashResult.class, design -> result -> crash(result, design));
        page.html("</tbody>\n</table>\n");
    }

    private static String deadlock(DeadlockResult result, Design design) {
        if (design == Design.PRIVATE) {
            return "%,d of %,d requests answered, from %d clients"
                    .formatted(result.perClient().answered(), result.requests(), result.clients());
        }
        return result.shared().stuck()
                ? "with %d clients, after %,d answers, with %,d of %,d bytes in the queue"
                        .formatted(
                                result.shared().clientsWhenStuck(),
                                result.shared().answered(),
                                result.shared().bytesWhenStuck(),
                                result.capacity())
                : "not seen: %,d requests answered, from %d clients"
                        .formatted(result.shared().answered(), result.clients());
    }

    private static String answers(MaliciousResult result, Case found) {
        return "%,d answers to others in %.1f s (alone %,d)"
                .formatted(
                        found.beside().count(),
                        result.windowSeconds(),
                        found.alone().getLast().count());
    }

    private static String crash(CrashResult result, Design design) {
        boolean shared = design == Design.SHARED;
        String others = "%,d answers to another client in %.1f s (before %,d); %,d bytes left behind"
                .formatted(
                        shared
                                ? result.shared().after().count()
                                : result.perClient().after().count(),
                        result.windowSeconds(),
                        shared
                                ? result.shared().before().count()
                                : result.perClient().before().count(),
                        shared
                                ? result.shared().bytesForTheDead()
                                : result.perClient().bytesForTheDead());
        return shared
                ? others
                : others
                        + result.perClient()
                                .reapedAfterSeconds()
                                .map("; a session client's queue is removed after %.1f s"::formatted)
                                .orElse("");
    }

    private static String cost(CostResult.Cost cost) {
        return "%.1f µs of processor time, %.2f sleeps%s; queues for %,d bytes"
                .formatted(
                        cost.processorMicros(),
                        cost.sleeps(),
                        cost.allCalls()
                                .map(", %.1f system calls on queues"::formatted)
                                .orElse(""),
                        cost.capacity());
    }

    private <T extends Result> void row(
            Page page, String what, Class<T> type, Function<Design, Function<T, String>> cell) {
        Optional<T> result = results.find(type);
        page.html("<tr><th scope=\"row\">%s</th>".formatted(Html.escaped(what)));
        for (Design design : Design.values()) {
            page.html("<td data-design=\"%s\">%s</td>"
                    .formatted(
                            design == Design.SHARED ? "One queue for all" : "A private queue for each client",
                            Html.escaped(result.map(cell.apply(design)).orElse(NOT_MEASURED))));
        }
        page.html("</tr>\n");
    }
}
