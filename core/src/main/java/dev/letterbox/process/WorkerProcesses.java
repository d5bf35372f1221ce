package dev.letterbox.process;

import dev.letterbox.Content;
import dev.letterbox.Request;
import dev.letterbox.Service;
import dev.letterbox.ServiceException;
import dev.letterbox.Timeout;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;

/**
 * Answers requests in worker processes, each of which handles one request at a time. If a worker exits, for whatever
 * reason, only its request fails: the client gets FAILURE at once, and another worker takes its place.
 *
 * <p>The server still receives all requests and sends all answers; a worker receives the request and returns the content
 * through pipes, and uses no queue. A worker exits when its server does, for whatever reason.
 *
 * <p>A client that does not read keeps its worker, if its answer is long or 64 MB of other answers wait unread. Then more
 * workers are started, up to four times as many. Beyond that, when another request waits for a worker, the answer to the
 * client that has read nothing for longest is aborted.
 *
 * <p>This class is safe for use by any number of threads.
 */
public final class WorkerProcesses implements AutoCloseable {
    /** How long a worker may continue with a request that is over, before it is killed. */
    private static final Duration GRACE = Duration.ofSeconds(1);

    private final Supervision supervision;
    private final Duration patience;
    private final AtomicLong allAhead = new AtomicLong();

    private WorkerProcesses(Supervision supervision, Duration patience) {
        this.supervision = supervision;
        this.patience = patience;
    }

    /**
     * Starts the workers, and waits until the first one is ready. A worker that continues with a request for more than a
     * second after the request is over is killed.
     *
     * @param count the number of workers, 1 or more
     * @param patience the longest time that a request waits for a free worker, and that a worker may take until the next
     *     piece of an answer, before it is killed
     * @param command the program of a worker, with its arguments; it calls {@link ServiceProcess#run}
     * @return the workers
     * @throws WorkersFailedException if the workers exit before one is ready
     * @throws InterruptedException if the thread was interrupted
     * @throws IllegalArgumentException if the count is less than 1 or the patience not more than zero
     */
    public static WorkerProcesses start(int count, Duration patience, List<String> command)
            throws InterruptedException {
        return start(count, patience, GRACE, command);
    }

    /**
     * Starts the workers as {@link #start(int, Duration, List)} does, with another grace period.
     *
     * @param count the number of workers, 1 or more
     * @param patience the longest time that a request waits for a free worker, and that a worker may take until the next
     *     piece of an answer, before it is killed
     * @param grace how long a worker may continue with a request that is over, before it is killed
     * @param command the program of a worker, with its arguments; it calls {@link ServiceProcess#run}
     * @return the workers
     * @throws WorkersFailedException if the workers exit before one is ready
     * @throws InterruptedException if the thread was interrupted
     * @throws IllegalArgumentException if the count is less than 1 or the patience not more than zero
     */
    public static WorkerProcesses start(int count, Duration patience, Duration grace, List<String> command)
            throws InterruptedException {
        if (count < 1) {
            throw new IllegalArgumentException("There must be at least 1 worker process, not " + count + ".");
        }
        if (patience.isNegative() || patience.isZero()) {
            throw new IllegalArgumentException("The patience must be more than zero, not " + patience + ".");
        }
        Duration bounded = Timeout.bounded(patience);
        Supervision supervision = new Supervision(count, bounded, grace, command, WorkerProcess::launch);
        supervision.begin();
        return new WorkerProcesses(supervision, bounded);
    }

    /**
     * Returns a service that these workers answer.
     *
     * @param name the service's name in {@link ServiceProcess#run}; a server may offer it under another name
     * @param describe describes a request for the log, as {@link Service#describe} does, in the server's process
     * @return the service
     */
    public Service service(String name, Function<? super Request, String> describe) {
        return new Service() {
            @Override
            public Content open(Request request) throws ServiceException {
                return begin(name, this, request);
            }

            @Override
            public String describe(Request request) {
                return describe.apply(request);
            }
        };
    }

    /**
     * Sets the action to run when the workers have {@linkplain #requireWorking failed}, on a thread that no request waits
     * for. If they have failed already, it runs at once.
     *
     * @param action the action, such as closing the server
     */
    public void onFailure(Runnable action) {
        supervision.onFailure(action);
    }

    /**
     * Checks that the workers have not failed.
     *
     * @throws WorkersFailedException if workers exited three times within five seconds, not counting exits during requests
     *     of users other than the server's own
     */
    public void requireWorking() {
        supervision.requireWorking();
    }

    /**
     * Returns the process ids of the workers.
     *
     * @return the ids, in the order in which the workers started
     */
    public List<Long> processIds() {
        return supervision.processIds();
    }

    /**
     * Returns how many workers have exited unasked: by themselves, by a signal from elsewhere, or killed because they
     * continued with a request that was over.
     *
     * @return the number since the start, 0 or more
     */
    public long endCount() {
        return supervision.endCount();
    }

    private Content begin(String name, Service service, Request request) throws ServiceException {
        while (true) {
            Optional<IsolatedContent> given =
                    supervision.acquire(request).serve(name, service, request, patience, allAhead);
            if (given.isEmpty()) {
                continue; // it ended in the moment in which it was chosen
            }
            boolean begun = false;
            try {
                given.get().awaitBegin();
                begun = true;
                return given.get();
            } finally {
                if (!begun) {
                    given.get().close();
                }
            }
        }
    }

    /**
     * Ends the workers: idle ones at once, all others after two seconds at most. Close the server first: requests in
     * progress fail. A worker that cannot be killed, since it waits in the kernel (state D), is left after two more seconds,
     * with a warning.
     */
    @Override
    public void close() {
        supervision.close();
    }
}
