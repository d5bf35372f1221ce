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
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
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
    /** Outside the heap, since services may have the kernel write into it. */
    private final MemorySegment content = Arena.ofAuto().allocate(WorkerWire.MOST_CONTENT);

    private final byte[] chunk = new byte[WorkerWire.HEADER + WorkerWire.MOST_CONTENT];
    private final BlockingQueue<Frame> orders = new LinkedBlockingQueue<>();

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
        Thread.ofPlatform().daemon().name("letterbox-orders").start(process::readOrders);
        process.serve();
    }

    private void readOrders() {
        try {
            for (Optional<Frame> frame = WorkerWire.read(in); frame.isPresent(); frame = WorkerWire.read(in)) {
                if (frame.get().kind() == Kind.CANCEL) {
                    cancel(frame.get().number());
                } else {
                    orders.add(frame.get());
                }
            }
        } catch (IOException broken) {
            LOG.log(Level.DEBUG, "the server''s pipe broke: {0}", broken.getMessage());
        }
        exit();
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

    private void serve() {
        try {
            out.write(WorkerWire.bare(Kind.READY, 0));
            while (true) {
                answer(orders.take());
            }
        } catch (IOException | InterruptedException over) {
            LOG.log(Level.DEBUG, "this worker ends: {0}", over.toString());
            exit();
        }
    }

    private void answer(Frame order) throws IOException {
        Request request = order.request();
        byte[] last;
        enter(order.number(), request);
        try {
            last = answer(order.number(), request);
        } finally {
            leave();
        }
        // Not before an interrupt would be taken for the next request's.
        out.write(last);
    }

    /** Sends all but the last frame, and returns that. */
    private byte[] answer(int id, Request request) throws IOException {
        Service service = services.get(request.service());
        if (service == null) {
            return WorkerWire.failure(
                    id, FailureKind.INTERNAL, "There is no service '" + request.service() + "' in the worker");
        }
        try (Content answer = service.open(request)) {
            out.write(WorkerWire.begun(id, answer.size().orElse(Long.MAX_VALUE)));
            while (!request.isCancelled()) {
                int length = answer.read(content, WorkerWire.MOST_CONTENT);
                if (length < 0) {
                    break;
                }
                writeChunk(id, length);
            }
            return WorkerWire.bare(Kind.END, id);
        } catch (ServiceException refused) {
            return WorkerWire.failure(id, refused.kind(), refused.getMessage());
        } catch (RuntimeException defect) {
            LOG.log(
                    request.isCancelled() ? Level.DEBUG : Level.ERROR,
                    "The service failed on " + describe(service, request),
                    defect);
            return WorkerWire.failure(id, FailureKind.INTERNAL, "Internal error");
        }
    }

    private static String describe(Service service, Request request) {
        try {
            return service.describe(request);
        } catch (RuntimeException defect) {
            return "a request";
        }
    }

    private void writeChunk(int id, int length) throws IOException {
        if (length < 1 || length > WorkerWire.MOST_CONTENT) {
            throw new IllegalStateException(
                    "the content gave " + length + " bytes, where 1 to " + WorkerWire.MOST_CONTENT + " were due");
        }
        MemorySegment.copy(content, ValueLayout.JAVA_BYTE, 0, chunk, WorkerWire.HEADER, length);
        ByteBuffer.wrap(chunk)
                .putInt(WorkerWire.HEADER + length)
                .put(Kind.DATA.code())
                .putInt(id);
        out.write(chunk, 0, WorkerWire.HEADER + length);
    }
}
