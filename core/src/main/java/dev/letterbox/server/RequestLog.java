package dev.letterbox.server;

import dev.letterbox.Outcome;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.function.Supplier;

/**
 * Takes note of the end of each request, and logs it in a line: at DEBUG, by a logger of its own, {@code
 * dev.letterbox.requests}, so that a program chooses by one name whether it wants them.
 */
final class RequestLog {
    private static final Logger LOG = System.getLogger("dev.letterbox.requests");

    private final ServerEvents events;

    RequestLog(ServerEvents events) {
        this.events = events;
    }

    void ended(ServedRequest request, Supplier<String> description, Outcome outcome, long bytes, long nanos) {
        events.ended(request, outcome, bytes, nanos);
        if (!LOG.isLoggable(Level.DEBUG)) {
            return;
        }
        String name = description.get();
        if (!name.isEmpty()) {
            LOG.log(
                    Level.DEBUG,
                    "{0} for {1} of {2} ({3}): {4}, {5,number,#} bytes, {6} ms",
                    name,
                    request.returnAddress(),
                    request.caller(),
                    request.dialect(),
                    outcome == Outcome.DENIED ? outcome + " (" + request.whyDenied() + ")" : outcome,
                    bytes,
                    "%.1f".formatted(nanos / 1e6));
        }
    }
}
