package dev.letterbox.queues.reaper;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import org.jspecify.annotations.Nullable;

/** An orphan, and what the reaper made of it, in the flight recorder. */
@Name("dev.letterbox.Reap")
@Label("Reap")
@Description(
        "A private queue whose owner is dead: removed, refused (it could not be removed), or held (too many at once)")
@Category("Letterbox")
@StackTrace(false)
final class ReapEvent extends Event {
    @Label("Private Queue")
    int queue;

    @Label("User Id")
    long uid;

    @Label("Messages")
    @Description("How many messages were in it")
    long messages;

    @Label("Fate")
    @Nullable
    String fate;

    @Label("Evidence")
    @Nullable
    String evidence;

    static void record(Reaper.Case orphan) {
        ReapEvent event = new ReapEvent();
        if (event.shouldCommit()) {
            event.queue = orphan.queue().id();
            event.uid = Integer.toUnsignedLong(orphan.queue().creatorUid());
            event.messages = orphan.queue().messages();
            event.fate = orphan.fate().name();
            event.evidence = orphan.verdict().evidence();
            event.commit();
        }
    }
}
