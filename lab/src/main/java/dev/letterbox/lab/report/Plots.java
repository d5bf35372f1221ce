package dev.letterbox.lab.report;

import dev.letterbox.lab.result.DeadlockResult;
import dev.letterbox.lab.result.Design;
import dev.letterbox.lab.result.FillPoint;
import dev.letterbox.lab.result.LargeResult;
import dev.letterbox.lab.result.LargeResult.Transfer;
import dev.letterbox.lab.result.MaliciousResult;
import dev.letterbox.lab.result.MaliciousResult.Case;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Draws what was measured, as wide as it is wanted. */
final class Plots {
    private static final double LEFT = 52;
    private static final double RIGHT = 14;
    private static final int FILL_HEIGHT = 300;
    private static final double FILL_TOP = 46;
    private static final double FILL_BOTTOM = 252;
    private static final double ROW = 44;

    private Plots() {}

    // How full the shared queue was, up to the deadlock

    static Svg deadlock(DeadlockResult result, int width) {
        DeadlockResult.Shared shared = result.shared();
        double end = shared.fill().isEmpty() ? 1 : shared.fill().getLast().millis();
        Fill plot = new Fill(
                new Svg(
                        width,
                        FILL_HEIGHT,
                        ("How full the shared queue is over time. With one and two clients it fills and empties; when the"
                                        + " third has come it stays at %,d bytes for ever.")
                                .formatted(shared.bytesWhenStuck())),
                width,
                end,
                result.capacity());
        plot.svg.rectangle(
                plot.x(shared.stuckAfterMillis()),
                FILL_TOP,
                plot.x(end) - plot.x(shared.stuckAfterMillis()),
                FILL_BOTTOM - FILL_TOP,
                "still");
        plot.axes();
        plot.joined(shared.joinedMillis());
        plot.level(shared.fill(), "one-line");
        double middle = Math.min((plot.x(shared.stuckAfterMillis()) + plot.x(end)) / 2, width - 60.0);
        plot.svg.text(middle, plot.y(shared.bytesWhenStuck()) - 28, "middle", "strong", "nobody moves");
        plot.svg.text(
                middle,
                plot.y(shared.bytesWhenStuck()) - 12,
                "middle",
                "",
                "%,d bytes".formatted(shared.bytesWhenStuck()));
        return plot.svg;
    }

    static Svg completed(DeadlockResult result, int width) {
        DeadlockResult.PerClient own = result.perClient();
        double end = own.fill().isEmpty() ? 1 : own.fill().getLast().millis();
        Fill plot = new Fill(
                new Svg(
                        width,
                        FILL_HEIGHT,
                        "How full the server queue is over time with private queues: it fills and empties until all %,d requests are answered."
                                .formatted(own.answered())),
                width,
                end,
                result.capacity());
        plot.axes();
        plot.joined(own.joinedMillis());
        plot.level(own.fill(), "own-line");
        return plot.svg;
    }

    /** A level in bytes over time in milliseconds. */
    private record Fill(Svg svg, int width, double end, long capacity) {
        double x(double millis) {
            return LEFT + (width - LEFT - RIGHT) * Math.min(millis, end) / Math.max(end, 0.001);
        }

        double y(long bytes) {
            return FILL_BOTTOM - (FILL_BOTTOM - FILL_TOP) * bytes / (capacity * 1.08);
        }

        void axes() {
            for (long bytes = 0; bytes <= capacity; bytes += capacity / 4) {
                svg.line(LEFT, y(bytes), width - RIGHT, y(bytes), bytes == capacity ? "limit" : "rule");
                svg.text(LEFT - 6, y(bytes) + 4, "end", "soft", "%,d".formatted(bytes));
            }
            svg.text(4, 16, "start", "soft", "bytes that wait; the dashed line is all that fits");
            double step = step(end / (width < 500 ? 3 : 6));
            for (double millis = 0; millis <= end; millis += step) {
                svg.line(x(millis), FILL_BOTTOM, x(millis), FILL_BOTTOM + 4, "rule");
                boolean last = x(millis) > width - RIGHT - 12;
                svg.text(x(millis), FILL_BOTTOM + 18, last ? "end" : "middle", "soft", Svg.number(millis));
            }
            svg.text(width - RIGHT, FILL_BOTTOM + 38, "end", "soft", "milliseconds since the first request");
        }

        /** Marks when clients came. Where two are too near to each other, the number alone is written, or nothing. */
        void joined(List<Double> joined) {
            double free = 0;
            for (int i = 0; i < joined.size(); i++) {
                double at = x(joined.get(i));
                if (joined.get(i) > end) {
                    return;
                }
                svg.line(at, FILL_TOP - 6, at, FILL_BOTTOM, "mark");
                String words = "client " + (i + 1);
                double wide = words.length() * 6.5;
                if (at + wide > width) {
                    svg.text(width - 2.0, FILL_TOP - 10, "end", "", words);
                } else if (at >= free) {
                    svg.text(at, FILL_TOP - 10, "start", "", words);
                    free = at + wide;
                } else {
                    svg.text(Math.max(at, free), FILL_TOP - 10, "start", "", Integer.toString(i + 1));
                    free = Math.max(at, free) + 10;
                }
            }
        }

        void level(List<FillPoint> points, String style) {
            StringBuilder steps = new StringBuilder();
            for (FillPoint point : points) {
                steps.append(
                        steps.isEmpty()
                                ? String.format(Locale.ROOT, "M%.1f %.1f", x(point.millis()), y(point.bytes()))
                                : String.format(Locale.ROOT, "H%.1fV%.1f", x(point.millis()), y(point.bytes())));
            }
            svg.path(steps, style);
        }
    }

    /** The next of 1, 2, 5, 10, ... that is no less. */
    static double step(double least) {
        double power = Math.pow(10, Math.floor(Math.log10(Math.max(least, 1e-6))));
        for (double factor : new double[] {1, 2, 5}) {
            if (factor * power >= least) {
                return factor * power;
            }
        }
        return 10 * power;
    }

    // How long the requests of honest clients took

    static Svg latency(MaliciousResult result, int width) {
        int rows = result.cases().size();
        double bottom = 34 + rows * ROW;
        Svg svg = new Svg(
                width,
                (int) bottom + 42,
                "How long requests of honest clients take beside a malicious one, in both designs. With one shared queue they"
                        + " are never answered; with private queues they are.");
        double most =
                result.cases().stream().mapToDouble(each -> each.honest().p99()).reduce(1_000, Math::max);
        double decades = Math.ceil(Math.log10(most));
        svg.text(4, 16, "start", "soft", "time for an answer; dot: half of them, line: up to 99 %");
        for (int decade = 0; decade <= decades; decade++) {
            double x = LEFT / 4 + (width - LEFT / 4 - 30) * decade / decades;
            svg.line(x, 28, x, bottom, "rule");
            String[] words = {"1 µs", "10 µs", "0.1 ms", "1 ms", "10 ms", "0.1 s", "1 s", "10 s", "100 s"};
            boolean crowded = width < 500 && decade % 2 == 1;
            if (!crowded) {
                svg.text(x, bottom + 18, decade == 0 ? "start" : "middle", "soft", words[Math.min(decade, 8)]);
            }
        }
        for (int i = 0; i < rows; i++) {
            Case each = result.cases().get(i);
            boolean one = each.design() == Design.SHARED;
            double y = 34 + i * ROW;
            svg.text(
                    LEFT / 4,
                    y + 14,
                    "start",
                    "",
                    (one ? "One queue: " : "Private queues: ") + shortly(each.misdeed()));
            String colour = one ? "one" : "own";
            if (each.stuck()) {
                svg.text(LEFT / 4, y + 31, "start", "strong " + colour, "no answer any more");
                continue;
            }
            double from = LEFT / 4 + (width - LEFT / 4 - 30) * log(each.honest().p50()) / decades;
            double to = LEFT / 4 + (width - LEFT / 4 - 30) * log(each.honest().p99()) / decades;
            svg.line(from, y + 27, to, y + 27, colour + "-line thick");
            svg.dot(from, y + 27, colour);
        }
        return svg;
    }

    private static double log(long micros) {
        return Math.log10((double) Math.max(1, micros));
    }

    private static String shortly(MaliciousResult.Misdeed misdeed) {
        return switch (misdeed) {
            case NONE -> "nobody does wrong";
            case NEVER_READS -> "one never reads";
            case FLOODS -> "one floods";
            case STEALS -> "one steals";
        };
    }

    // Throughput

    static Svg throughput(LargeResult result, int width) {
        List<Integer> counts = result.transfers().stream()
                .map(Transfer::clients)
                .distinct()
                .sorted()
                .toList();
        double most = result.transfers().stream()
                .mapToDouble(Transfer::megabytesPerSecond)
                .reduce(1, Math::max);
        double left = 76;
        double room = width - left - 116;
        Svg svg = new Svg(
                width,
                30 + counts.size() * 64,
                "How fast a large file comes, to all clients together, in both designs.");
        svg.text(4, 16, "start", "soft", "MB/s, all clients together");
        for (int i = 0; i < counts.size(); i++) {
            int clients = counts.get(i);
            double y = 30 + i * 64;
            svg.text(4, y + 28, "start", "", clients + (clients == 1 ? " client" : " clients"));
            for (Design design : Design.values()) {
                boolean one = design == Design.SHARED;
                double top = y + (one ? 2 : 26);
                Optional<Transfer> found = result.transfers().stream()
                        .filter(each -> each.design() == design && each.clients() == clients)
                        .findFirst();
                double wide = found.map(each -> room * each.megabytesPerSecond() / most)
                        .orElse(0.0);
                svg.rectangle(left, top, wide, 20, one ? "one" : "own");
                svg.text(
                        left + wide + 6,
                        top + 14,
                        "start",
                        found.isEmpty() ? "strong one" : "",
                        found.map(each ->
                                        "%,.0f %s".formatted(each.megabytesPerSecond(), one ? "one queue" : "private"))
                                .orElse("deadlock"));
            }
        }
        return svg;
    }
}
