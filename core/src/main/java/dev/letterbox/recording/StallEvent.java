package dev.letterbox.recording;

import dev.letterbox.Request;
import jdk.jfr.DataAmount;
import jdk.jfr.Description;
import jdk.jfr.Label;
import jdk.jfr.Name;

/** A stall in the flight recorder, from when it was noticed until the client took something, or the request ended. */
@Name("dev.letterbox.Stall")
@Label("Stall")
@Description("A client that read nothing for a second: from then until it read something, or its request ended")
public final class StallEvent extends OfRequest {
    @Label("Content Sent")
    @DataAmount
    long bytes;

    @Label("Resumed")
    @Description("Whether the client read something before its request ended")
    boolean resumed;

    public void finish(Request request, long sent, boolean wentOn) {
        if (shouldCommit()) {
            describe(request);
            bytes = sent;
            resumed = wentOn;
            commit();
        }
    }
}
