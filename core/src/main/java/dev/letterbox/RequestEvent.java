package dev.letterbox;

import jdk.jfr.Category;
import jdk.jfr.DataAmount;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import jdk.jfr.Threshold;
import org.jspecify.annotations.Nullable;

/** Is a request in the flight recorder, from when it was received to its end. */
@Name("dev.letterbox.Request")
@Label("Request")
@Description("A request, from when it was received until its last message was sent, or given up")
@Category("Letterbox")
@StackTrace(false)
// A busy server has tens of thousands in a second, and the slow ones are those that one looks for.
@Threshold("1 ms")
final class RequestEvent extends Event {
    /** Is never recorded: asking it costs no garbage. */
    private static final RequestEvent PROBE = new RequestEvent();

    @Label("Service")
    @Nullable
    String service;

    @Label("Dialect")
    @Nullable
    String dialect;

    @Label("User Id")
    long uid;

    @Label("Private Queue")
    @Description("The return address")
    int queue;

    @Label("Outcome")
    @Nullable
    String outcome;

    @Label("Content Sent")
    @DataAmount
    long bytes;

    /** Begins one; null where nobody records. */
    static @Nullable RequestEvent start() {
        if (!PROBE.isEnabled()) {
            return null;
        }
        RequestEvent event = new RequestEvent();
        event.begin();
        return event;
    }

    void finish(Request request, Outcome how, long sent) {
        if (shouldCommit()) {
            service = request.service();
            dialect = request.dialect();
            uid = Integer.toUnsignedLong(request.caller().uid());
            queue = request.returnAddress();
            outcome = how.name();
            bytes = sent;
            commit();
        }
    }
}
