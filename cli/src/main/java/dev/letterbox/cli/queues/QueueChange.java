package dev.letterbox.cli.queues;

import dev.letterbox.cli.output.Counted;
import dev.letterbox.cli.output.JsonObject;
import dev.letterbox.cli.output.Words;
import dev.letterbox.sysv.QueueStatus;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * What happened in a queue between two looks, as far as the kernel tells. It counts no messages: only how many there are, who
 * sent and received last, and in which second.
 *
 * @param event what happened
 * @param messages how many messages; empty if that is unknown, since others went the opposite way
 * @param bytes how many bytes; empty if unknown
 * @param by the id of the process or thread that the kernel recorded last; 0 if it is invisible
 */
record QueueChange(Event event, OptionalLong messages, OptionalLong bytes, int by) {
    /** Something that happens in a queue. */
    enum Event {
        /** Messages were sent. */
        SENT,
        /** Messages were received. */
        RECEIVED,
        /** Owner, mode or capacity was changed. */
        CHANGED
    }

    /** Returns what happened from one look to the next. */
    static List<QueueChange> between(QueueStatus before, QueueStatus now) {
        long messages = now.messages() - before.messages();
        long bytes = now.bytes() - before.bytes();
        boolean sent = messages > 0 || !now.sent().equals(before.sent()) || now.lastSender() != before.lastSender();
        boolean received = messages < 0
                || !now.received().equals(before.received())
                || now.lastReceiver() != before.lastReceiver();
        List<QueueChange> changes = new ArrayList<>();
        if (sent) {
            changes.add(of(Event.SENT, messages > 0 && !received, messages, bytes, now.lastSender()));
        }
        if (received) {
            changes.add(of(Event.RECEIVED, messages < 0 && !sent, -messages, -bytes, now.lastReceiver()));
        }
        if (!now.changed().equals(before.changed())
                || now.ownerUid() != before.ownerUid()
                || !now.mode().equals(before.mode())
                || !now.capacity().equals(before.capacity())) {
            changes.add(new QueueChange(Event.CHANGED, OptionalLong.empty(), OptionalLong.empty(), 0));
        }
        return changes;
    }

    private static QueueChange of(Event event, boolean known, long messages, long bytes, int by) {
        return new QueueChange(
                event,
                known ? OptionalLong.of(messages) : OptionalLong.empty(),
                known ? OptionalLong.of(bytes) : OptionalLong.empty(),
                by);
    }

    /** Returns the event and the amount, as in {@code sent 2 messages, 80 bytes}. */
    String words() {
        if (event == Event.CHANGED) {
            return "owner, mode or capacity changed";
        }
        return Words.word(event)
                + (messages.isPresent()
                        ? " " + Counted.of(messages.getAsLong(), "message") + ", " + Counted.of(bytes.orElse(0), "byte")
                        : " an unknown number of messages");
    }

    JsonObject json(String time, Optional<String> program, QueueStatus now) {
        return new JsonObject()
                .put("time", time)
                .put("event", Words.word(event))
                .put("messages", messages)
                .put("bytes", bytes)
                .put("by", event == Event.CHANGED ? Optional.empty() : Optional.of(by))
                .put("program", program)
                .put("holdsMessages", now.messages())
                .put("holdsBytes", now.bytes());
    }
}
