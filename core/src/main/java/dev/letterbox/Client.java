package dev.letterbox;

import dev.letterbox.SessionWire.Bits128;
import dev.letterbox.SessionWire.Credentials;
import dev.letterbox.sysv.Key;
import dev.letterbox.sysv.MessageBuffer;
import dev.letterbox.sysv.error.QueueClosedException;
import dev.letterbox.sysv.error.QueueException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.zip.CRC32C;

/**
 * Asks a server's services, in the session dialect: any number of threads at once over one private queue, which goes away
 * with the client. Each response is checked against its checksum, and the end of the server is noticed at once.
 *
 * <p>Of the threads that wait, one receives for all: its own messages it takes as they come, those of others it hands
 * over. When it is done another one takes its place. So a single caller pays for nothing, and no thread waits idly on
 * behalf of others.
 *
 * <p>This class is safe for use by any number of threads.
 */
public final class Client implements AutoCloseable {
    /**
     * How much content may wait in memory for a caller that is slow. More is allowed when half of it has come, and the other
     * half has to last until the server has heard that: some hundred microseconds.
     */
    private static final long WINDOW = 1024 * 1024;

    private static final int SPARE_BUFFERS = 8;

    private static final Duration LONGEST_GREETING = Duration.ofSeconds(10);

    /** How long a caller who gives up waits for room to say so. */
    private static final Duration LONGEST_CANCEL = Duration.ofSeconds(1);

    private final ClientEndpoint endpoint;
    private final Credentials credentials;

    /** Held while a request is sent. Whoever holds both took this one first. */
    private final ReentrantLock sending = new ReentrantLock();

    private final ReentrantLock lock = new ReentrantLock();

    // All below is guarded by the lock.
    private final Map<Long, Call> calls = new HashMap<>();
    private final Queue<MessageBuffer> spareBuffers = new ArrayDeque<>(SPARE_BUFFERS);
    private long lastId;
    private boolean receiving;
    private boolean serverEnded;
    private boolean closed;

    private Client(ClientEndpoint endpoint, Credentials credentials) {
        this.endpoint = endpoint;
        this.credentials = credentials;
    }

    /**
     * Finds the server on this machine and introduces this process to it.
     *
     * @param key the server's well-known key
     * @return the client
     * @throws RequestRefusedException where the server speaks classic dialects alone
     * @throws ServerGoneException where a server was killed, and none has taken its place
     * @throws ResponseTimeoutException where it is silent for ten seconds
     * @throws InterruptedException where the thread was interrupted
     * @throws QueueException where no server runs on the key, its queue may not be used, or no private queue can be made
     */
    public static Client connect(Key key) throws RequestException, InterruptedException {
        return connect(new QueueTransport(key));
    }

    /**
     * Finds the server and introduces this process to it.
     *
     * @param transport what leads to the server
     * @return the client
     * @throws RequestRefusedException where the server speaks classic dialects alone
     * @throws ServerGoneException where a server was killed, and none has taken its place
     * @throws ResponseTimeoutException where it is silent for ten seconds
     * @throws InterruptedException where the thread was interrupted
     */
    public static Client connect(Transport transport) throws RequestException, InterruptedException {
        return connect(transport, LONGEST_GREETING);
    }

    /**
     * Finds the server and introduces this process to it.
     *
     * @param transport what leads to the server
     * @param silence how long to wait for the answer at most, and for a private queue where there is none to be had
     * @return the client
     * @throws RequestRefusedException where the server speaks classic dialects alone
     * @throws ServerGoneException where a server was killed, and none has taken its place
     * @throws ResponseTimeoutException where it is silent
     * @throws InterruptedException where the thread was interrupted
     */
    public static Client connect(Transport transport, Duration silence) throws RequestException, InterruptedException {
        ClientEndpoint endpoint = transport.connect(silence);
        boolean connected = false;
        try {
            Client client = greet(endpoint, silence)
                    .orElseThrow(() -> new RequestRefusedException(
                            FailureKind.REFUSED, "The server speaks classic dialects alone."));
            connected = true;
            return client;
        } finally {
            if (!connected) {
                endpoint.close();
            }
        }
    }

    /**
     * Introduces this process to the server. The greeting does no harm to a classic server: it takes it for a request with
     * an empty name, and answers FAILURE.
     *
     * @param endpoint the client's end, with nothing under way; the client's own from here on, if there is one
     * @param silence how long to wait for the answer
     * @return the client; empty where the server speaks classic dialects alone
     * @throws ServerGoneException where the server has ended, or ends before it answers
     * @throws ResponseTimeoutException where the server is silent
     * @throws ResponseMalformedException where something else came
     * @throws InterruptedException where the thread was interrupted
     */
    public static Optional<Client> greet(ClientEndpoint endpoint, Duration silence)
            throws ServerGoneException, ResponseTimeoutException, ResponseMalformedException, InterruptedException {
        CompletableFuture<Void> end = new CompletableFuture<>();
        boolean speaksSession = endpoint.onServerEnd(() -> {
            end.complete(null);
            endpoint.wake();
        });
        Bits128 nonce = Bits128.random();
        MessageBuffer message = MessageBuffer.allocate();
        SessionWire.hello(message, endpoint.address(), nonce);
        long until = System.nanoTime() + silence.toNanos();
        try {
            endpoint.send(message, silence);
            while (endpoint.receive(message, left(until))) {
                if (SessionWire.isWelcome(message)
                        && SessionWire.welcomeNonce(message).matches(nonce)) {
                    Client client = new Client(endpoint, SessionWire.welcomeCredentials(message));
                    var _ = end.thenRun(client::serverEnded);
                    endpoint.tie(SessionWire.welcomeBell(message));
                    return Optional.of(client);
                }
                // What it had answered came before the message that woke this thread.
                if (end.isDone()) {
                    throw new ServerGoneException("The server has ended: nobody answers the greeting.");
                }
                // Anybody may have the server send something here. Only where it may be a classic one can this be its
                // answer.
                if (!speaksSession && message.type() == SessionWire.FAILURE) {
                    return Optional.empty();
                }
                if (!speaksSession && message.type() != SessionWire.RESPONSE_TYPE) {
                    throw new ResponseMalformedException(
                            "The server answered a greeting with something else (type %d, %d bytes)."
                                    .formatted(message.type(), message.size()));
                }
            }
        } catch (QueueClosedException underneath) {
            throw new ServerGoneException("The server has ended: nobody takes the greeting.");
        }
        throw new ResponseTimeoutException("The server was silent for %s when greeted. %s"
                .formatted(Timeout.words(silence), endpoint.whySilent()));
    }

    /**
     * Asks a service and hands its content to a sink as it comes.
     *
     * @param service the service's name
     * @param payload what to ask it for; a bit less than a message may be long
     * @param sink takes the content, on this thread
     * @param timeout how long to wait
     * @return how many bytes of content came, all checked
     * @throws RequestRefusedException where the server answered FAILURE; its kind says what to do
     * @throws ResponseTimeoutException where the time was up; the server is told to stop
     * @throws ServerGoneException where the server ended
     * @throws ResponseMalformedException where the content was not what was sent
     * @throws IOException where the sink failed; the server is told to stop
     * @throws InterruptedException where the thread was interrupted; the server is told to stop
     * @throws QueueException where a queue is gone or full
     * @throws IllegalArgumentException where the payload is too long
     * @throws IllegalStateException where this client is closed
     */
    public long fetch(String service, byte[] payload, ContentSink sink, Timeout timeout)
            throws RequestException, IOException, InterruptedException {
        return call(service, payload, sink, timeout, WINDOW);
    }

    /**
     * Asks a service and collects its content.
     *
     * @param service the service's name
     * @param payload what to ask it for
     * @param limit how many bytes of content to take at most
     * @param timeout how long to wait
     * @return the content
     * @throws ResponseTooLongException where the content is longer; the server is told to stop
     * @throws IllegalArgumentException where the limit is negative, or the payload too long
     * @throws RequestException as {@link #fetch} does
     * @throws InterruptedException where the thread was interrupted; the server is told to stop
     */
    public byte[] collect(String service, byte[] payload, int limit, Timeout timeout)
            throws RequestException, InterruptedException {
        if (limit < 0) {
            throw new IllegalArgumentException("A limit is 0 or more, not " + limit + ".");
        }
        Collector collector = new Collector(limit);
        try {
            // All of it may come at once: it is kept in memory in any case.
            call(service, payload, collector, timeout, limit + 1L);
            return collector.bytes.toByteArray();
        } catch (TooLong tooLong) {
            throw new ResponseTooLongException("The content is longer than the " + limit + " bytes wanted.");
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
    }

    /**
     * Asks a service and collects its content, without holding the caller.
     *
     * @param service the service's name
     * @param payload what to ask it for
     * @param limit how many bytes of content to take at most
     * @param timeout how long to wait
     * @return the content to come; or, exceptionally, what {@link #collect} throws
     */
    public CompletionStage<byte[]> collectAsync(String service, byte[] payload, int limit, Timeout timeout) {
        CompletableFuture<byte[]> result = new CompletableFuture<>();
        Thread.ofVirtual().name("letterbox-call").start(() -> {
            try {
                result.complete(collect(service, payload, limit, timeout));
            } catch (RequestException | InterruptedException | RuntimeException | Error failed) {
                // Whoever waits for the result waits for ever where it is not told of an error.
                result.completeExceptionally(failed);
            }
        });
        return result;
    }

    private static final class TooLong extends IOException {
        private static final long serialVersionUID = 1;
    }

    private static final class Collector implements ContentSink {
        private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        private final int limit;

        Collector(int limit) {
            this.limit = limit;
        }

        @Override
        public void begin(OptionalLong size) throws IOException {
            if (size.orElse(0) > limit) {
                throw new TooLong();
            }
        }

        @Override
        public void accept(ByteBuffer piece) throws IOException {
            if (piece.remaining() > limit - bytes.size()) {
                throw new TooLong();
            }
            byte[] copy = new byte[piece.remaining()];
            piece.get(copy);
            bytes.writeBytes(copy);
        }
    }

    private long call(String service, byte[] payload, ContentSink sink, Timeout timeout, long window)
            throws RequestException, IOException, InterruptedException {
        long deadline = timeout.isTotal() ? System.nanoTime() + timeout.total().toNanos() : Long.MAX_VALUE;
        Call call = ask(service, payload, timeout, deadline, window);
        boolean over = false;
        try {
            Progress progress = new Progress(sink, window);
            while (!over) {
                ByteBuffer response = next(call, timeout, deadline, progress);
                over = progress.take(response);
                if (!over && progress.wantsMore()) {
                    control(call, SessionWire.CREDIT, progress.allowMore(), until(timeout, deadline));
                }
            }
            return progress.bytes;
        } catch (RequestRefusedException answered) {
            over = true;
            throw answered;
        } finally {
            close(call, over);
        }
    }

    /**
     * Sends a request. One thread at a time does so: ids come to the server in their order; and where its queue is full,
     * one thread of this process waits in the kernel, and not all of them.
     */
    private Call ask(String service, byte[] payload, Timeout timeout, long deadline, long window)
            throws ServerGoneException, InterruptedException {
        long until = until(timeout, deadline);
        boolean inTurn = sending.tryLock(left(until).toNanos(), TimeUnit.NANOSECONDS);
        try {
            Call call = open();
            // Until it is sent there is nothing to cancel.
            boolean sent = false;
            try {
                SessionWire.request(
                        call.message,
                        credentials,
                        call.id,
                        service.getBytes(StandardCharsets.UTF_8),
                        payload,
                        timeout.isTotal() ? Math.max(1, timeout.total().toMillis()) : 0,
                        window);
                send(call.message, until);
                sent = true;
                return call;
            } finally {
                if (!sent) {
                    close(call, true);
                }
            }
        } finally {
            if (inTurn) {
                sending.unlock();
            }
        }
    }

    private void send(MessageBuffer message, long until) throws ServerGoneException, InterruptedException {
        try {
            endpoint.send(message, left(until));
        } catch (QueueClosedException underneath) {
            lock.lock();
            try {
                checkOpen();
                throw new ServerGoneException("The server ended before the request was sent.");
            } finally {
                lock.unlock();
            }
        }
    }

    /** The moment at which a caller waits no longer, if nothing comes before. */
    private static long until(Timeout timeout, long deadline) {
        long silentAt = System.nanoTime() + timeout.silence().toNanos();
        return deadline == Long.MAX_VALUE || silentAt - deadline < 0 ? silentAt : deadline;
    }

    private static Duration left(long until) {
        return Duration.ofNanos(Math.max(0, until - System.nanoTime()));
    }

    /** Follows the content of one response. */
    private static final class Progress {
        private final ContentSink sink;
        private final long window;
        private final CRC32C checksum = new CRC32C();
        private long bytes;
        private long allowed;
        private boolean begun;

        Progress(ContentSink sink, long window) {
            this.sink = sink;
            this.window = window;
            this.allowed = window;
        }

        /** Takes a message of the response; returns true for the last one. */
        boolean take(ByteBuffer response) throws RequestException, IOException {
            short what = SessionWire.what(response);
            ByteBuffer content = response.position(SessionWire.RESPONSE_HEADER);
            if (what == SessionWire.FAILURE) {
                throw new RequestRefusedException(
                        FailureKind.ofCode(SessionWire.code(response)),
                        StandardCharsets.UTF_8.decode(content).toString());
            }
            if ((what != SessionWire.DATA && what != SessionWire.END) || SessionWire.offset(response) != bytes) {
                throw new ResponseMalformedException(
                        "A message of the response is missing or no response, after " + bytes + " bytes of content.");
            }
            if (!begun) {
                begun = true;
                long size = SessionWire.size(response);
                sink.begin(size < 0 ? OptionalLong.empty() : OptionalLong.of(size));
            }
            int start = content.position();
            checksum.update(content);
            content.position(start);
            bytes += content.remaining();
            if (what == SessionWire.END && SessionWire.checksum(response) != (int) checksum.getValue()) {
                throw new ResponseMalformedException(
                        "The checksum of the " + bytes + " bytes that came is not that of those that were sent.");
            }
            if (what == SessionWire.END && SessionWire.size(response) >= 0 && SessionWire.size(response) != bytes) {
                throw new ResponseMalformedException(bytes + " bytes came, and not the " + SessionWire.size(response)
                        + " that the server had said.");
            }
            if (content.hasRemaining()) {
                sink.accept(content);
            }
            return what == SessionWire.END;
        }

        boolean wantsMore() {
            return allowed - bytes <= window / 2;
        }

        long allowMore() {
            allowed = bytes + window;
            return allowed;
        }
    }

    /** Is one request under way. Its message serves its thread alone: to send the request, to receive, to send control. */
    private static final class Call {
        private final long id;
        private final MessageBuffer message;
        private final Queue<byte[]> handedOver = new ArrayDeque<>(0);
        private final Condition news;

        Call(long id, MessageBuffer message, Condition news) {
            this.id = id;
            this.message = message;
            this.news = news;
        }
    }

    private Call open() throws ServerGoneException {
        lock.lock();
        try {
            checkOpen();
            if (serverEnded) {
                throw new ServerGoneException("The server has ended. Connect anew when one runs.");
            }
            MessageBuffer spare = spareBuffers.poll();
            Call call = new Call(++lastId, spare == null ? MessageBuffer.allocate() : spare, lock.newCondition());
            calls.put(call.id, call);
            return call;
        } finally {
            lock.unlock();
        }
    }

    private void checkOpen() {
        if (closed) {
            throw closedException();
        }
    }

    private static IllegalStateException closedException() {
        return new IllegalStateException("This client is closed.");
    }

    private void close(Call call, boolean over) {
        boolean nobodyListens;
        lock.lock();
        try {
            calls.remove(call.id);
            nobodyListens = closed || serverEnded;
            passOn();
        } finally {
            lock.unlock();
        }
        if (!over && !nobodyListens) {
            cancel(call);
        }
        lock.lock();
        try {
            if (spareBuffers.size() < SPARE_BUFFERS) {
                spareBuffers.add(call.message);
            }
        } finally {
            lock.unlock();
        }
    }

    private void cancel(Call call) {
        try {
            control(call, SessionWire.CANCEL, 0, System.nanoTime() + LONGEST_CANCEL.toNanos());
        } catch (ServerGoneException | QueueException | InterruptedException unheard) {
            // The server notices by itself, at the deadline or when nobody reads.
            log("not cancelled: {0}", unheard);
            if (unheard instanceof InterruptedException) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private void control(Call call, short kind, long allowed, long until)
            throws ServerGoneException, InterruptedException {
        SessionWire.control(call.message, credentials, call.id, kind, allowed);
        send(call.message, until);
    }

    /** Returns the next message of a call's response: received by this thread, or by another one on its behalf. */
    private ByteBuffer next(Call call, Timeout timeout, long deadline, Progress progress)
            throws RequestException, InterruptedException {
        long until = until(timeout, deadline);
        lock.lock();
        try {
            while (true) {
                byte[] handed = call.handedOver.poll();
                if (handed != null) {
                    return SessionWire.onHeap(handed);
                }
                checkOpen();
                long left = until - System.nanoTime();
                if (left <= 0) {
                    throw timedOut(timeout, until == deadline, progress.bytes);
                }
                if (receiving) {
                    call.news.awaitNanos(left);
                    continue;
                }
                // What a server sent before it ended is all there already.
                boolean last = serverEnded;
                switch (receiveFor(call, last ? Duration.ZERO : Duration.ofNanos(left))) {
                    case OWN -> {
                        return call.message.bytes();
                    }
                    case OTHER -> {}
                    case NONE -> {
                        if (last) {
                            throw new ServerGoneException(
                                    "The server ended before its response did, after " + progress.bytes + " bytes.");
                        }
                    }
                }
            }
        } finally {
            lock.unlock();
        }
    }

    private ResponseTimeoutException timedOut(Timeout timeout, boolean inAll, long bytes) {
        return new ResponseTimeoutException(
                inAll
                        ? "No whole response in %s, but %d bytes of one."
                                .formatted(Timeout.words(timeout.total()), bytes)
                        : "The server was silent for %s, after %d bytes. %s"
                                .formatted(Timeout.words(timeout.silence()), bytes, endpoint.whySilent()));
    }

    private enum Received {
        /** A message of the call's own. */
        OWN,
        /** One of another call's, which has it now; or of nobody's. */
        OTHER,
        /** Nothing. */
        NONE
    }

    /** Receives one message, without the lock meanwhile. */
    private Received receiveFor(Call call, Duration timeout) throws InterruptedException {
        receiving = true;
        lock.unlock();
        boolean came = false;
        try {
            came = endpoint.receive(call.message, timeout);
        } catch (QueueClosedException underneath) {
            throw closedException();
        } finally {
            lock.lock();
            receiving = false;
            if (!came) {
                passOn();
            }
        }
        if (!came) {
            return Received.NONE;
        }
        if (call.message.type() != SessionWire.RESPONSE_TYPE || call.message.size() < SessionWire.RESPONSE_HEADER) {
            return Received.OTHER;
        }
        long id = SessionWire.answers(call.message.bytes());
        if (id == call.id) {
            passOn();
            return Received.OWN;
        }
        Call other = calls.get(id);
        // Nobody: a call that was given up, or a message to wake this thread.
        if (other != null) {
            other.handedOver.add(call.message.toByteArray());
            other.news.signal();
        }
        return Received.OTHER;
    }

    /** Lets another call's thread receive, should one wait. */
    private void passOn() {
        if (receiving) {
            return;
        }
        for (Call other : calls.values()) {
            if (lock.hasWaiters(other.news)) {
                other.news.signal();
                return;
            }
        }
    }

    private void serverEnded() {
        lock.lock();
        try {
            serverEnded = true;
            calls.values().forEach(call -> call.news.signalAll());
        } finally {
            lock.unlock();
        }
        endpoint.wake();
    }

    /** Ends all calls under way, with an {@link IllegalStateException}, and removes the private queue. */
    @Override
    public void close() {
        boolean sayGoodbye;
        lock.lock();
        try {
            if (closed) {
                return;
            }
            closed = true;
            sayGoodbye = !serverEnded;
            calls.values().forEach(call -> call.news.signalAll());
        } finally {
            lock.unlock();
        }
        try {
            if (sayGoodbye) {
                goodbye();
            }
        } finally {
            endpoint.close();
        }
    }

    private void goodbye() {
        MessageBuffer message = MessageBuffer.fixed(SessionWire.REQUEST_HEADER);
        SessionWire.control(message, credentials, 0, SessionWire.BYE, 0);
        try {
            // Not worth waiting for: the server finds out by itself.
            endpoint.send(message, Duration.ZERO);
        } catch (QueueException | InterruptedException unheard) {
            log("no goodbye: {0}", unheard);
            if (unheard instanceof InterruptedException) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** Asks for the logger when there is something to log: to find it all jars are searched, and most clients have nothing. */
    private static void log(String format, Exception unheard) {
        System.getLogger(Client.class.getName()).log(System.Logger.Level.DEBUG, format, unheard.toString());
    }
}
