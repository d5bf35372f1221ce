package dev.letterbox.recording;

import dev.letterbox.Caller;
import dev.letterbox.Request;
import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.StackTrace;
import org.jspecify.annotations.Nullable;

/** What all events of the flight recorder about a request tell of it. */
@Category("Letterbox")
@StackTrace(false)
public abstract class OfRequest extends Event {
    @Label("Service")
    @Nullable
    String service;

    @Label("Dialect")
    @Nullable
    String dialect;

    @Label("User")
    @Nullable
    String user;

    @Label("User Id")
    @Description("-1 for a user who has only a name")
    long uid;

    @Label("Private Queue")
    @Description("The return address; -1 for a queue that has only a name")
    int queue;

    final void describe(Request request) {
        service = request.service();
        dialect = request.dialect();
        Caller caller = request.caller();
        user = caller.name();
        uid = caller.isUser() ? Integer.toUnsignedLong(caller.uid()) : -1;
        queue = request.returnAddress().queueId().orElse(-1);
    }
}
