package dev.letterbox.process;

import dev.letterbox.Content;
import dev.letterbox.FailureKind;
import dev.letterbox.Request;
import dev.letterbox.Service;
import dev.letterbox.ServiceException;
import dev.letterbox.process.WorkerWire.Frame;
import dev.letterbox.process.WorkerWire.Kind;
import dev.letterbox.server.Server;
import java.io.BufferedInputStream;
import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The main program of a worker process: it answers the requests that {@link WorkerProcesses} hands to it, one at a time,
 * with the same services that a server would call in its own threads.
 *
 * <p>Standard input and output belong to the server; what services print goes to standard error. The process ends when
 * its server does, for whatever reason.
 */
public final class ServiceProcess {
    private static final Logger LOG = System.getLogger(Server.class.getName());

    /** So long the end of the JVM may take in an orderly way. */
    private static final long LAST_PATIENCE = TimeUnit.SECONDS.toNanos(1);

    private final Map<String, ? extends Service> services;
    private final InputStream in;
    private final FileChannel out;
    private final ReentrantLock reading = new ReentrantLock();

    /** What is being answered. */
    private volatile @Nullable Call current;

    private ServiceProcess(Map<String, ? extends Service> services, InputStream in, FileChannel out) {
        this.services = services;
        this.in = in;
        this.out = out;
    }

    /**
     * Answers requests on the calling thread and another one. When the server has no more, or is gone, the JVM exits.
     *
     * @param services by the names that were given to {@link WorkerProcesses#service}
     */
    @SuppressWarnings("SystemOut") // the one place that takes it away
    public static void run(Map<String, ? extends Service> services) {
        // Never closed: the end of the process is the end of the pipe.
        @SuppressWarnings("resource")
        ServiceProcess process = new ServiceProcess(
                services,
                new BufferedInputStream(new FileInputStream(FileDescriptor.in)),
                new FileOutputStream(FileDescriptor.out).getChannel());
        System.setIn(InputStream.nullInputStream());
        System.setOut(System.err);
        process.begin();
    }

    private void begin() {
        try {
            write(ByteBuffer.wrap(WorkerWire.bare(Kind.READY, 0)));
        } catch (IOException gone) {
            exit();
        }
        // While one of the two serves, the other one listens: a request is served by the thread that has read it.
        Thread.ofPlatform().daemon().name("letterbox-service").start(this::serve);
        serve();
    }

    private void serve() {
        Answer answer = new Answer();
        try {
            for (Optional<Call> next = nextCall(); next.isPresent(); next = nextCall()) {
                answer.give(next.get());
            }
        } catch (IOException broken) {
            LOG.log(Level.DEBUG, "the server''s pipe broke: {0}", broken.getMessage());
        } catch (Error fatal) {
            die(fatal);
        }
        exit();
    }

    /** What is left of a process that has no memory, or the like, is better not asked again. */
    private static void die(Error fatal) {
        try {
            LOG.log(Level.ERROR, "This worker process exits, and its request fails", fatal);
        } finally {
            Runtime.getRuntime().halt(1);
        }
    }

    /** Nobody waits for what a service does meanwhile. */
    private static void exit() {
        Thread.ofPlatform().daemon().name("letterbox-halt").start(() -> {
            LockSupport.parkNanos(LAST_PATIENCE);
            Runtime.getRuntime().halt(0);
        });
        System.exit(0);
    }

    /** Waits for the next request, and cancels the last one if it is told to. */
    private Optional<Call> nextCall() throws IOException {
        reading.lock();
        try {
            for (Optional<Frame> frame = WorkerWire.read(in); frame.isPresent(); frame = WorkerWire.read(in)) {
                Call last = current;
                if (frame.get().kind() == Kind.OPEN) {
                    Call next = new Call(frame.get().number(), frame.get().request());
                    current = next;
                    return Optional.of(next);
                } else if (last != null && last.number == frame.get().number()) {
                    last.cancel();
                }
            }
            return Optional.empty();
        } finally {
            reading.unlock();
        }
    }

    private void write(ByteBuffer frames) throws IOException {
        while (frames.hasRemaining()) {
            out.write(frames);
        }
    }

    /** A request that is answered. */
    private static final class Call {
        private final int number;
        private final AssignedRequest request;

        // Guarded by this object's monitor.
        private @Nullable Thread serving;
        private boolean interrupted;

        Call(int number, AssignedRequest request) {
            this.number = number;
            this.request = request;
        }

        /** The service is asked, on this thread, from here on: it may be interrupted. */
        synchronized void enter() {
            serving = Thread.currentThread();
        }

        /** Nobody interrupts any more, least of all a write to the pipe, which would close that. */
        synchronized void leave() {
            serving = null;
            if (interrupted) {
                interrupted = false;
                Thread.interrupted();
            }
        }

        synchronized void cancel() {
            request.cancel();
            if (serving != null) {
                interrupted = true;
                serving.interrupt();
            }
        }
    }

    /** Gives answers, on one thread. What is short goes in one write, and so wakes the server once. */
    private final class Answer {
        /** Outside the heap, since services may have the kernel write into it. With room for what comes before and after. */
        private final ByteBuffer frames = ByteBuffer.allocateDirect(WorkerWire.MOST_CONTENT + 64 * WorkerWire.HEADER);

        private final MemorySegment memory = MemorySegment.ofBuffer(frames);

        void give(Call call) throws IOException {
            put(answer(call));
            flush();
        }

        /** Writes all but the last frame, and returns that. */
        private byte[] answer(Call call) throws IOException {
            Request request = call.request;
            Service service = services.get(request.service());
            if (service == null) {
                return WorkerWire.failure(
                        call.number,
                        FailureKind.INTERNAL,
                        "There is no service '" + request.service() + "' in the worker");
            }
            try (Content answer = open(service, call)) {
                long size = answer.size().orElse(Long.MAX_VALUE);
                frames.put(WorkerWire.begun(call.number, size));
                write(answer, size, call);
                return WorkerWire.bare(Kind.END, call.number);
            } catch (ServiceException refused) {
                return WorkerWire.failure(call.number, refused.kind(), refused.getMessage());
            } catch (RuntimeException defect) {
                LOG.log(
                        request.isCancelled() ? Level.DEBUG : Level.ERROR,
                        "The service '" + request.service() + "' failed on " + Service.descriptionOf(service, request),
                        defect);
                return WorkerWire.failure(call.number, FailureKind.INTERNAL, "Internal error");
            }
        }

        private static Content open(Service service, Call call) throws ServiceException {
            call.enter();
            try {
                return service.open(call.request);
            } catch (IOException failed) {
                throw new UncheckedIOException(failed);
            } finally {
                call.leave();
            }
        }

        private void write(Content answer, long size, Call call) throws ServiceException, IOException {
            prepare(answer, call);
            // Known content needs no read to find its end.
            for (long sent = 0; sent < size && !call.request.isCancelled(); ) {
                int length = read(answer, call);
                if (length < 0) {
                    return;
                }
                frames.putInt(WorkerWire.HEADER + length).put(Kind.DATA.code()).putInt(call.number);
                frames.position(frames.position() + length);
                sent += length;
                if (sent < size) {
                    flush();
                }
            }
        }

        private static void prepare(Content answer, Call call) throws ServiceException {
            call.enter();
            try {
                boolean done = false;
                while (!done && !call.request.isCancelled()) {
                    done = answer.prepare();
                }
            } catch (IOException failed) {
                throw new UncheckedIOException(failed);
            } finally {
                call.leave();
            }
        }

        /** Reads the next piece to where it will stand behind the header of its frame. */
        private int read(Content answer, Call call) throws ServiceException {
            call.enter();
            try {
                int length = answer.read(
                        memory.asSlice(frames.position() + (long) WorkerWire.HEADER), WorkerWire.MOST_CONTENT);
                if (length == 0 || length > WorkerWire.MOST_CONTENT) {
                    throw new IllegalStateException(
                            "the content returned " + length + " bytes instead of 1 to " + WorkerWire.MOST_CONTENT);
                }
                return length;
            } catch (IOException failed) {
                throw new UncheckedIOException(failed);
            } finally {
                call.leave();
            }
        }

        /** The last frame may be a long text. */
        private void put(byte[] last) throws IOException {
            if (last.length > frames.remaining()) {
                flush();
            }
            frames.put(last, 0, last.length);
        }

        private void flush() throws IOException {
            ServiceProcess.this.write(frames.flip());
            frames.clear();
        }
    }
}
