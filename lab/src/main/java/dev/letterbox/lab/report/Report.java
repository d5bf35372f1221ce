package dev.letterbox.lab.report;

import dev.letterbox.lab.result.CostResult;
import dev.letterbox.lab.result.CrashResult;
import dev.letterbox.lab.result.DeadlockResult;
import dev.letterbox.lab.result.Design;
import dev.letterbox.lab.result.Experiment;
import dev.letterbox.lab.result.LargeResult;
import dev.letterbox.lab.result.LimitResult;
import dev.letterbox.lab.result.MaliciousResult;
import dev.letterbox.lab.result.Result;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/** A page that shows what the experiments of one run measured. Each sentence is made from the results, or is left out. */
public final class Report {
    private final Map<Experiment, Result> results;
    private final Map<Experiment, String> missing;

    /**
     * Creates a report.
     *
     * @param results what was measured
     * @param missing why other experiments could not be run
     */
    public Report(Map<Experiment, Result> results, Map<Experiment, String> missing) {
        this.results = new EnumMap<>(Experiment.class);
        this.results.putAll(results);
        this.missing = new EnumMap<>(Experiment.class);
        this.missing.putAll(missing);
    }

    private <T extends Result> Optional<T> find(Class<T> type) {
        return results.values().stream()
                .filter(type::isInstance)
                .map(type::cast)
                .findFirst();
    }

    /**
     * Draws the plots as files of their own.
     *
     * @return SVG by name
     */
    public Map<String, String> figures() {
        Map<String, String> figures = new LinkedHashMap<>();
        find(DeadlockResult.class).ifPresent(result -> {
            figures.put("deadlock", FillPlot.shared(result, Page.WIDE).alone());
            figures.put("private-queues", FillPlot.perClient(result, Page.WIDE).alone());
        });
        find(MaliciousResult.class)
                .ifPresent(result ->
                        figures.put("latency", LatencyPlot.of(result, Page.WIDE).alone()));
        find(LargeResult.class)
                .ifPresent(result -> figures.put(
                        "throughput", ThroughputPlot.of(result, Page.WIDE).alone()));
        return figures;
    }

    /**
     * Writes the page.
     *
     * @return HTML
     */
    public String html() {
        Page page = new Page("Why private queues: one queue for all, and a queue for each client, measured");
        page.html("""
                <h1>Why private queues</h1>
                <p class="lead">A server and its clients can share <b class="one">one message queue</b> for requests and
                responses. Or each client has <b class="own">a private queue</b> for its responses, and the shared queue carries
                requests only. Both designs were run on this machine's kernel, with a process for the server and for each
                client, and with the same client program. This page shows what was measured.</p>
                """);
        find(DeadlockResult.class).ifPresent(result -> summary(page, result));
        section(page, Experiment.DEADLOCK, "Clients that keep to the rules", DeadlockResult.class, result -> {
            page.figure(width -> FillPlot.shared(result, width), FillPlot.sharedCaption(result));
            page.story(result.story());
            page.figure(width -> FillPlot.perClient(result, width), FillPlot.perClientCaption(result));
        });
        section(page, Experiment.MALICIOUS, "One client that breaks the rules", MaliciousResult.class, result -> {
            page.figure(width -> LatencyPlot.of(result, width), LatencyPlot.caption(result));
            page.story(result.story());
        });
        section(page, Experiment.LARGE, "Large files, and small requests beside them", LargeResult.class, result -> {
            page.figure(width -> ThroughputPlot.of(result, width), ThroughputPlot.caption(result));
            page.story(result.story());
        });
        new Comparison(this::find).writeTo(page);
        section(page, Experiment.CRASH, "A client is killed", CrashResult.class, result -> page.story(result.story()));
        section(page, Experiment.LIMIT, "No more queues", LimitResult.class, result -> page.story(result.story()));
        section(page, Experiment.COST, "What a request costs", CostResult.class, result -> page.story(result.story()));
        return page.html("<footer>\n").paragraph(Machine.measuredOn()).html("""
                        <p>To repeat it: <code>letterbox lab report -o report.html</code>, or one experiment, such as
                        <code>letterbox lab deadlock</code>. Times and rates differ between machines and between runs.</p>
                        </footer>
                        """).end();
    }

    /** Writes a section about an experiment, or why there is none. */
    private <T extends Result> void section(
            Page page, Experiment experiment, String heading, Class<T> type, Consumer<? super T> body) {
        find(type).ifPresent(result -> {
            page.heading(experiment, heading);
            body.accept(result);
        });
        String why = missing.get(experiment);
        if (why != null) {
            page.heading(experiment, heading).paragraph("Not measured: " + why);
        }
    }

    private static void summary(Page page, DeadlockResult result) {
        boolean stuck = result.shared().stuck();
        page.html("""
                <div class="sums">
                <div class="sum %s"><span>One queue for all</span><b>%s</b>
                <span>%s</span></div>
                <div class="sum %s"><span>A private queue for each client</span><b>%,d of %,d</b>
                <span>requests answered, from %d clients, in %.1f s.</span></div>
                </div>
                """.formatted(
                stuck ? "bad" : "good",
                stuck ? "standstill" : "no standstill",
                stuck
                        ? "%,d answers, then none for %.1f s, until the experiment ended. %d clients were enough."
                                .formatted(
                                        result.shared().answered(),
                                        result.shared().stillSeconds(),
                                        result.shared().clientsWhenStuck())
                        : "%,d answers to %d clients.".formatted(result.shared().answered(), result.clients()),
                result.perClient().completed() ? "good" : "bad",
                result.perClient().answered(),
                result.requests(),
                result.clients(),
                result.perClient().seconds()));
    }

    /** Returns the colour class of a design. */
    static String colour(Design design) {
        return design == Design.SHARED ? "one" : "own";
    }
}
