package dev.letterbox.lab.report;

import dev.letterbox.lab.result.Experiment;
import java.util.List;
import java.util.function.IntFunction;

/** An HTML page that needs nothing but itself: no script, no network. Everything is escaped that is passed as text. */
final class Page {
    static final int WIDE = 720;
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

    private final StringBuilder html = new StringBuilder();

    Page(String title) {
        html.append("""
                <!DOCTYPE html>
                <html lang="en">
                <head>
                <meta charset="utf-8">
                <meta name="viewport" content="width=device-width, initial-scale=1">
                <title>%s</title>
                <style>
                """.formatted(Html.escaped(title)))
                .append(STYLE)
                .append(Svg.STYLE)
                .append("""
                </style>
                </head>
                <body>
                <main>
                """);
    }

    /** Appends HTML as it is. */
    Page html(String markup) {
        html.append(markup);
        return this;
    }

    Page heading(Experiment experiment, String words) {
        return html("<h2 id=\"%s\">%s</h2>\n".formatted(experiment.word(), Html.escaped(words)));
    }

    Page paragraph(String words) {
        return html("<p>%s</p>\n".formatted(Html.escaped(words)));
    }

    /** Appends a plot, drawn for wide screens and for narrow ones, and its caption. */
    Page figure(IntFunction<Svg> plot, String caption) {
        return html(
                "<figure>\n<div class=\"wide\">%s</div>\n<div class=\"narrow\">%s</div>\n<figcaption>%s</figcaption>\n</figure>\n"
                        .formatted(plot.apply(WIDE).inPage(), plot.apply(NARROW).inPage(), Html.escaped(caption)));
    }

    /** Appends the lines of a story as a list. Lines that begin with two spaces become a list inside. */
    Page story(List<String> lines) {
        html.append("<ul class=\"steps\">\n");
        boolean inside = false;
        for (String line : lines.stream().filter(each -> !each.isBlank()).toList()) {
            boolean deeper = line.startsWith("  ");
            if (deeper != inside) {
                html.append(deeper ? "<li class=\"who\"><ul>\n" : "</ul></li>\n");
                inside = deeper;
            }
            html.append("<li>").append(Html.escaped(line.strip())).append("</li>\n");
        }
        html.append(inside ? "</ul></li>\n" : "").append("</ul>\n");
        return this;
    }

    /** Returns the whole page. */
    String end() {
        return html + "</main>\n</body>\n</html>\n";
    }
}
