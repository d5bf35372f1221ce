package dev.letterbox.lab.report;

import dev.letterbox.lab.result.Design;
import dev.letterbox.lab.result.Latencies;
import dev.letterbox.lab.result.MaliciousResult;
import dev.letterbox.lab.result.MaliciousResult.Case;

/** How long the requests of honest clients take, alone and beside one that breaks the rules. */
final class LatencyPlot {
    private static final double LEFT = 13;
    private static final double RIGHT = 30;
    private static final double TOP = 34;
    private static final double ROW = 58;
    private static final String[] DECADES = {"1 µs", "10 µs", "0.1 ms", "1 ms", "10 ms", "0.1 s", "1 s", "10 s", "100 s"
    };

    private final Svg svg;
    private final int width;
    private final double bottom;
    private final double decades;

    private LatencyPlot(MaliciousResult result, int width) {
        this.width = width;
        bottom = TOP + result.cases().size() * ROW;
        svg = new Svg(width, (int) bottom + 42, caption(result));
        double most = result.cases().stream()
                .mapToDouble(each ->
                        Math.max(each.beside().p99(), each.alone().getLast().p99()))
                .reduce(1_000, Math::max);
        decades = Math.ceil(Math.log10(most));
    }

    static Svg of(MaliciousResult result, int width) {
        LatencyPlot plot = new LatencyPlot(result, width);
        plot.axis();
        for (int i = 0; i < result.cases().size(); i++) {
            plot.row(result, result.cases().get(i), TOP + i * ROW);
        }
        return plot.svg;
    }

    /** Returns the caption of the plot. */
    static String caption(MaliciousResult result) {
        return ("How long requests of %d honest clients take, in windows of %.1f s. Grey: alone. Colour: beside one client that"
                        + " breaks the rules. Dot: half of the requests take at most this long; line: up to 99 %%. The scale is"
                        + " logarithmic.")
                .formatted(result.honestClients(), result.windowSeconds());
    }

    private void axis() {
        for (int decade = 0; decade <= decades; decade++) {
            double x = LEFT + (width - LEFT - RIGHT) * decade / decades;
            svg.line(x, 28, x, bottom, "rule");
            boolean crowded = width < 500 && decade % 2 == 1;
            if (!crowded) {
                svg.text(
                        x,
                        bottom + 18,
                        decade == 0 ? "start" : "middle",
                        "soft",
                        DECADES[Math.min(decade, DECADES.length - 1)]);
            }
        }
    }

    private double x(long micros) {
        return LEFT + (width - LEFT - RIGHT) * Math.log10((double) Math.max(1, micros)) / decades;
    }

    private void row(MaliciousResult result, Case each, double y) {
        svg.text(
                LEFT,
                y + 14,
                "start",
                "",
                "%s: one client %s"
                        .formatted(each.design().title(), each.misdeed().brief()));
        range(each.alone().getLast(), y + 27, "alone");
        String colour = each.design() == Design.SHARED ? "one" : "own";
        if (each.beside().count() == 0) {
            svg.text(
                    LEFT, y + 45, "start", "strong " + colour, "no answer in %.1f s".formatted(result.windowSeconds()));
        } else {
            range(each.beside(), y + 41, colour);
        }
    }

    private void range(Latencies latencies, double y, String colour) {
        svg.line(x(latencies.p50()), y, x(latencies.p99()), y, colour + "-line thick");
        svg.dot(x(latencies.p50()), y, colour);
    }
}
