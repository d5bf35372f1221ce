package dev.letterbox.sysv.waiting;

import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;

/**
 * Makes a sleeping call on behalf of a virtual thread, on a platform thread, since a virtual thread that sleeps in the
 * kernel would hold its carrier and two of them would stop all others on two cores.
 *
 * <p>It costs two thread switches and a platform thread for as long as the call sleeps; threads are kept for a minute.
 */
public final class CarrierRelief {
    private static final ExecutorService PLATFORM_THREADS = Executors.newCachedThreadPool(
            Thread.ofPlatform().daemon().name("letterbox-sleeper-", 1).factory());

    private CarrierRelief() {}

    /** A call that may sleep and can be interrupted. */
    public interface SleepingCall {
        /**
         * Makes the call.
         *
         * @return true if it did what it was to do by its deadline
         * @throws InterruptedException if the thread was interrupted before that
         */
        boolean run() throws InterruptedException;
    }

    /**
     * Makes the call on a platform thread and waits for its outcome. An interrupt is passed on. If the call had already
     * succeeded or failed when the interrupt arrived, its outcome counts and the interrupt stays pending, so no message
     * is lost.
     *
     * @param call the call
     * @return what it returned
     * @throws InterruptedException if the call threw it
     */
    public static boolean run(SleepingCall call) throws InterruptedException {
        Errand errand = new Errand(call);
        PLATFORM_THREADS.execute(errand);
        return errand.outcome();
    }

    private static final class Errand implements Runnable {
        private final SleepingCall call;
        private @Nullable Thread runner;
        private boolean cancelled;
        private boolean done;
        private boolean result;
        private @Nullable Throwable failure;

        Errand(SleepingCall call) {
            this.call = call;
        }

        @Override
        public void run() {
            synchronized (this) {
                runner = Thread.currentThread();
                if (cancelled) {
                    runner.interrupt();
                }
            }
            boolean succeeded = false;
            Throwable thrown = null;
            try {
                succeeded = call.run();
            } catch (Throwable any) {
                thrown = any;
            }
            synchronized (this) {
                runner = null;
                result = succeeded;
                failure = thrown;
                done = true;
                notifyAll();
            }
        }

        synchronized boolean outcome() throws InterruptedException {
            boolean interrupted = false;
            while (!done) {
                try {
                    wait();
                } catch (InterruptedException wanted) {
                    interrupted = true;
                    cancelled = true;
                    if (runner != null) {
                        runner.interrupt();
                    }
                }
            }
            if (interrupted && !(failure instanceof InterruptedException)) {
                Thread.currentThread().interrupt();
            }
            if (failure != null) {
                throw rethrown(failure);
            }
            return result;
        }

        /** A sleeping call throws nothing else. */
        private static RuntimeException rethrown(Throwable failure) throws InterruptedException {
            return switch (failure) {
                case InterruptedException passedOn -> throw passedOn;
                case RuntimeException thrown -> thrown;
                case Error thrown -> throw thrown;
                default -> throw new AssertionError(failure);
            };
        }
    }
}
