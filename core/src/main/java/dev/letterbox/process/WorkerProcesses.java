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
 * Answers requests in processes of their own, each with one request at a time: whatever ends such a process costs
 * that request and no other. Its client gets FAILURE at once, and another process takes its place.
 *
 * <p>The server still receives all requests and sends all answers; a worker process is handed the request and hands back
 * the content, by pipes, and knows no queue. So nothing is half sent where one ends, and a client in a session hears of it
 * as of any failure. A worker ends with its server, however that ends.
 *
 * <p>A client that does not read keeps its worker, if its answer is long or 64 MB of others' wait. Then others are started, up to
 * four times as many; beyond that the client that has read nothing for longest loses its answer, as soon as
 * somebody waits for a worker.
 *
 * <p>This class is safe for use by any number of threads.
 */
public final class WorkerProcesses implements AutoCloseable {
    /** So long a worker has to let go of a request that nobody wants any more. */
    private static final Duration GRACE = Duration.ofSeconds(1);

    private final Supervision supervision;
    private final Duration patience;
    private final AtomicLong allAhead = new AtomicLong();

    private WorkerProcesses(Supervision supervision, Duration patience) {
        this.supervision = supervision;
        this.patience = patience;
    }

    /**
     * Starts the processes, and waits until the first one is ready.
     *
     * @param count how many answer at a time, 1 or more
     * @param patience how long one may take until its next piece of an answer; it is killed where it takes longer, and
     *     where a request's own deadline has passed and it does not let go of it
     * @param command the program that each of them runs, with its arguments; it calls {@link ServiceProcess#run}
     * @return the processes, at work
     * @throws WorkersFailedException if they end before one is ready
     * @throws InterruptedException if the thread was interrupted
     * @throws IllegalArgumentException if the count is less than 1 or the patience not more than zero
     */
    public static WorkerProcesses start(int count, Duration patience, List<String> command)
            throws InterruptedException {
        return start(count, patience, GRACE, command);
    }

    /**
     * Starts them, with a grace other than a second.
     *
     * @param count how many, 1 or more
     * @param patience how long a request waits at most for a worker that is free
     * @param grace how long a worker may take to let go of a request that nobody wants any more, before it is killed
     * @param command the program and its arguments, whose main program is {@link ServiceProcess}
     * @return the processes, of which one at least is ready
     * @throws WorkersFailedException if they end before one is ready
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
        Supervision supervision = new Supervision(count, bounded, grace, command);
        supervision.begin();
        return new WorkerProcesses(supervision, bounded);
    }

    /**
     * Makes a service that these processes answer for.
     *
     * @param name what the service is called in {@link ServiceProcess#run}; a server may offer it under other names
     * @param describe names a request for the log, as {@link Service#describe} does, without asking a worker
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
     * Sets what is done when the processes have {@linkplain #requireWorking failed}, on a thread that no request waits for;
     * at once where they have already.
     *
     * @param action what to do: to close the server, most likely
     */
    public void onFailure(Runnable action) {
        supervision.onFailure(action);
    }

    /**
     * Checks that requests are answered.
     *
     * @throws WorkersFailedException if processes ended again and again: three times within five seconds, not counting
     *     those that ended while they served another user than the server's own
     */
    public void requireWorking() {
        supervision.requireWorking();
    }

    /**
     * Returns which processes there are.
     *
     * @return their process ids, in the order of their start
     */
    public List<Long> processIds() {
        return supervision.processIds();
    }

    /**
     * Counts the ends that nobody wished for: of processes that ended by themselves, were ended by others, or were killed since
     * they did not let go of a request.
     *
     * @return 0 or more, since the start
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
     * Ends the processes: those that have nothing to do by themselves, all others after two seconds at most. Close the
     * server first: requests that are still at work fail.
     */
    @Override
    public void close() {
        supervision.close();
    }
}
