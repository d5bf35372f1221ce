package dev.letterbox.cli.top;

import dev.letterbox.cli.top.QueueLook.Row;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * What the user of the live screen has chosen: order, filter, the queue at the cursor. Keys change it. For one thread.
 */
final class TopView {
    private static final List<TopColumn> SORTABLE =
            Arrays.stream(TopColumn.values()).filter(TopColumn::isSortable).toList();

    /** The content of the screen. */
    enum Shown {
        /** Server, users and queues. */
        LIST,
        /** One queue and its messages. */
        QUEUE,
        /** The explanation of the keys. */
        HELP
    }

    private TopColumn sort;
    private boolean reverse;
    private String filter;
    private Optional<String> typed = Optional.empty();
    private boolean paused;
    private boolean users = true;
    private boolean over;
    private Shown shown = Shown.LIST;
    private Shown behindHelp = Shown.LIST;
    private int marked = -1;
    private int scrolled;

    TopView(TopColumn sort, boolean reverse, String filter) {
        this.sort = sort;
        this.reverse = reverse;
        this.filter = filter;
    }

    TopColumn sort() {
        return sort;
    }

    boolean reverse() {
        return reverse;
    }

    /** Returns the text that rows must contain, also while it is being typed. */
    String filter() {
        return typed.orElse(filter);
    }

    boolean isTyping() {
        return typed.isPresent();
    }

    boolean paused() {
        return paused;
    }

    boolean users() {
        return users;
    }

    /** Returns whether the user has quit. */
    boolean isOver() {
        return over;
    }

    Shown shown() {
        return shown;
    }

    /** Returns the id of the queue at the cursor; negative for none. */
    int marked() {
        return marked;
    }

    /** Returns how many lines of a long text are above the screen. */
    int scrolled() {
        return scrolled;
    }

    /** Limits scrolling to the text. */
    void scrollAtMost(int lines) {
        scrolled = Math.clamp(scrolled, 0, Math.max(0, lines));
    }

    /** Returns the rows that match the filter, in order. */
    List<Row> rows(QueueLook look) {
        Comparator<Row> order = reverse ? sort.order().reversed() : sort.order();
        return look.rows().stream()
                .filter(this::fits)
                .sorted(order.thenComparing(TopColumn.ID.order()))
                .toList();
    }

    private boolean fits(Row row) {
        String wanted = filter().toLowerCase(Locale.ROOT);
        return wanted.isEmpty()
                || Stream.of(
                                TopColumn.KEY,
                                TopColumn.ID,
                                TopColumn.KIND,
                                TopColumn.OWNER,
                                TopColumn.SENDER,
                                TopColumn.RECEIVER)
                        .anyMatch(column ->
                                column.cell(row).text().toLowerCase(Locale.ROOT).contains(wanted));
    }

    /** Does what a key asks for. */
    void press(TopKey key, QueueLook look, int page) {
        if (key.kind() == TopKey.Kind.HANG_UP) {
            over = true;
        } else if (typed.isPresent()) {
            type(key, typed.get());
        } else if (shown == Shown.LIST) {
            inList(key, look, page);
        } else {
            inText(key, page);
        }
    }

    private void type(TopKey key, String text) {
        switch (key.kind()) {
            case CHARACTER -> typed = Optional.of(text + key.character());
            case BACKSPACE -> typed = Optional.of(text.isEmpty() ? "" : text.substring(0, text.length() - 1));
            case ENTER -> {
                filter = text;
                typed = Optional.empty();
            }
            case ESCAPE -> typed = Optional.empty();
            default -> {}
        }
    }

    private void inList(TopKey key, QueueLook look, int page) {
        switch (key.kind()) {
            case UP -> mark(look, -1);
            case DOWN -> mark(look, 1);
            case PAGE_UP -> mark(look, -page);
            case PAGE_DOWN -> mark(look, page);
            case HOME -> mark(look, -look.rows().size());
            case END -> mark(look, look.rows().size());
            case ESCAPE -> filter = "";
            case ENTER -> {
                if (marked < 0) {
                    mark(look, 0);
                }
                if (marked >= 0) {
                    show(Shown.QUEUE);
                }
            }
            case CHARACTER -> command(key.character());
            default -> {}
        }
    }

    private void command(char character) {
        switch (character) {
            case 'q', 'Q' -> over = true;
            case 's', '>' -> sort = neighbour(1);
            case 'S', '<' -> sort = neighbour(-1);
            case 'r' -> reverse = !reverse;
            case '/', 'f' -> typed = Optional.of(filter);
            case 'p', ' ' -> paused = !paused;
            case 'u' -> users = !users;
            case '?', 'h' -> help();
            default -> {}
        }
    }

    private void help() {
        behindHelp = shown;
        show(Shown.HELP);
    }

    private void show(Shown what) {
        shown = what;
        scrolled = 0;
    }

    private void back() {
        show(shown == Shown.HELP ? behindHelp : Shown.LIST);
    }

    private TopColumn neighbour(int step) {
        return SORTABLE.get(Math.floorMod(SORTABLE.indexOf(sort) + step, SORTABLE.size()));
    }

    private void mark(QueueLook look, int step) {
        List<Integer> ids = rows(look).stream().map(Row::id).toList();
        if (!ids.isEmpty()) {
            int place = ids.indexOf(marked);
            // The first key shows where the mark is.
            marked = ids.get(place < 0 ? 0 : Math.clamp(place + (long) step, 0, ids.size() - 1));
        }
    }

    private void inText(TopKey key, int page) {
        switch (key.kind()) {
            case UP -> scrolled--;
            case DOWN -> scrolled++;
            case PAGE_UP -> scrolled -= page;
            case PAGE_DOWN -> scrolled += page;
            case HOME -> scrolled = 0;
            case END -> scrolled = Integer.MAX_VALUE / 2;
            case ESCAPE, ENTER, BACKSPACE -> back();
            case CHARACTER -> {
                switch (key.character()) {
                    case 'q' -> back();
                    case '?', 'h' -> {
                        if (shown == Shown.HELP) {
                            back();
                        } else {
                            help();
                        }
                    }
                    case 'Q' -> over = true;
                    case 'p', ' ' -> paused = !paused;
                    default -> {}
                }
            }
            default -> {}
        }
        scrolled = Math.max(0, scrolled);
    }
}
