package dev.letterbox.process;

import dev.letterbox.FailureKind;
import dev.letterbox.Request;
import dev.letterbox.Service;
import dev.letterbox.ServiceException;
import dev.letterbox.process.WorkerWire.Frame;
import dev.letterbox.process.WorkerWire.Kind;
import dev.letterbox.server.Server;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** A worker process, as its server sees it: what it serves, what it sends, how it ended. */
final class WorkerProcess {
    private static final Logger LOG = System.getLogger(Server.class.getName());
    private static final int SIGNALLED = 128;

    /**
     * A terminal sends Ctrl-C, and a service manager TERM, to all processes of a server at once. Its workers are to finish
     * what they have, and end with their server. What is ignored when a JVM starts, it ignores.
     */
    private static final List<String> DEAF =
            List.of("/bin/sh", "-c", "trap '' HUP INT TERM; exec \"$@\"", "letterbox-worker");

    /** Learns what becomes of a worker, on threads that no request waits for. */
    interface Supervisor {
        /** It takes requests from now on. */
        void ready(WorkerProcess worker);

        /** It has sent all there was for its request. */
        void served(WorkerProcess worker);

        /** The client of a request does not want the rest. */
        void unwanted(WorkerProcess worker, int number);

        /** It has ended, with this still to do; the client has been told. */
        void ended(WorkerProcess worker, @Nullable Assignment left);
    }

    /** A request that a worker has. */
    record Assignment(int number, Service service, Request request, IsolatedContent content) {}

    private final Process process;
    private final OutputStream orders;
    private final Supervisor supervisor;

    // Guarded by this object's monitor.
    private @Nullable Assignment assignment;
    private int lastNumber;
    private boolean gone;

    private WorkerProcess(Process process, Supervisor supervisor) {
        this.process = process;
        this.orders = process.getOutputStream();
        this.supervisor = supervisor;
    }

    /** Starts a process for one. */
    static Process launch(List<String> command) throws IOException {
        List<String> words = new ArrayList<>(DEAF);
        words.addAll(command);
        return new ProcessBuilder(words).start();
    }

    /** Begins to use a process that was started as one. Its supervisor hears of it from another thread. */
    static WorkerProcess on(Process process, Supervisor supervisor) {
        WorkerProcess worker = new WorkerProcess(process, supervisor);
        boolean heard = false;
        try {
            Thread.ofPlatform()
                    .daemon()
                    .name("letterbox-worker-" + process.pid())
                    .start(worker::listen);
            Thread.ofPlatform()
                    .daemon()
                    .name("letterbox-worker-" + process.pid() + "-log")
                    .start(() -> WorkerLog.copy(process.pid(), process.getErrorStream()));
            heard = true;
        } finally {
            if (!heard) {
                process.destroyForcibly();
            }
        }
        // Whoever listens may be waiting for a client, or for the end of another process that has the pipe as well.
        var _ = process.onExit().thenRunAsync(() -> supervisor.ended(worker, worker.lose()), WorkerProcess::run);
        return worker;
    }

    /** Without another thread to be had, on the one that saw the process end: a worker that nobody knows to be gone stays. */
    private static void run(Runnable told) {
        try {
            Thread.startVirtualThread(told);
        } catch (OutOfMemoryError noThread) {
            told.run();
        }
    }

    long pid() {
        return process.pid();
    }

    // What it sends

    private void listen() {
        try (InputStream in = new BufferedInputStream(process.getInputStream(), WorkerWire.MOST_CONTENT)) {
            for (Optional<Frame> frame = WorkerWire.read(in); frame.isPresent(); frame = WorkerWire.read(in)) {
                take(frame.get());
            }
        } catch (IOException broken) {
            LOG.log(
                    Level.DEBUG,
                    "the output of worker process {0,number,#} breaks off: {1}",
                    pid(),
                    broken.getMessage());
        } catch (InterruptedException impossible) {
            throw new AssertionError("nobody has this thread's handle", impossible);
        } finally {
            process.destroyForcibly();
        }
    }

    /** It has ended: what it had comes to nothing. Returns what that was. */
    private @Nullable Assignment lose() {
        Assignment left;
        synchronized (this) {
            gone = true;
            left = assignment;
        }
        return left != null
                        && left.content()
                                .fail(new ServiceException(
                                        FailureKind.LOST,
                                        "The worker process that answered " + ending() + " before it was done"))
                ? left
                : null;
    }

    private void take(Frame frame) throws IOException, InterruptedException {
        if (frame.kind() == Kind.READY) {
            supervisor.ready(this);
            return;
        }
        Assignment serving = assignment();
        if (serving == null || serving.number() != frame.number()) {
            throw new IOException("a frame for request " + frame.number() + ", which it does not have");
        }
        IsolatedContent content = serving.content();
        switch (frame.kind()) {
            case BEGUN -> content.begin(frame.size());
            case DATA -> {
                if (frame.body().length == 0) {
                    throw new IOException("a piece of nothing, which would be taken for the end");
                }
                content.add(frame.body());
            }
            case END -> {
                // Who has this worker next waits for this thread: so it is free only when nothing holds that up.
                content.complete();
                // And before its client hears of the end: should it be killed then, it was at nobody's work.
                done();
                content.end();
            }
            case FAILURE -> {
                ServiceException why = frame.failure();
                done();
                content.fail(why);
            }
            case OPEN, CANCEL, READY -> throw new IOException("a frame of kind " + frame.kind());
        }
    }

    private void done() {
        synchronized (this) {
            assignment = null;
        }
        supervisor.served(this);
    }

    // What it is told

    /**
     * Hands a request to it.
     *
     * @param name by which the worker knows the service
     * @param service names the request for the log
     * @param patience how long it may send nothing
     * @param allAhead how much is taken ahead from all workers
     * @return what it will send; empty if it has ended already
     */
    Optional<IsolatedContent> serve(
            String name, Service service, Request request, Duration patience, AtomicLong allAhead) {
        int number;
        IsolatedContent content;
        synchronized (this) {
            if (gone) {
                return Optional.empty();
            }
            int next = ++lastNumber;
            number = next;
            content = new IsolatedContent(allAhead, request, patience, () -> supervisor.unwanted(this, next));
            assignment = new Assignment(number, service, request, content);
        }
        tell(WorkerWire.open(number, name, request));
        return Optional.of(content);
    }

    /** Tells it that nobody wants the rest of a request. */
    void cancel(int number) {
        tell(WorkerWire.bare(Kind.CANCEL, number));
    }

    private void tell(byte[] frame) {
        synchronized (orders) {
            try {
                orders.write(frame);
                orders.flush();
            } catch (IOException ended) {
                LOG.log(Level.DEBUG, "cannot write to worker process {0,number,#}: {1}", pid(), ended.getMessage());
            }
        }
    }

    /** What it has to serve; null if nothing. */
    synchronized @Nullable Assignment assignment() {
        return assignment;
    }

    /** Lets it end when it has nothing more to do. */
    void dismiss() {
        synchronized (orders) {
            try {
                orders.close();
            } catch (IOException ended) {
                LOG.log(Level.DEBUG, "worker process {0,number,#} had exited: {1}", pid(), ended.getMessage());
            }
        }
    }

    void kill() {
        process.destroyForcibly();
    }

    /** Says that it was killed, and that nobody waits for its end. */
    void leave() {
        LOG.log(
                Level.WARNING,
                "Worker process {0,number,#} was killed and has not ended: it waits in the kernel, for example for a file"
                        + " system that does not answer. It is left, and ends when that wait does.",
                pid());
    }

    /** Says how it ended. */
    String ending() {
        int status = process.exitValue();
        return status > SIGNALLED ? "was killed by signal " + (status - SIGNALLED) : "ended with status " + status;
    }
}
