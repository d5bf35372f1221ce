package dev.letterbox.cli.top;

import dev.letterbox.cli.command.Failures;
import dev.letterbox.cli.host.ListedQueue;
import dev.letterbox.cli.host.WaiterText;
import dev.letterbox.cli.output.Ages;
import dev.letterbox.cli.output.Counted;
import dev.letterbox.cli.output.Printable;
import dev.letterbox.cli.output.Terminal;
import dev.letterbox.cli.top.QueueLook.Row;
import dev.letterbox.queues.reaper.Verdict;
import dev.letterbox.sysv.MessageBuffer;
import dev.letterbox.sysv.MessageQueue;
import dev.letterbox.sysv.error.QueueException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Describes one queue and its first messages, without receiving them. */
final class QueueContents {
    private static final int MOST_MESSAGES = 100;
    /** The most bytes of a message to show; a line of a terminal is shorter. */
    private static final int MOST_BYTES = 512;

    private static final int LABEL = 10;

    private QueueContents() {}

    static List<String> lines(int id, QueueLook look, Terminal terminal) {
        Optional<Row> found = look.rows().stream().filter(row -> row.id() == id).findFirst();
        if (found.isEmpty()) {
            return List.of("Queue " + id + " has been removed.");
        }
        Row row = found.get();
        ListedQueue queue = row.queue();
        List<String> lines = new ArrayList<>();
        lines.add("Kind      %s, key %s, mode %s"
                .formatted(
                        queue.kind(), text(TopColumn.KEY, row), queue.status().mode()));
        queue.client().ifPresent(client -> {
            lines.add("Client    process %d, of the server with key %s"
                    .formatted(
                            client.certificate().process().pid(),
                            client.certificate().server()));
            lines.add("Running   %s: %s"
                    .formatted(lives(client.verdict()), client.verdict().evidence()));
        });
        lines.add("Owner     %s:%s; created by %s:%s"
                .formatted(
                        queue.owner().user(),
                        queue.owner().group(),
                        queue.creator().user(),
                        queue.creator().group()));
        lines.add("Holds     %s, %d of %s bytes, %s  %s"
                .formatted(
                        Counted.of(queue.status().messages(), "message"),
                        queue.status().bytes(),
                        text(TopColumn.CAPACITY, row),
                        text(TopColumn.FULL, row),
                        text(TopColumn.BAR, row)));
        lines.add(
                row.messages() == 0 && row.bytes() == 0
                        ? "Backlog   steady"
                        : "Backlog   %s messages/s, %s/s; full in %s"
                                .formatted(
                                        text(TopColumn.MESSAGE_RATE, row),
                                        text(TopColumn.BYTE_RATE, row),
                                        text(TopColumn.FULL_IN, row)));
        lines.add("Sent      %s; by %s"
                .formatted(ago(Ages.words(queue.status().sent(), queue.seen())), text(TopColumn.SENDER, row)));
        lines.add("Received  %s; by %s"
                .formatted(ago(Ages.words(queue.status().received(), queue.seen())), text(TopColumn.RECEIVER, row)));
        queue.waiters().forEach(waiter -> lines.add("Waiting   " + WaiterText.sentence(waiter)));
        lines.add("Changed   " + ago(Ages.words(Optional.of(queue.status().changed()), queue.seen()))
                + (queue.looksOrphaned() ? "; " + leaked(queue) : ""));
        List<String> wrapped = new ArrayList<>(lines.stream()
                .flatMap(line -> terminal.labelled(line.substring(0, LABEL), line.substring(LABEL)).stream())
                .toList());
        wrapped.add("");
        wrapped.addAll(messages(id, terminal));
        return wrapped;
    }

    private static String lives(Verdict verdict) {
        return verdict.isOrphan() ? "no" : verdict instanceof Verdict.Alive ? "yes" : "unknown";
    }

    /** A queue with a key may be waiting for its next user. */
    private static String leaked(ListedQueue queue) {
        return queue.isCertain()
                ? "it is an orphan"
                : queue.status().isPrivate() ? "it looks leaked" : "its last users have exited";
    }

    private static String ago(String age) {
        return age.equals("never") || age.equals("now") ? age : age + " ago";
    }

    private static String text(TopColumn column, Row row) {
        return column.cell(row).text();
    }

    private static List<String> messages(int id, Terminal terminal) {
        List<String> lines = new ArrayList<>();
        try (MessageQueue queue = MessageQueue.ofId(id)) {
            MessageBuffer message = MessageBuffer.allocate();
            while (lines.size() < MOST_MESSAGES && queue.peek(message, lines.size())) {
                byte[] body = message.toByteArray();
                byte[] beginning = java.util.Arrays.copyOf(body, Math.min(body.length, MOST_BYTES));
                lines.add("%3d: type %d, %s%s%s"
                        .formatted(
                                lines.size(),
                                message.type(),
                                Counted.of(body.length, "byte"),
                                body.length == 0 ? "" : ": ",
                                Printable.escaped(beginning)));
            }
        } catch (QueueException refused) {
            return terminal.labelled("", "Its messages cannot be shown. " + Failures.describe(refused));
        }
        lines.addFirst(lines.isEmpty() ? "No messages." : "Messages, in the order of the queue:");
        return lines;
    }
}
