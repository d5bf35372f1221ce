package dev.letterbox.lab.report;

import dev.letterbox.lab.result.DeadlockResult;
import dev.letterbox.lab.result.FillPoint;
import java.util.List;
import java.util.Locale;

/** The level of a queue over time. */
final class FillPlot {
    private static final double LEFT = 52;
    private static final double RIGHT = 14;
    private static final int HEIGHT = 300;
    private static final double TOP = 46;
    private static final double BOTTOM = 252;

    private final Svg svg;
    private final int width;
    private final double end;
    private final long capacity;

    private FillPlot(String title, int width, List<FillPoint> points, long capacity) {
        svg = new Svg(width, HEIGHT, title);
        this.width = width;
        end = points.isEmpty() ? 1 : points.getLast().millis();
        this.capacity = capacity;
    }

    /** Draws the level of the one queue, up to the standstill and some time beyond. */
    static Svg shared(DeadlockResult result, int width) {
        DeadlockResult.Shared shared = result.shared();
        FillPlot plot = new FillPlot(sharedCaption(result), width, shared.fill(), result.capacity());
        double since = plot.x(shared.stuckAfterMillis());
        double until = plot.x(plot.end);
        if (shared.stuck()) {
            plot.svg.rectangle(since, TOP, until - since, BOTTOM - TOP, "still");
        }
        plot.axes();
        plot.joined(shared.joinedMillis());
        plot.level(shared.fill(), "one-line");
        if (shared.stuck()) {
            double middle = Math.min((since + until) / 2, width - 60.0);
            double above = plot.y(shared.bytesWhenStuck());
            plot.svg.text(middle, above - 28, "middle", "strong", "nobody moves");
            plot.svg.text(middle, above - 12, "middle", "", "%,d bytes".formatted(shared.bytesWhenStuck()));
        }
        return plot.svg;
    }

    /** Returns the caption of the plot of the one queue. */
    static String sharedCaption(DeadlockResult result) {
        DeadlockResult.Shared shared = result.shared();
        if (!shared.stuck()) {
            return "One queue: its level while %d clients start. No standstill was seen.".formatted(result.clients());
        }
        String caption =
                "One queue: its level while %d clients start. From %,.1f ms on it stays at %,d of %,d bytes (%d %%)."
                        .formatted(
                                shared.clientsWhenStuck(),
                                shared.stuckAfterMillis(),
                                shared.bytesWhenStuck(),
                                result.capacity(),
                                Math.round(100.0 * shared.bytesWhenStuck() / result.capacity()));
        return result.latecomers().isEmpty()
                ? caption
                : caption
                        + " The plot ends at %,.1f ms; %s started later (see below) and the queue then held %,d bytes."
                                .formatted(shared.fillEndMillis(), result.latecomers(), shared.bytesAtTheEnd());
    }

    /** Draws the level of the server queue, with private queues. */
    static Svg perClient(DeadlockResult result, int width) {
        DeadlockResult.PerClient own = result.perClient();
        FillPlot plot = new FillPlot(perClientCaption(result), width, own.fill(), result.capacity());
        plot.axes();
        plot.joined(own.joinedMillis());
        plot.level(own.fill(), "own-line");
        return plot.svg;
    }

    /** Returns the caption of the plot of the server queue. */
    static String perClientCaption(DeadlockResult result) {
        return ("Private queues: the level of the server queue, which carries only requests, while %d clients start. It held %,d"
                        + " bytes at most; %,d of %,d requests were answered.")
                .formatted(
                        result.clients(),
                        result.perClient().highestBytes(),
                        result.perClient().answered(),
                        result.requests());
    }

    private double x(double millis) {
        return LEFT + (width - LEFT - RIGHT) * Math.min(millis, end) / Math.max(end, 0.001);
    }

    private double y(long bytes) {
        return BOTTOM - (BOTTOM - TOP) * bytes / (capacity * 1.08);
    }

    private void axes() {
        for (long bytes = 0; bytes <= capacity; bytes += capacity / 4) {
            svg.line(LEFT, y(bytes), width - RIGHT, y(bytes), bytes == capacity ? "limit" : "rule");
            svg.text(LEFT - 6, y(bytes) + 4, "end", "soft", "%,d".formatted(bytes));
        }
        svg.text(4, 16, "start", "soft", "bytes in the queue; the dashed line is its capacity");
        double step = step(end / (width < 500 ? 3 : 6));
        for (double millis = 0; millis <= end; millis += step) {
            svg.line(x(millis), BOTTOM, x(millis), BOTTOM + 4, "rule");
            boolean last = x(millis) > width - RIGHT - 12;
            svg.text(x(millis), BOTTOM + 18, last ? "end" : "middle", "soft", Svg.number(millis));
        }
        svg.text(width - RIGHT, BOTTOM + 38, "end", "soft", "milliseconds since the first request");
    }

    /** Marks when clients started. Where two labels would overlap, the second is the number alone. */
    private void joined(List<Double> joined) {
        double free = 0;
        for (int i = 0; i < joined.size(); i++) {
            double at = x(joined.get(i));
            if (joined.get(i) > end) {
                return;
            }
            svg.line(at, TOP - 6, at, BOTTOM, "mark");
            String words = "client " + (i + 1);
            double wide = words.length() * 6.5;
            if (at + wide > width) {
                svg.text(width - 2.0, TOP - 10, "end", "", words);
            } else if (at >= free) {
                svg.text(at, TOP - 10, "start", "", words);
                free = at + wide;
            } else {
                svg.text(Math.max(at, free), TOP - 10, "start", "", Integer.toString(i + 1));
                free = Math.max(at, free) + 10;
            }
        }
    }

    private void level(List<FillPoint> points, String style) {
        StringBuilder steps = new StringBuilder();
        for (FillPoint point : points) {
            steps.append(
                    steps.isEmpty()
                            ? String.format(Locale.ROOT, "M%.1f %.1f", x(point.millis()), y(point.bytes()))
                            : String.format(Locale.ROOT, "H%.1fV%.1f", x(point.millis()), y(point.bytes())));
        }
        svg.path(steps, style);
    }

    /** Returns the smallest of 1, 2, 5, 10, ... that is not less. */
    static double step(double least) {
        double power = Math.pow(10, Math.floor(Math.log10(Math.max(least, 1e-6))));
        for (double factor : new double[] {1, 2, 5}) {
            if (factor * power >= least) {
                return factor * power;
            }
        }
        return 10 * power;
    }
}
