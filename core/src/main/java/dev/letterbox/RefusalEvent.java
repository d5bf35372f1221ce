package dev.letterbox;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import org.jspecify.annotations.Nullable;

/** Is a refusal in the flight recorder. */
@Name("dev.letterbox.Refusal")
@Label("Refusal")
@Description("A request that the server refused by itself: too many at work, no such service, or it stops")
@Category("Letterbox")
@StackTrace(false)
final class RefusalEvent extends Event {
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

    @Label("Reason")
    @Nullable
    String reason;

    static void record(Request request, FailureKind why) {
        RefusalEvent event = new RefusalEvent();
        if (event.shouldCommit()) {
            event.service = request.service();
            event.dialect = request.dialect();
            event.uid = Integer.toUnsignedLong(request.caller().uid());
            event.queue = request.returnAddress();
            event.reason = why.name();
            event.commit();
        }
    }
}
