package dev.letterbox.recording;

import dev.letterbox.Drop;
import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import org.jspecify.annotations.Nullable;

/** A dropped message in the flight recorder. */
@Name("dev.letterbox.Drop")
@Label("Drop")
@Description("A message that was dropped without an answer: malformed, misaddressed, forged, repeated or stale")
@Category("Letterbox")
@StackTrace(false)
public final class DropEvent extends Event {
    @Label("Reason")
    @Nullable
    String reason;

    public static void record(Drop why) {
        DropEvent event = new DropEvent();
        if (event.shouldCommit()) {
            event.reason = why.name();
            event.commit();
        }
    }
}
