package dev.letterbox;

import jdk.jfr.Category;
import jdk.jfr.DataAmount;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import org.jspecify.annotations.Nullable;

/** Is a stall in the flight recorder, from when it was noticed until the client took something, or the request ended. */
@Name("dev.letterbox.Stall")
@Label("Stall")
@Description("A client that took nothing for a second: from then until it took something, or its request ended")
@Category("Letterbox")
@StackTrace(false)
final class StallEvent extends Event {
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

    @Label("Content Sent")
    @DataAmount
    long bytes;

    @Label("Resumed")
    @Description("Whether the client took something before its request ended")
    boolean resumed;

    void finish(Request request, long sent, boolean wentOn) {
        if (shouldCommit()) {
            service = request.service();
            dialect = request.dialect();
            uid = Integer.toUnsignedLong(request.caller().uid());
            queue = request.returnAddress();
            bytes = sent;
            resumed = wentOn;
            commit();
        }
    }
}
