package dev.letterbox.cli.top;

import dev.letterbox.cli.host.KernelLimit;
import dev.letterbox.cli.host.ListedQueue;
import dev.letterbox.cli.host.QueueColumn;
import dev.letterbox.cli.output.Amounts;
import dev.letterbox.cli.output.Style;
import dev.letterbox.cli.output.Table;
import dev.letterbox.cli.output.Table.Cell;
import dev.letterbox.cli.output.Words;
import dev.letterbox.cli.top.QueueLook.Row;
import java.util.Comparator;
import java.util.Optional;

/** The columns of the live list of queues. The number says which column is dropped first if room is short; 0 never is. */
enum TopColumn {
    KEY("KEY", QueueColumn.KEY, -3),
    ID("ID", QueueColumn.ID, 0),
    KIND("KIND", QueueColumn.KIND, -4),
    OWNER("OWNER", QueueColumn.OWNER, -5),
    MODE("MODE", QueueColumn.MODE, 7),
    MESSAGES(" MSGS", QueueColumn.MESSAGES, -1),
    BYTES(" BYTES", QueueColumn.BYTES, 4),
    CAPACITY("CAPACITY", QueueColumn.CAPACITY, 6),
    FULL("FULL", QueueColumn.FULL, 0),
    BAR("", null, 5),
    MESSAGE_RATE(" MSGS/S", null, -6),
    BYTE_RATE("   BYTES/S", null, 3),
    FULL_IN("FULL IN", null, -7),
    SENDER("SENDER", QueueColumn.SENDER, 2),
    RECEIVER("RECEIVER", QueueColumn.RECEIVER, 1),
    WAITING("WAITING", QueueColumn.WAITING, 1),
    IDLE("IDLE", QueueColumn.IDLE, 1);

    private static final int BAR_LENGTH = 10;

    /** Among the last that are dropped, before the number of messages. */
    private static final int WANTED = -2;

    private final String heading;
    private final Optional<QueueColumn> same;
    private final int dispensable;

    TopColumn(String heading, @org.jspecify.annotations.Nullable QueueColumn same, int dispensable) {
        this.heading = heading;
        this.same = Optional.ofNullable(same);
        this.dispensable = dispensable;
    }

    /** Returns its name in sentences and on the command line. */
    String word() {
        return Words.word(this);
    }

    /**
     * Returns the column.
     *
     * @param sorted whether it sorts the list: then it is always shown
     * @param somebodyWaits whether there is a thread to show in {@link #WAITING}, which then is worth more than names
     */
    Table.Column column(boolean sorted, boolean somebodyWaits) {
        boolean right = same.map(column -> column.column().right()).orElse(this != BAR);
        boolean cuttable = same.map(column -> column.column().cuttable()).orElse(false);
        int place = sorted ? 0 : this == WAITING && somebodyWaits ? WANTED : dispensable;
        return new Table.Column(heading + (sorted ? "*" : ""), right, cuttable, place);
    }

    boolean isSortable() {
        return this != BAR;
    }

    Cell cell(Row row) {
        return switch (this) {
            case BAR -> bar(row);
            case MESSAGE_RATE -> Cell.of(change(Amounts.count(Math.abs(row.messages())), row.messages()));
            case BYTE_RATE -> Cell.of(change(Amounts.bytes(Math.abs(row.bytes())), row.bytes()));
            case FULL_IN -> row.fullIn().isPresent() ? fullIn(row.fullIn().getAsDouble()) : Cell.of("-");
            default -> same.orElseThrow().cell(row.queue());
        };
    }

    private static String change(String amount, double rate) {
        if (rate == 0) {
            return "-";
        }
        return (rate > 0 ? "+" : "-") + amount;
    }

    private static Cell fullIn(double seconds) {
        String text = seconds < 60
                ? "%.0f s".formatted(seconds)
                : seconds < 6_000
                        ? "%.0f min".formatted(seconds / 60)
                        : seconds < 360_000 ? "%.0f h".formatted(seconds / 3_600) : "days";
        return new Cell(text, seconds < 60 ? Style.WARNING : Style.PLAIN);
    }

    private static Cell bar(Row row) {
        double fill = Math.min(1, row.queue().fill().orElse(0));
        // One stroke for anything at all, and the last one for a queue that is really full.
        int strokes = fill >= 1 ? BAR_LENGTH : Math.min(BAR_LENGTH - 1, (int) Math.ceil(fill * (BAR_LENGTH - 1)));
        return new Cell("[" + "|".repeat(strokes) + " ".repeat(BAR_LENGTH - strokes) + "]", KernelLimit.style(fill));
    }

    /** Sorts as {@code letterbox queues} does; rates are sorted with the fastest growth first. */
    Comparator<Row> order() {
        return switch (this) {
            case BAR -> FULL.order();
            case MESSAGE_RATE -> Comparator.comparingDouble(row -> -row.messages());
            case BYTE_RATE -> Comparator.comparingDouble(row -> -row.bytes());
            case FULL_IN -> Comparator.comparingDouble(row -> row.fullIn().orElse(Double.MAX_VALUE));
            default -> {
                Comparator<ListedQueue> order = same.orElseThrow().order();
                yield (one, other) -> order.compare(one.queue(), other.queue());
            }
        };
    }
}
