package dev.letterbox.recording;

import dev.letterbox.Outcome;
import dev.letterbox.Request;
import jdk.jfr.DataAmount;
import jdk.jfr.Description;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.Threshold;
import org.jspecify.annotations.Nullable;

/** A request in the flight recorder, from when it was received to its end. */
@Name("dev.letterbox.Request")
@Label("Request")
@Description("A request, from when it was received until its last message was sent, or given up")
// A busy server has tens of thousands in a second, and the slow ones are those that one looks for.
@Threshold("1 ms")
public final class RequestEvent extends OfRequest {
    /** An event that is never recorded: asking it costs no garbage. */
    private static final RequestEvent PROBE = new RequestEvent();

    @Label("Outcome")
    @Nullable
    String outcome;

    @Label("Content Sent")
    @DataAmount
    long bytes;

    /** Begins one; null if nobody records. */
    public static @Nullable RequestEvent start() {
        if (!PROBE.isEnabled()) {
            return null;
        }
        RequestEvent event = new RequestEvent();
        event.begin();
        return event;
    }

    public void finish(Request request, Outcome how, long sent) {
        if (shouldCommit()) {
            describe(request);
            outcome = how.name();
            bytes = sent;
            commit();
        }
    }
}
