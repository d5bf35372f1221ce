package dev.letterbox.server;

import dev.letterbox.Outcome;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.function.Supplier;

/** Takes note of the end of each request, and logs it in a line. */
final class RequestLog {
    private static final Logger LOG = System.getLogger(Server.class.getName());

    private final ServerEvents events;

    RequestLog(ServerEvents events) {
        this.events = events;
    }

    void ended(ServedRequest request, Supplier<String> description, Outcome outcome, long bytes, long nanos) {
        events.ended(request, outcome, bytes, nanos);
        if (!LOG.isLoggable(Level.INFO)) {
            return;
        }
        String name = description.get();
        if (!name.isEmpty()) {
            LOG.log(
                    Level.INFO,
                    "{0} for {1} of {2} ({3}): {4}, {5,number,#} bytes, {6} ms",
                    name,
                    request.returnAddress(),
                    request.caller(),
                    request.dialect(),
                    outcome,
                    bytes,
                    "%.1f".formatted(nanos / 1e6));
        }
    }
}
