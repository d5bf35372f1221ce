package dev.letterbox.lab.report;

import java.util.Locale;

/** A drawing in SVG. The colours come from {@link #STYLE}, which the page has, or which {@link #alone} adds. */
final class Svg {
    /** Colours of both designs, for light and dark screens, and the looks of lines and texts. */
    static final String STYLE = """
            .plot { --ink: #1f2937; --soft: #596273; --rule: #d5dae1; --paper: #ffffff; --one: #b93a0e; --own: #0b6b63; }
            @media (prefers-color-scheme: dark) {
              .plot { --ink: #e6e9ee; --soft: #a3adbb; --rule: #384150; --paper: #161b22; --one: #ff9a62; --own: #45d0bf; }
            }
            .plot text { font: 12px system-ui, sans-serif; fill: var(--ink); }
            .plot .soft { fill: var(--soft); }
            .plot .strong { font-weight: 600; }
            .plot .rule { stroke: var(--rule); stroke-width: 1; }
            .plot .mark { stroke: var(--soft); stroke-width: 1; stroke-dasharray: 3 3; }
            .plot .limit { stroke: var(--ink); stroke-width: 1.5; stroke-dasharray: 6 4; }
            .plot .one { fill: var(--one); } .plot .own { fill: var(--own); }
            .plot .one-line { fill: none; stroke: var(--one); stroke-width: 1.25; stroke-linejoin: round; }
            .plot .own-line { fill: none; stroke: var(--own); stroke-width: 1.25; stroke-linejoin: round; }
            .plot .alone { fill: var(--soft); }
            .plot .alone-line { fill: none; stroke: var(--soft); }
            .plot .thick { stroke-width: 3; stroke-linecap: round; }
            .plot .still { fill: var(--one); opacity: .12; }
            """;

    private final StringBuilder body = new StringBuilder();
    private final int width;
    private final int height;
    private final String title;

    Svg(int width, int height, String title) {
        this.width = width;
        this.height = height;
        this.title = title;
    }

    static String number(double value) {
        String text = String.format(Locale.ROOT, "%.1f", value);
        return text.endsWith(".0") ? text.substring(0, text.length() - 2) : text;
    }

    void line(double x1, double y1, double x2, double y2, String style) {
        body.append(String.format(
                Locale.ROOT,
                "<line x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\" class=\"%s\"/>%n",
                x1,
                y1,
                x2,
                y2,
                style));
    }

    void rectangle(double x, double y, double wide, double high, String style) {
        body.append(String.format(
                Locale.ROOT,
                "<rect x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\" class=\"%s\"/>%n",
                x,
                y,
                Math.max(0, wide),
                high,
                style));
    }

    void dot(double x, double y, String style) {
        body.append(
                String.format(Locale.ROOT, "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"4.5\" class=\"%s\"/>%n", x, y, style));
    }

    /** Writes text at a place. {@code anchor} is start, middle or end. */
    void text(double x, double y, String anchor, String style, String words) {
        body.append(String.format(
                Locale.ROOT,
                "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\" class=\"%s\">%s</text>%n",
                x,
                y,
                anchor,
                style,
                Html.escaped(words)));
    }

    void path(CharSequence steps, String style) {
        body.append("<path d=\"")
                .append(steps)
                .append("\" class=\"")
                .append(style)
                .append("\"/>\n");
    }

    /** Returns the drawing as part of a page that has {@link #STYLE}. */
    String inPage() {
        return element("");
    }

    /** Returns the drawing as a file of its own. */
    String alone() {
        return element(
                "<style>\n" + STYLE + "</style>\n<rect width=\"100%\" height=\"100%\" fill=\"var(--paper)\"/>\n");
    }

    private String element(String first) {
        return """
                <svg xmlns="http://www.w3.org/2000/svg" class="plot" viewBox="0 0 %d %d" width="%d" height="%d" role="img">
                <title>%s</title>
                %s%s</svg>
                """.formatted(width, height, width, height, Html.escaped(title), first, body);
    }
}
