package dev.letterbox.bench.targets;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Is a Markdown page with a place for what was measured, between two comments; the rest of it stays as it is. */
final class Document {
    static final String BEGIN = "<!-- targets: written by bench/run Targets --write -->\n";
    static final String END = "<!-- targets: end -->\n";

    private final Path file;
    private final String text;
    private final int from;
    private final int to;

    private Document(Path file, String text, int from, int to) {
        this.file = file;
        this.text = text;
        this.from = from;
        this.to = to;
    }

    /** Looks for the place: before hours are spent on measuring. */
    static Document of(Path file) throws IOException {
        String text = Files.readString(file);
        int begin = text.indexOf(BEGIN);
        int end = text.indexOf(END);
        if (begin < 0 || end < begin) {
            throw new IllegalArgumentException("%s has no place for the table: it needs the lines %sand %s"
                    .formatted(file, BEGIN, END)
                    .strip());
        }
        return new Document(file, text, begin + BEGIN.length(), end);
    }

    /** Writes the table there, into the page as it is by now, and the plot beside it. */
    void write(Report report) throws IOException {
        of(file).writeInto(report);
    }

    private void writeInto(Report report) throws IOException {
        Path plot = file.resolveSibling("latencies.svg");
        Files.writeString(plot, report.plot());
        Files.writeString(
                file,
                text.substring(0, from)
                        + "\n"
                        + report.markdown()
                        + "\n![Latencies by percentile](" + plot.getFileName() + ")\n\n"
                        + text.substring(to));
    }
}
