package dev.letterbox.cli.output;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Lays text out in columns. If a terminal is too narrow, the least important columns are dropped, and finally texts that
 * may be cut are cut. A pipe gets all columns.
 */
public final class Table {
    /** The shortest length to which a text may be cut. */
    private static final int SHORTEST = 10;

    /** The least width of a column of sentences, for which other columns may be dropped. */
    private static final int SENTENCES = 36;

    private static final String GAP = "  ";

    /**
     * A column.
     *
     * @param heading its name
     * @param right whether its texts are aligned to the right, like numbers
     * @param cuttable whether its texts may be cut
     * @param dispensable 0 if it must be shown; of the others, the highest number is dropped first; negative ones, the lowest
     *     first, are dropped last
     */
    public record Column(String heading, boolean right, boolean cuttable, int dispensable) {}

    /**
     * A text in the table.
     *
     * @param text a single line
     * @param style its style
     */
    public record Cell(String text, Style style) {
        public static Cell of(String text) {
            return new Cell(text, Style.PLAIN);
        }

        public static Cell of(long number) {
            return of(Long.toString(number));
        }
    }

    private final List<Column> columns;
    private final List<List<Cell>> rows = new ArrayList<>();
    private boolean wrapsLast;

    public Table(List<Column> columns) {
        this.columns = List.copyOf(columns);
    }

    /** Wraps the texts of the last column, which holds sentences, instead of cutting them. */
    public Table wrappingLast() {
        wrapsLast = true;
        return this;
    }

    public void add(List<Cell> row) {
        rows.add(List.copyOf(row));
    }

    /** Returns the lines: the headings, if they are wanted, and the rows. */
    public List<String> lines(Terminal terminal, boolean headings) {
        int[] natural = IntStream.range(0, columns.size())
                .map(column -> widest(column, headings))
                .toArray();
        List<Integer> shown = fitting(natural, terminal.columns());
        int[] width = cut(shown, natural, terminal.columns());
        while (total(shown, width) > terminal.columns()) {
            int least = shown.stream()
                    .min(Comparator.comparingInt(column -> columns.get(column).dispensable()))
                    .orElseThrow();
            if (columns.get(least).dispensable() >= 0) {
                break;
            }
            shown = shown.stream().filter(column -> column != least).toList();
            width = cut(shown, natural, terminal.columns());
        }
        List<String> lines = new ArrayList<>();
        if (headings) {
            List<Cell> row = columns.stream()
                    .map(column -> new Cell(column.heading(), Style.HEADING))
                    .toList();
            lines.add(line(row, shown, width, terminal.colours()));
        }
        for (List<Cell> row : rows) {
            if (wrapsLast) {
                lines.addAll(wrapped(row, shown, width, terminal.colours()));
            } else {
                lines.add(line(row, shown, width, terminal.colours()));
            }
        }
        return lines;
    }

    private List<String> wrapped(List<Cell> row, List<Integer> shown, int[] width, boolean colours) {
        int last = columns.size() - 1;
        List<String> parts = Terminal.wrapped(row.get(last).text(), width[last]);
        List<Cell> first = new ArrayList<>(row);
        first.set(last, new Cell(parts.getFirst(), row.get(last).style()));
        List<String> lines = new ArrayList<>(List.of(line(first, shown, width, colours)));
        String margin = " ".repeat(total(shown, width) - width[last]);
        parts.stream()
                .skip(1)
                .forEach(part -> lines.add(margin + row.get(last).style().paint(part, colours)));
        return lines;
    }

    private int widest(int column, boolean headings) {
        int heading = headings ? columns.get(column).heading().length() : 0;
        return rows.stream().mapToInt(row -> row.get(column).text().length()).reduce(heading, Math::max);
    }

    private static int total(List<Integer> shown, int[] width) {
        return shown.stream().mapToInt(column -> width[column]).sum() + GAP.length() * (shown.size() - 1);
    }

    private List<Integer> fitting(int[] width, int available) {
        List<Integer> shown = IntStream.range(0, columns.size()).boxed().toList();
        while (total(shown, width) - slack(width) > available) {
            int least = shown.stream()
                    .max(Comparator.comparingInt(column -> columns.get(column).dispensable()))
                    .orElseThrow();
            if (columns.get(least).dispensable() <= 0) {
                break;
            }
            shown = shown.stream().filter(column -> column != least).toList();
        }
        return shown;
    }

    /** Sentences shrink before a column is dropped, but not to a word per line. */
    private int slack(int[] width) {
        return wrapsLast ? Math.max(0, width[columns.size() - 1] - SENTENCES) : 0;
    }

    /** Returns the widths after cutting texts. */
    private int[] cut(List<Integer> shown, int[] natural, int available) {
        int[] width = natural.clone();
        while (total(shown, width) > available) {
            Integer widest = shown.stream()
                    .filter(column -> columns.get(column).cuttable() && width[column] > SHORTEST)
                    .max(Comparator.comparingInt(column -> width[column]))
                    .orElse(null);
            if (widest == null) {
                break;
            }
            width[widest]--;
        }
        return width;
    }

    private String line(List<Cell> row, List<Integer> shown, int[] width, boolean colours) {
        StringBuilder line = new StringBuilder();
        int pending = 0;
        for (int column : shown) {
            Cell cell = row.get(column);
            String text = cell.text().length() <= width[column]
                    ? cell.text()
                    : cell.text().substring(0, width[column] - 1) + "+";
            int space = width[column] - text.length();
            boolean right = columns.get(column).right();
            // Written only before another text, so that no line ends in spaces.
            line.repeat(' ', pending + (right ? space : 0)).append(cell.style().paint(text, colours));
            pending = (right ? 0 : space) + GAP.length();
        }
        return line.toString();
    }
}
