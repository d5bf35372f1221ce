package dev.letterbox.server;

import dev.letterbox.Caller;
import dev.letterbox.Outcome;
import dev.letterbox.ReturnAddress;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.concurrent.TimeUnit;
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
            String why = outcome == Outcome.DENIED ? request.whyDenied() : "";
            // An object: a logger that has a thread for it makes the text there.
            LOG.log(
                    Level.DEBUG,
                    new Line(
                            name,
                            request.returnAddress(),
                            request.caller(),
                            request.dialect(),
                            outcome,
                            why,
                            bytes,
                            nanos));
        }
    }

    /** What a line says of a request that is over. Its payload is not kept. */
    private record Line(
            String name,
            ReturnAddress address,
            Caller caller,
            String dialect,
            Outcome outcome,
            String why,
            long bytes,
            long nanos) {
        private static final long TENTH = TimeUnit.MILLISECONDS.toNanos(1) / 10;

        @Override
        public String toString() {
            StringBuilder line = new StringBuilder(name.length() + 80)
                    .append(name)
                    .append(" for ")
                    .append(address)
                    .append(" of ")
                    .append(caller)
                    .append(" (")
                    .append(dialect)
                    .append("): ")
                    .append(outcome);
            if (!why.isEmpty()) {
                line.append(" (").append(why).append(')');
            }
            long tenths = (nanos + TENTH / 2) / TENTH;
            return line.append(", ")
                    .append(bytes)
                    .append(" bytes, ")
                    .append(tenths / 10)
                    .append('.')
                    .append(tenths % 10)
                    .append(" ms")
                    .toString();
        }
    }
}
