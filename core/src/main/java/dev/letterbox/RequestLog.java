package dev.letterbox;

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

    /** Names a request in a service's words, if it finds any. */
    static String describe(Service service, Request request) {
        try {
            return service.describe(request);
        } catch (RuntimeException defect) {
            return "a request";
        }
    }

    void ended(Request request, Supplier<String> description, Outcome outcome, long bytes, long nanos) {
        events.ended(request, outcome, bytes, nanos);
        if (!LOG.isLoggable(Level.INFO)) {
            return;
        }
        String name = description.get();
        if (!name.isEmpty()) {
            LOG.log(
                    Level.INFO,
                    "{0} for queue {1,number,#} of {2} ({3}): {4}, {5,number,#} bytes, {6} ms",
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
