package dev.letterbox.cli.files;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.function.LongSupplier;
import org.jline.utils.Signals;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;

/**
 * The signals that stop a server. The first one stops it and exits with status 0: whoever asked for the stop got it. The
 * JVM's own handlers would exit with 128 and the number of the signal, which service managers count as a failure. A
 * signal that comes more than a second later does not wait for the stop.
 *
 * <p>The thread that stops the server runs before there is one: when a signal comes, the system may give no more threads,
 * and then none of the JVM's shutdown hooks would run either.
 */
final class StopSignals implements AutoCloseable {
    /** A signal, by its name and its number. */
    private record Stop(String name, int number) {}

    private static final List<Stop> STOPS = List.of(new Stop("HUP", 1), new Stop("INT", 2), new Stop("TERM", 15));

    /** Added by shells and by Java to the number of a signal that ended a program. */
    private static final int ENDED_BY_SIGNAL = 128;

    /** What a signal asks for. */
    enum Wish {
        STOP,
        STOP_ONCE_MORE,
        END_AT_ONCE
    }

    /**
     * Tells signals that ask for the same stop from those of somebody who waits no longer. {@code timeout} of coreutils
     * sends each signal to its child and to the child's process group, so twice within microseconds; service managers and
     * shells do the like.
     */
    static final class Wishes {
        static final Duration SAME = Duration.ofSeconds(1);

        private final LongSupplier nanoTime;
        private boolean asked;
        private long since;

        /** The clock counts as {@link System#nanoTime} does. */
        Wishes(LongSupplier nanoTime) {
            this.nanoTime = nanoTime;
        }

        /** Returns what the signal asks for that has just come. */
        synchronized Wish next() {
            long now = nanoTime.getAsLong();
            if (!asked) {
                asked = true;
                since = now;
                return Wish.STOP;
            }
            return now - since < SAME.toNanos() ? Wish.STOP_ONCE_MORE : Wish.END_AT_ONCE;
        }

        synchronized boolean isStopAsked() {
            return asked;
        }
    }

    private final Wishes wishes = new Wishes(System::nanoTime);
    private final CompletableFuture<Runnable> stop = new CompletableFuture<>();
    private final CompletableFuture<@Nullable Void> idle = new CompletableFuture<>();
    private final CountDownLatch asked = new CountDownLatch(1);
    private final Map<Stop, Object> before = new LinkedHashMap<>();
    private final Thread stopper =
            Thread.ofPlatform().daemon().name("letterbox-stop").unstarted(this::stopWhenAsked);

    private StopSignals() {}

    /**
     * Installs the handlers. A signal that was ignored when this process started, as by nohup, stays ignored. Signals may
     * come from here on, and wait until it is said {@linkplain #stopBy how to stop}.
     */
    static StopSignals handle() {
        StopSignals signals = new StopSignals();
        signals.stopper.start();
        STOPS.forEach(each -> signals.before.put(each, Signals.register(each.name(), () -> signals.came(each))));
        return signals;
    }

    /** Says how to stop. */
    void stopBy(Runnable how) {
        stop.complete(how);
    }

    private void came(Stop signal) {
        switch (wishes.next()) {
            case STOP -> asked.countDown();
            case STOP_ONCE_MORE -> {}
            case END_AT_ONCE -> Runtime.getRuntime().halt(ENDED_BY_SIGNAL + signal.number());
        }
    }

    private void stopWhenAsked() {
        try {
            asked.await();
        } catch (InterruptedException nobodyAsked) {
            idle.complete(null);
            return;
        }
        int status = CommandLine.ExitCode.OK;
        try {
            stop.join().run();
        } catch (RuntimeException | Error defect) {
            status = CommandLine.ExitCode.SOFTWARE;
            ServerLog.note("The server did not stop in order: " + defect + ".");
            ServerLog.flush();
        }
        System.exit(status);
    }

    /**
     * Waits for the end of the JVM if a stop was asked for; there is nothing to stop any more. Otherwise gives the signals
     * back.
     */
    @Override
    public void close() {
        stop.complete(() -> {});
        if (!wishes.isStopAsked()) {
            before.forEach((each, handler) -> Signals.unregister(each.name(), handler));
            stopper.interrupt();
        }
        // The stopper ends the JVM, or has nothing to do.
        idle.join();
    }
}
