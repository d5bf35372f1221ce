package dev.letterbox.lab.report;

import dev.letterbox.lab.result.CostResult;
import dev.letterbox.lab.result.CrashResult;
import dev.letterbox.lab.result.DeadlockResult;
import dev.letterbox.lab.result.Design;
import dev.letterbox.lab.result.Experiment;
import dev.letterbox.lab.result.LargeResult;
import dev.letterbox.lab.result.LimitResult;
import dev.letterbox.lab.result.MaliciousResult;
import dev.letterbox.lab.result.MaliciousResult.Misdeed;
import dev.letterbox.lab.result.Result;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.IntFunction;

/** Is a page that tells what all experiments measured: it needs nothing but itself. */
public final class Report {
    private static final int WIDE = 720;
    private static final int NARROW = 328;

    private static final String STYLE = """
            :root { color-scheme: light dark; --ink: #1f2937; --soft: #596273; --rule: #d5dae1; --paper: #ffffff; --card: #f6f7f9;
              --one: #b93a0e; --own: #0b6b63; --link: #0b5cad; }
            @media (prefers-color-scheme: dark) {
              :root { --ink: #e6e9ee; --soft: #a3adbb; --rule: #384150; --paper: #161b22; --card: #1d242d;
                --one: #ff9a62; --own: #45d0bf; --link: #7db7f5; }
            }
            * { box-sizing: border-box; }
            body { margin: 0; background: var(--paper); color: var(--ink); font: 16px/1.6 system-ui, sans-serif; }
            main { max-width: 56rem; margin: 0 auto; padding: 2rem 1rem 4rem; overflow-wrap: break-word; }
            h1 { font-size: 1.9rem; line-height: 1.2; margin: 0 0 .5rem; }
            h2 { font-size: 1.3rem; line-height: 1.3; margin: 3rem 0 .5rem; padding-top: 1rem; border-top: 1px solid var(--rule); }
            p { max-width: 44rem; margin: .75rem 0; }
            .lead { font-size: 1.15rem; }
            .soft, figcaption, footer { color: var(--soft); }
            .one { color: var(--one); } .own { color: var(--own); }
            .sums { display: grid; grid-template-columns: repeat(auto-fit, minmax(15rem, 1fr)); gap: 1rem; margin: 1.5rem 0; }
            .sum { background: var(--card); border-radius: .5rem; padding: 1rem 1.25rem; border-left: 4px solid var(--rule); }
            .sum.bad { border-color: var(--one); } .sum.good { border-color: var(--own); }
            .sum b { display: block; font-size: 1.6rem; line-height: 1.25; }
            .sum.bad b { color: var(--one); } .sum.good b { color: var(--own); }
            figure { margin: 1.5rem 0; }
            figure svg { display: block; max-width: 100%; height: auto; }
            figcaption { font-size: .9rem; margin-top: .5rem; max-width: 44rem; }
            .narrow { display: none; }
            table { border-collapse: collapse; width: 100%; margin: 1rem 0; font-size: .95rem; }
            th, td { text-align: left; vertical-align: top; padding: .6rem .75rem .6rem 0; border-bottom: 1px solid var(--rule); }
            thead th { border-bottom: 2px solid var(--rule); }
            tbody th { width: 11rem; font-weight: 600; }
            .compare td { width: 50%; }
            ul.steps { padding-left: 1.2rem; max-width: 46rem; }
            ul.steps li { margin: .35rem 0; }
            ul.steps .who { list-style: none; margin-left: -1rem; }
            ul.steps ul { font-family: ui-monospace, monospace; font-size: .82rem; color: var(--soft); padding-left: 1rem; }
            code { font-family: ui-monospace, monospace; font-size: .9em; background: var(--card); padding: .1em .35em; border-radius: .25rem; }
            footer { margin-top: 3rem; font-size: .9rem; }
            @media (max-width: 46rem) {
              main { padding-top: 1.25rem; }
              h1 { font-size: 1.5rem; }
              .wide { display: none; } .narrow { display: block; }
              .compare thead { position: absolute; left: -100vw; }
              .compare tr, .compare th, .compare td { display: block; width: auto; border: 0; padding: 0; }
              .compare tr { padding: .75rem 0; border-bottom: 1px solid var(--rule); }
              .compare td { margin-top: .35rem; padding-left: .75rem; border-left: 3px solid var(--one); }
              .compare td:last-child { border-left-color: var(--own); }
              .compare td::before { content: attr(data-design); display: block; font-size: .8rem; color: var(--soft); }
            }
            @media print { h2 { break-after: avoid; } figure, .sum { break-inside: avoid; } }
            """;

    private final Map<Experiment, Result> results;
    private final Map<Experiment, String> missing;

    /**
     * Makes the report.
     *
     * @param results what was measured
     * @param missing why other experiments could not be made
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
     * Draws the plots as files.
     *
     * @return SVG by name
     */
    public Map<String, String> figures() {
        Map<String, String> figures = new LinkedHashMap<>();
        find(DeadlockResult.class).ifPresent(result -> {
            figures.put("deadlock", Plots.deadlock(result, WIDE).alone());
            figures.put("private-queues", Plots.completed(result, WIDE).alone());
        });
        find(MaliciousResult.class)
                .ifPresent(result ->
                        figures.put("latency", Plots.latency(result, WIDE).alone()));
        find(LargeResult.class)
                .ifPresent(result ->
                        figures.put("throughput", Plots.throughput(result, WIDE).alone()));
        return figures;
    }

    /**
     * Writes the page.
     *
     * @return HTML
     */
    public String html() {
        StringBuilder page = new StringBuilder();
        page.append("""
                <!DOCTYPE html>
                <html lang="en">
                <head>
                <meta charset="utf-8">
                <meta name="viewport" content="width=device-width, initial-scale=1">
                <title>Why private queues: one queue for all, and a queue for each client, measured</title>
                <style>
                """).append(STYLE).append(Svg.STYLE).append("""
                </style>
                </head>
                <body>
                <main>
                <h1>Why private queues</h1>
                <p class="lead">A server and its clients can share <b class="one">one message queue</b> for requests and
                responses. Or each client has <b class="own">a private queue</b> for its responses, and the shared one carries
                requests alone. Both were run on this machine's kernel, with real processes and the same client program. This
                is what happened.</p>
                """);
        find(DeadlockResult.class).ifPresent(result -> summary(page, result));
        find(DeadlockResult.class).ifPresent(result -> deadlock(page, result));
        find(MaliciousResult.class).ifPresent(result -> malicious(page, result));
        find(LargeResult.class).ifPresent(result -> large(page, result));
        comparison(page);
        for (Experiment experiment : List.of(Experiment.CRASH, Experiment.LIMIT, Experiment.COST)) {
            Result result = results.get(experiment);
            if (result != null) {
                heading(page, experiment);
                story(page, result);
            }
        }
        missing.forEach((experiment, why) -> {
            heading(page, experiment);
            page.append("<p>Not measured here: ").append(Html.escaped(why)).append("</p>\n");
        });
        page.append("<footer><p>")
                .append(Html.escaped(machine()))
                .append("</p>\n")
                .append("""
                <p>To repeat it: <code>letterbox lab report -o report.html</code>, or one experiment alone, such as
                <code>letterbox lab deadlock</code>. Numbers differ from machine to machine and from run to run; what
                stands still does not.</p></footer>
                </main>
                </body>
                </html>
                """);
        return page.toString();
    }

    private static void heading(StringBuilder page, Experiment experiment) {
        String words = switch (experiment) {
            case DEADLOCK -> "Three clients that do nothing wrong";
            case MALICIOUS -> "One client that does wrong";
            case LARGE -> "Large files, and who waits behind them";
            case CRASH -> "A client is killed";
            case LIMIT -> "No more queues";
            case COST -> "What a request costs";
        };
        page.append("<h2 id=\"")
                .append(experiment.word())
                .append("\">")
                .append(words)
                .append("</h2>\n");
    }

    private static void summary(StringBuilder page, DeadlockResult result) {
        page.append("""
                <div class="sums">
                <div class="sum bad"><span>One queue for all</span><b>stands still</b>
                <span>%,d answers, then none for ever: %d clients were enough.</span></div>
                <div class="sum good"><span>A private queue for each</span><b>%,d of %,d</b>
                <span>requests answered, from %d clients, in %.1f s.</span></div>
                </div>
                """.formatted(
                        result.shared().answered(),
                        result.shared().clientsWhenStuck(),
                        result.perClient().answered(),
                        result.requests(),
                        result.clients(),
                        result.perClient().seconds()));
    }

    private static void figure(StringBuilder page, IntFunction<Svg> plot, String caption) {
        page.append("<figure>\n<div class=\"wide\">")
                .append(plot.apply(WIDE).inPage())
                .append("</div>\n<div class=\"narrow\">")
                .append(plot.apply(NARROW).inPage())
                .append("</div>\n<figcaption>")
                .append(Html.escaped(caption))
                .append("</figcaption>\n</figure>\n");
    }

    private static void story(StringBuilder page, Result result) {
        page.append("<ul class=\"steps\">\n");
        List<String> lines =
                result.story().stream().filter(line -> !line.isBlank()).toList();
        boolean inside = false;
        for (String line : lines) {
            boolean deeper = line.startsWith("  ");
            if (deeper != inside) {
                page.append(deeper ? "<li class=\"who\"><ul>\n" : "</ul></li>\n");
                inside = deeper;
            }
            page.append("<li>").append(Html.escaped(line.strip())).append("</li>\n");
        }
        page.append(inside ? "</ul></li>\n" : "").append("</ul>\n");
    }

    private static void deadlock(StringBuilder page, DeadlockResult result) {
        heading(page, Experiment.DEADLOCK);
        figure(
                page,
                width -> Plots.deadlock(result, width),
                "One queue for all. With one client and with two it fills and empties. When the third asks as well, the level"
                        + " stays where it is: half full, and for ever.");
        story(page, result);
        figure(
                page,
                width -> Plots.completed(result, width),
                "The same load with private queues: the level of the server queue, which carries requests alone. The server"
                        + " can always receive, so it always empties.");
    }

    private static void malicious(StringBuilder page, MaliciousResult result) {
        heading(page, Experiment.MALICIOUS);
        figure(
                page,
                width -> Plots.latency(result, width),
                "%d honest clients beside one that is not. The scale is logarithmic."
                        .formatted(result.honestClients()));
        story(page, result);
    }

    private static void large(StringBuilder page, LargeResult result) {
        heading(page, Experiment.LARGE);
        figure(
                page,
                width -> Plots.throughput(result, width),
                "A file of %,d bytes, fetched by several clients at once.".formatted(result.fileBytes()));
        story(page, result);
    }

    // The comparison

    private void comparison(StringBuilder page) {
        page.append("""
                <h2 id="comparison">Side by side</h2>
                <p>Every figure was measured in this run.</p>
                <table class="compare">
                <thead><tr><th scope="col">What</th><th scope="col" class="one">One queue for all</th><th scope="col" class="own">A private queue for each client</th></tr></thead>
                <tbody>
                """);
        row(page, "Number of queues", CostResult.class, result -> new String[] {
            "%d, whatever the number of clients"
                    .formatted(result.find(Design.SHARED).queues()),
            "%d with %d clients: one more than there are clients"
                    .formatted(result.find(Design.PRIVATE).queues(), result.clients())
        });
        row(page, "Risk of deadlock", DeadlockResult.class, result -> new String[] {
            "Yes: %d clients that keep to all rules, after %,d answers, with %,d of %,d bytes in the queue"
                    .formatted(
                            result.shared().clientsWhenStuck(),
                            result.shared().answered(),
                            result.shared().bytesWhenStuck(),
                            result.capacity()),
            "None: %,d of %,d requests answered, from %d clients"
                    .formatted(result.perClient().answered(), result.requests(), result.clients())
        });
        row(page, "Malicious client", MaliciousResult.class, result -> new String[] {
            "One that never reads stops all: %,d answers to others after that"
                    .formatted(result.find(Design.SHARED, Misdeed.NEVER_READS)
                            .honest()
                            .count()),
            "It hurts itself: %,d answers to others in %.0f s beside one that never reads, %,d beside a flood of %,d requests"
                    .formatted(
                            result.find(Design.PRIVATE, Misdeed.NEVER_READS)
                                    .honest()
                                    .count(),
                            result.windowSeconds(),
                            result.find(Design.PRIVATE, Misdeed.FLOODS).honest().count(),
                            result.find(Design.PRIVATE, Misdeed.FLOODS).done())
        });
        row(page, "Routing", MaliciousResult.class, result -> new String[] {
            "By message type, which everybody chooses freely: a client took %,d messages that were meant for others"
                    .formatted(result.find(Design.SHARED, Misdeed.STEALS).done()),
            "By queue: each client's has mode %s, so the kernel refuses other users".formatted(result.privateMode())
        });
        row(page, "Size of messages", LargeResult.class, result -> new String[] {
            "%,d bytes at most; %d such pieces on the way, for all clients together"
                    .formatted(result.longestMessage(), result.sharedOnTheWay()),
            "%,d bytes at most; %d such pieces on the way for %d clients"
                    .formatted(result.longestMessage(), result.privateOnTheWay(), result.clientsOnTheWay())
        });
        row(page, "Large files", LargeResult.class, result -> new String[] {
            "Others wait until they are through: %,.0f ms for a small request"
                    .formatted(LargeResult.find(result.behind(), Design.SHARED)
                                    .small()
                                    .max()
                            / 1e3),
            "Others go on: half of the small requests take %,d µs at most, while each large file takes %,.0f ms"
                    .formatted(
                            LargeResult.find(result.behind(), Design.PRIVATE)
                                    .small()
                                    .p50(),
                            LargeResult.find(result.behind(), Design.PRIVATE).largeMillis())
        });
        row(page, "Use of resources", CostResult.class, result ->
                new String[] {cost(result.find(Design.SHARED)), cost(result.find(Design.PRIVATE))});
        row(page, "Limit of queues (MSGMNI)", LimitResult.class, result -> new String[] {
            "No concern: %d clients with %d queue, where the kernel allows %d queues"
                    .formatted(result.shared().clients(), result.shared().queues(), result.limit()),
            "%d clients, then %s; those %d were served on. Requests can share a queue: %d at once over one"
                    .formatted(
                            result.perClient().clients(),
                            result.perClient().errno(),
                            result.perClient().answeredWhenFull(),
                            result.perClient().wholeOverOneQueue())
        });
        row(page, "After a crash", CrashResult.class, result -> new String[] {
            "%,d of %,d bytes stay for a dead process; others get %d answers. Everything must begin anew"
                    .formatted(
                            result.shared().bytesForTheDead(),
                            result.shared().capacity(),
                            result.shared().othersAnswered()),
            "%,d bytes stay in one queue that nobody else uses; others get %,d answers meanwhile. %s"
                    .formatted(
                            result.perClient().bytesForTheDead(),
                            result.perClient().others().count(),
                            result.perClient()
                                    .reapedAfterSeconds()
                                    .map(
                                            "The queue of a client that says who it is was removed after %.1f s"
                                                    ::formatted)
                                    .orElse("That queue is to be removed"))
        });
        row(page, "Requests a second", CostResult.class, result -> new String[] {
            "%,.0f with %d clients".formatted(result.find(Design.SHARED).perSecond(), result.clients()),
            "%,.0f with %d clients".formatted(result.find(Design.PRIVATE).perSecond(), result.clients())
        });
        page.append("</tbody>\n</table>\n");
    }

    private static String cost(CostResult.Cost cost) {
        return "%,.0f µs of processor time for a request, %.1f sleeps%s; %,d bytes may wait"
                .formatted(
                        cost.processorMicros(),
                        cost.sleeps(),
                        cost.calls().isPresent() ? ", %.1f system calls".formatted(cost.allCalls()) : "",
                        cost.bytesThatMayWait());
    }

    private <T extends Result> void row(
            StringBuilder page, String what, Class<T> type, Function<? super T, String[]> cells) {
        String[] texts =
                find(type).<String[]>map(cells).orElse(new String[] {"not measured here", "not measured here"});
        page.append(
                "<tr><th scope=\"row\">%s</th><td data-design=\"One queue for all\">%s</td><td data-design=\"A private queue for each\">%s</td></tr>\n"
                        .formatted(Html.escaped(what), Html.escaped(texts[0]), Html.escaped(texts[1])));
    }

    private static String machine() {
        return "Measured on %s: Linux %s (%s), %s, %d cores; Java %s."
                .formatted(
                        ZonedDateTime.now(ZoneOffset.UTC)
                                .format(DateTimeFormatter.ofPattern("d MMMM yyyy, HH:mm 'UTC'", Locale.ENGLISH)),
                        System.getProperty("os.version"),
                        System.getProperty("os.arch"),
                        processor(),
                        Runtime.getRuntime().availableProcessors(),
                        Runtime.version().feature());
    }

    private static String processor() {
        try (var lines = Files.lines(Path.of("/proc/cpuinfo"))) {
            return lines.filter(line -> line.startsWith("model name"))
                    .map(line -> line.substring(line.indexOf(':') + 1).strip())
                    .findFirst()
                    .orElse("an unnamed processor");
        } catch (IOException hidden) {
            return "an unknown processor";
        }
    }
}
