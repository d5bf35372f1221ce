package dev.letterbox.recording;

import dev.letterbox.FailureKind;
import dev.letterbox.Request;
import jdk.jfr.Description;
import jdk.jfr.Label;
import jdk.jfr.Name;
import org.jspecify.annotations.Nullable;

/** A refusal in the flight recorder. */
@Name("dev.letterbox.Refusal")
@Label("Refusal")
@Description(
        "A request that the server refused by itself: too many requests in progress, no such service, or the server is stopping")
public final class RefusalEvent extends OfRequest {
    @Label("Reason")
    @Nullable
    String reason;

    public static void record(Request request, FailureKind why) {
        RefusalEvent event = new RefusalEvent();
        if (event.shouldCommit()) {
            event.describe(request);
            event.reason = why.name();
            event.commit();
        }
    }
}
