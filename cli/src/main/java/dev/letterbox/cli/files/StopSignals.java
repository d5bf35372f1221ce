package dev.letterbox.cli.files;

import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jline.utils.Signals;

/**
 * The signals that stop a server. The first one exits with status 0 once the shutdown hooks have run: whoever asked for the
 * stop got it. The JVM's own handlers would exit with 128 and the number of the signal, which service managers count as a
 * failure. A second signal does not wait for the hooks.
 */
final class StopSignals {
    /** A signal, by its name and its number. */
    private record Stop(String name, int number) {}

    private static final List<Stop> STOPS = List.of(new Stop("HUP", 1), new Stop("INT", 2), new Stop("TERM", 15));

    /** Added by shells and by Java to the number of a signal that ended a program. */
    private static final int ENDED_BY_SIGNAL = 128;

    private StopSignals() {}

    /** Installs the handlers. A signal that was ignored when this process started, as by nohup, stays ignored. */
    static void handle() {
        AtomicBoolean stopping = new AtomicBoolean();
        STOPS.forEach(stop -> Signals.register(stop.name(), () -> {
            if (stopping.getAndSet(true)) {
                Runtime.getRuntime().halt(ENDED_BY_SIGNAL + stop.number());
            }
            System.exit(0);
        }));
    }
}
