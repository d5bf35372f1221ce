package dev.letterbox;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.StackTrace;
import org.jspecify.annotations.Nullable;

/** Is what all events of the flight recorder about a request tell of it. */
@Category("Letterbox")
@StackTrace(false)
abstract class OfRequest extends Event {
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

    final void describe(Request request) {
        service = request.service();
        dialect = request.dialect();
        uid = Integer.toUnsignedLong(request.caller().uid());
        queue = request.returnAddress();
    }
}
