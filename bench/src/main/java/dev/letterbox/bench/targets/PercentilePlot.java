package dev.letterbox.bench.targets;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/** Draws latencies by percentile as an SVG: both scales logarithmic, so that the rare and the slow are seen. */
final class PercentilePlot {
    private static final int WIDTH = 960;
    private static final int LEFT = 70;
    private static final int RIGHT = 330;
    private static final int TOP = 40;
    private static final int PLOT_HEIGHT = 330;
    private static final int BOTTOM = 50;
    private static final int LEGEND_LINE = 20;

    /** From the median's neighbourhood to one in a hundred thousand: 1 / (1 - percentile). */
    private static final double MOST_RARE = 1e5;

    private static final String[] PERCENTILES = {"0", "90 %", "99 %", "99.9 %", "99.99 %", "99.999 %"};
    /** Told apart by those who see no red from green, too. */
    private static final String[] COLOURS = {
        "#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#7f7f7f", "#8c564b", "#b5a100", "#000000"
    };

    private record Line(String label, Histogram latencies) {}

    private final String title;
    private final List<Line> lines = new ArrayList<>();

    PercentilePlot(String title) {
        this.title = title;
    }

    /** Adds a line, where there is anything to draw. */
    void add(String label, @Nullable Histogram latencies) {
        if (latencies != null && latencies.getTotalCount() > 0) {
            lines.add(new Line(label, latencies));
        }
    }

    String svg() {
        int lowest = decadeBelow(lines.stream()
                .mapToDouble(line -> line.latencies.getMinValue() / 1e3)
                .min()
                .orElse(1));
        int highest = Math.max(
                lowest + 1,
                decadeBelow(lines.stream()
                                .mapToDouble(line -> line.latencies.getMaxValue() / 1e3)
                                .max()
                                .orElse(10))
                        + 1);
        StringBuilder svg =
                new StringBuilder("""
                <svg xmlns="http://www.w3.org/2000/svg" viewBox="-20 0 %d %d" font-family="sans-serif" font-size="13">
                <title>%s</title>
                <rect x="-20" width="100%%" height="100%%" fill="white"/>
                <text x="%d" y="24" font-size="16">%s</text>
                """.formatted(WIDTH + 20, TOP + PLOT_HEIGHT + BOTTOM, title, LEFT, title));
        for (int i = 0; i < PERCENTILES.length; i++) {
            double x = x(Math.pow(10, i));
            svg.append(grid(x, TOP, x, TOP + PLOT_HEIGHT));
            svg.append(text(x, TOP + PLOT_HEIGHT + 18, "middle", PERCENTILES[i]));
        }
        for (int decade = lowest; decade <= highest; decade++) {
            double y = y(Math.pow(10, decade), lowest, highest);
            svg.append(grid(LEFT, y, WIDTH - RIGHT, y));
            svg.append(text(LEFT - 8, y + 4, "end", Figures.text(Math.pow(10, decade)) + " µs"));
        }
        svg.append(text((LEFT + WIDTH - RIGHT) / 2.0, TOP + PLOT_HEIGHT + 40, "middle", "percentile"));
        for (int i = 0; i < lines.size(); i++) {
            String colour = COLOURS[i % COLOURS.length];
            svg.append(curve(lines.get(i).latencies, colour, lowest, highest));
            double y = TOP + 10.0 + LEGEND_LINE * i;
            svg.append(String.format(
                    Locale.ROOT,
                    "<line x1=\"%d\" y1=\"%.1f\" x2=\"%d\" y2=\"%.1f\" stroke=\"%s\" stroke-width=\"3\"/>%n",
                    WIDTH - RIGHT + 12,
                    y,
                    WIDTH - RIGHT + 32,
                    y,
                    colour));
            svg.append(text(WIDTH - RIGHT + 38, y + 4, "start", lines.get(i).label));
        }
        return svg.append("</svg>\n").toString();
    }

    private static String curve(Histogram latencies, String colour, int lowest, int highest) {
        StringBuilder points = new StringBuilder();
        // Rarer than the rarest that was seen says nothing.
        double rarest = Math.min(MOST_RARE, (double) latencies.getTotalCount());
        for (double exponent = 0; exponent <= Math.log10(rarest); exponent += 0.02) {
            double rare = Math.pow(10, exponent);
            double micros = latencies.getValueAtPercentile(100 * (1 - 1 / rare)) / 1e3;
            points.append(String.format(Locale.ROOT, "%.1f,%.1f ", x(rare), y(micros, lowest, highest)));
        }
        return "<polyline points=\"%s\" fill=\"none\" stroke=\"%s\" stroke-width=\"2\"/>%n"
                .formatted(points.toString().strip(), colour);
    }

    private static int decadeBelow(double value) {
        return (int) Math.floor(Math.log10(Math.max(value, 1e-3)));
    }

    private static double x(double rare) {
        return LEFT + (WIDTH - RIGHT - LEFT) * Math.log10(rare) / Math.log10(MOST_RARE);
    }

    private static double y(double micros, int lowest, int highest) {
        double share = (Math.log10(Math.max(micros, 1e-3)) - lowest) / (highest - lowest);
        return TOP + PLOT_HEIGHT * (1 - share);
    }

    private static String grid(double x1, double y1, double x2, double y2) {
        return String.format(
                Locale.ROOT,
                "<line x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\" stroke=\"#ddd\"/>%n",
                x1,
                y1,
                x2,
                y2);
    }

    private static String text(double x, double y, String anchor, String words) {
        return String.format(
                Locale.ROOT, "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\">%s</text>%n", x, y, anchor, words);
    }
}
