package dev.letterbox;

import dev.letterbox.WorkerWire.Frame;
import dev.letterbox.WorkerWire.Kind;
import java.io.BufferedInputStream;
import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Is the main program of a worker process: it answers the requests that {@link WorkerProcesses} hands to it, one at a time,
 * with the same services that a server would call in its own threads.
 *
 * <p>Standard input and output belong to the server; what services print goes to standard error. The process ends when
 * its server does, however that ends.
 */
public final class ServiceProcess {
    private static final Logger LOG = System.getLogger(Server.class.getName());

    /** So long the end of the JVM may take in an orderly way. */
    private static final long LAST_PATIENCE = TimeUnit.SECONDS.toNanos(1);

    private final Map<String, ? extends Service> services;
    private final InputStream in;
    /** No channel: an interrupt would close that. */
    private final OutputStream out;

    private final ReentrantLock reading = new ReentrantLock();

    // Guarded by this object's monitor.
    private int number;
    private @Nullable Request current;
    private @Nullable Thread serving;
    private boolean interrupted;

    private ServiceProcess(Map<String, ? extends Service> services, InputStream in, OutputStream out) {
        this.services = services;
        this.in = in;
        this.out = out;
    }

    /**
     * Answers requests on the calling thread. When the server has no more, or is gone, the JVM exits.
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
                new FileOutputStream(FileDescriptor.out));
        System.setIn(InputStream.nullInputStream());
        System.setOut(System.err);
        process.tell(WorkerWire.bare(Kind.READY, 0));
        // While one of the two serves, the other one listens: a request is served by the thread that has read it.
        Thread.ofPlatform().daemon().name("letterbox-service").start(process::serve);
        process.serve();
    }

    private void tell(byte[] frame) {
        try {
            out.write(frame);
        } catch (IOException broken) {
            LOG.log(Level.DEBUG, "the server''s pipe broke: {0}", broken.getMessage());
        }
    }

    private void serve() {
        Answer answer = new Answer();
        try {
            for (Optional<Frame> next = nextOrder(); next.isPresent(); next = nextOrder()) {
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
            LOG.log(Level.ERROR, "This worker process ends, and with it its request", fatal);
        } finally {
            Runtime.getRuntime().halt(1);
        }
    }

    /** Waits for the next request, and cancels the last one if it is told to. */
    private Optional<Frame> nextOrder() throws IOException {
        reading.lock();
        try {
            while (true) {
                Optional<Frame> frame = WorkerWire.read(in);
                if (frame.isEmpty() || frame.get().kind() != Kind.CANCEL) {
                    return frame;
                }
                cancel(frame.get().number());
            }
        } finally {
            reading.unlock();
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

    private synchronized void cancel(int which) {
        Request request = current;
        if (request != null && number == which) {
            request.cancel();
            if (serving != null) {
                interrupted = true;
                serving.interrupt();
            }
        }
    }

    private synchronized void enter(int which, Request request) {
        number = which;
        current = request;
        serving = Thread.currentThread();
    }

    /** An interrupt was this request's, and not the next one's. */
    private synchronized void leave() {
        current = null;
        serving = null;
        if (interrupted) {
            interrupted = false;
            Thread.interrupted();
        }
    }

    private static String describe(Service service, Request request) {
        try {
            return service.describe(request);
        } catch (RuntimeException defect) {
            return "a request";
        }
    }

    /** Gives answers, on one thread. What is short goes in one write, and so wakes the server once. */
    private final class Answer {
        /** Outside the heap, since services may have the kernel write into it. */
        private final MemorySegment content =
                MemorySegment.ofBuffer(ByteBuffer.allocateDirect(WorkerWire.MOST_CONTENT));

        private final ByteBuffer frames = ByteBuffer.allocate(WorkerWire.MOST_CONTENT + 64 * WorkerWire.HEADER);

        void give(Frame order) throws IOException {
            Request request = order.request();
            enter(order.number(), request);
            byte[] last;
            try {
                last = answer(order.number(), request);
            } finally {
                leave();
            }
            // Not before an interrupt would be taken for the next request's.
            frames.put(last);
            flush();
        }

        /** Writes all but the last frame, and returns that. */
        private byte[] answer(int id, Request request) throws IOException {
            Service service = services.get(request.service());
            if (service == null) {
                return WorkerWire.failure(
                        id, FailureKind.INTERNAL, "There is no service '" + request.service() + "' in the worker");
            }
            try (Content answer = service.open(request)) {
                long size = answer.size().orElse(Long.MAX_VALUE);
                frames.put(WorkerWire.begun(id, size));
                write(answer, size, id, request);
                return WorkerWire.bare(Kind.END, id);
            } catch (ServiceException refused) {
                return failure(id, refused.kind(), refused.getMessage());
            } catch (RuntimeException defect) {
                LOG.log(
                        request.isCancelled() ? Level.DEBUG : Level.ERROR,
                        "The service failed on " + describe(service, request),
                        defect);
                return failure(id, FailureKind.INTERNAL, "Internal error");
            }
        }

        private byte[] failure(int id, FailureKind kind, String text) {
            byte[] whole = WorkerWire.failure(id, kind, text);
            return whole.length <= WorkerWire.MOST_CONTENT
                    ? whole
                    : WorkerWire.failure(id, kind, text.substring(0, WorkerWire.MOST_CONTENT / 8));
        }

        private void write(Content answer, long size, int id, Request request) throws ServiceException, IOException {
            // Known content needs no read to find its end.
            for (long sent = 0; sent < size && !request.isCancelled(); ) {
                int length = answer.read(content, WorkerWire.MOST_CONTENT);
                if (length < 0) {
                    return;
                }
                if (length == 0 || length > WorkerWire.MOST_CONTENT) {
                    throw new IllegalStateException("the content gave " + length + " bytes, where 1 to "
                            + WorkerWire.MOST_CONTENT + " were due");
                }
                frames.putInt(WorkerWire.HEADER + length).put(Kind.DATA.code()).putInt(id);
                MemorySegment.copy(content, ValueLayout.JAVA_BYTE, 0, frames.array(), frames.position(), length);
                frames.position(frames.position() + length);
                sent += length;
                if (sent < size) {
                    flush();
                }
            }
        }

        private void flush() throws IOException {
            out.write(frames.array(), 0, frames.position());
            frames.clear();
        }
    }
}
