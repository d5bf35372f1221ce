package dev.letterbox.cli.host;

import static java.util.Comparator.comparing;
import static java.util.Comparator.comparingDouble;
import static java.util.Comparator.comparingInt;
import static java.util.Comparator.comparingLong;
import static java.util.Comparator.reverseOrder;

import dev.letterbox.cli.output.Ages;
import dev.letterbox.cli.output.Style;
import dev.letterbox.cli.output.Table;
import dev.letterbox.cli.output.Table.Cell;
import dev.letterbox.cli.output.Words;
import dev.letterbox.queues.ServerStatus;
import dev.letterbox.sysv.Key;
import java.time.Instant;
import java.util.Comparator;
import java.util.Optional;

/** The columns of the list of queues, in their order. The last number says which column is dropped first if room is short. */
public enum QueueColumn {
    KEY(false, false, -3),
    ID(true, false, 0),
    KIND(false, false, -2),
    SERVER(false, false, 3),
    OWNER(false, true, -4),
    CREATOR(false, true, 7),
    MODE(false, false, 2),
    MESSAGES(true, false, -1),
    BYTES(true, false, 4),
    CAPACITY(true, false, 5),
    FULL(true, false, 0),
    SENDER(false, true, -5),
    RECEIVER(false, true, -6),
    SENT(false, false, 6),
    RECEIVED(false, false, 6),
    CHANGED(false, false, 8),
    WAITING(false, false, 1),
    IDLE(false, false, 1);

    private final boolean right;
    private final boolean cuttable;
    private final int dispensable;

    QueueColumn(boolean right, boolean cuttable, int dispensable) {
        this.right = right;
        this.cuttable = cuttable;
        this.dispensable = dispensable;
    }

    public Table.Column column() {
        return new Table.Column(name(), right, cuttable, dispensable);
    }

    /** Returns the column as one that was asked for: it is never dropped. */
    public Table.Column indispensable() {
        return new Table.Column(name(), right, cuttable, 0);
    }

    public Cell cell(ListedQueue queue) {
        return switch (this) {
            case KEY -> Cell.of(queue.status().key().map(Object::toString).orElse("-"));
            case ID -> Cell.of(queue.status().id());
            case KIND -> kind(queue);
            case SERVER -> Cell.of(server(queue).map(Object::toString).orElse("-"));
            case OWNER -> Cell.of(queue.owner().user());
            case CREATOR -> Cell.of(queue.creator().user());
            case MODE -> Cell.of(queue.status().mode().toString());
            case MESSAGES -> Cell.of(queue.status().messages());
            case BYTES -> Cell.of(queue.status().bytes());
            case CAPACITY ->
                queue.status().capacity().isPresent()
                        ? Cell.of(queue.status().capacity().getAsLong())
                        : Cell.of("?");
            case FULL -> full(queue);
            case SENDER -> user(queue.sender(), " gone");
            // It may have been only a thread that exited.
            case RECEIVER -> user(queue.receiver(), " gone?");
            case WAITING ->
                Cell.of(queue.waiters().isEmpty() && queue.waitersHidden() ? "?" : WaiterText.brief(queue.waiters()));
            case SENT -> age(queue.status().sent(), queue);
            case RECEIVED -> age(queue.status().received(), queue);
            case CHANGED -> age(Optional.of(queue.status().changed()), queue);
            case IDLE -> Cell.of(Ages.words(queue.idle()));
        };
    }

    /** Sorts names alphabetically, and amounts and ages largest first. */
    public Comparator<ListedQueue> order() {
        return switch (this) {
            case KEY -> comparing(queue -> queue.status().keyValue(), Integer::compareUnsigned);
            case ID -> comparingInt(queue -> queue.status().id());
            case KIND -> comparing(ListedQueue::kind);
            case SERVER -> comparing(queue -> server(queue).map(Key::value).orElse(0), Integer::compareUnsigned);
            case OWNER -> comparing(queue -> queue.owner().user());
            case CREATOR -> comparing(queue -> queue.creator().user());
            case MODE -> comparingInt(queue -> queue.status().mode().bits());
            case MESSAGES -> comparingLong(queue -> -queue.status().messages());
            case BYTES -> comparingLong(queue -> -queue.status().bytes());
            case CAPACITY -> comparingLong(queue -> -queue.status().capacity().orElse(0));
            case FULL -> comparingDouble(queue -> -queue.fill().orElse(0));
            case SENDER -> comparingInt(queue -> queue.status().lastSender());
            case RECEIVER -> comparingInt(queue -> queue.status().lastReceiver());
            case SENT -> comparing(queue -> queue.status().sent().orElse(Instant.MIN));
            case RECEIVED -> comparing(queue -> queue.status().received().orElse(Instant.MIN));
            case CHANGED -> comparing(queue -> queue.status().changed());
            case WAITING -> comparingInt(queue -> -queue.waiters().size());
            case IDLE -> comparing(ListedQueue::idle, reverseOrder());
        };
    }

    private static Cell kind(ListedQueue queue) {
        boolean guessed = queue.server()
                .filter(server -> server.state() == ServerStatus.State.HIDDEN)
                .isPresent();
        Style style = switch (queue.kind()) {
            case "left-over" -> Style.WARNING;
            case "orphan" -> Style.BAD;
            default -> Style.PLAIN;
        };
        return new Cell(queue.kind() + (guessed ? "?" : ""), style);
    }

    /** Returns the key of the server whose client owns the queue. */
    private static Optional<Key> server(ListedQueue queue) {
        return queue.client().map(client -> client.certificate().server());
    }

    private static Cell full(ListedQueue queue) {
        if (queue.fill().isEmpty()) {
            return Cell.of("?");
        }
        double fill = queue.fill().getAsDouble();
        return new Cell(KernelLimit.percent(fill) + "%", KernelLimit.style(fill));
    }

    private static Cell user(Optional<Processes.User> user, String gone) {
        return user.map(found -> switch (found.state()) {
                    case ALIVE ->
                        Cell.of(found.pid().orElseThrow() + " "
                                + found.program().orElse("?"));
                    case GONE -> new Cell(found.reported() + gone, Style.BAD);
                    case UNKNOWN -> Cell.of(found.reported() == 0 ? "?" : found.reported() + " ?");
                })
                .orElseGet(() -> Cell.of("-"));
    }

    private static Cell age(Optional<Instant> moment, ListedQueue queue) {
        return Cell.of(Ages.words(moment, queue.seen()));
    }

    /** Reads a column from the command line. */
    public static final class Names extends Words<QueueColumn> {
        Names() {
            super(QueueColumn.class);
        }
    }
}
