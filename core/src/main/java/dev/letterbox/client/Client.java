package dev.letterbox.client;

import dev.letterbox.ContentSink;
import dev.letterbox.FailureKind;
import dev.letterbox.Timeout;
import dev.letterbox.engine.ClientEndpoint;
import dev.letterbox.engine.EndpointClosedException;
import dev.letterbox.engine.Message;
import dev.letterbox.engine.ServerId;
import dev.letterbox.engine.Transport;
import dev.letterbox.error.NoServerException;
import dev.letterbox.error.RequestException;
import dev.letterbox.error.RequestRefusedException;
import dev.letterbox.error.ResponseMalformedException;
import dev.letterbox.error.ResponseTimeoutException;
import dev.letterbox.error.ResponseTooLongException;
import dev.letterbox.error.ServerGoneException;
import dev.letterbox.error.TransportException;
import dev.letterbox.wire.SessionWire;
import dev.letterbox.wire.SessionWire.Bits128;
import dev.letterbox.wire.SessionWire.Credentials;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Sends requests to a server in the session dialect and receives the responses. Any number of threads share one private
 * queue, which is removed when the client is closed. The checksum of each response is verified, and the client notices at
 * once when the server exits.
 *
 * <p>One of the waiting threads receives for all and hands the others their messages; when it is done, another takes its
 * place. So a single caller pays nothing extra, and no thread waits only on behalf of others.
 *
 * <p>If the server's queue is removed while the server runs, the server creates another one, and the client goes on with
 * that. What was in the removed queue is lost; the client sends it again when nothing has come for five seconds, or for
 * a quarter of the time that the caller waits.
 *
 * <p>All methods may be called by any thread.
 *
 * <p>Long because each way to call says in full what it throws and when.
 */
public final class Client implements AutoCloseable {
    /**
     * The largest request: the name of the service in UTF-8 and the payload together, in bytes. This is what fits beside
     * the header in a message of 8192 bytes, the kernel's default for {@code kernel.msgmax}.
     */
    public static final int LONGEST_REQUEST = SessionWire.LONGEST_REQUEST;

    private static final Duration LONGEST_GREETING = Duration.ofSeconds(10);

    /** How long a caller who gives up waits for room to say so. */
    private static final Duration LONGEST_CANCEL = Duration.ofSeconds(1);

    private final ClientEndpoint endpoint;
    private final Credentials credentials;
    private final Repeater repeater;
    private final Inbox inbox;
    private final SpareLane lanes;

    /** Held while a request is sent. Whoever holds both took this one first. */
    private final ReentrantLock sending = new ReentrantLock();

    private Client(ClientEndpoint endpoint, Credentials credentials) {
        this.endpoint = endpoint;
        this.credentials = credentials;
        this.repeater = new Repeater(endpoint, credentials, sending);
        this.inbox = new Inbox(endpoint, repeater);
        this.lanes = new SpareLane(endpoint, endpoint.window());
    }

    /**
     * Connects to a server and opens a session, with a limit of ten seconds.
     *
     * @param transport the engine and the address of the server
     * @return the client
     * @throws RequestException as {@link #connect(Transport, Duration)} does
     * @throws InterruptedException if the thread was interrupted
     */
    public static Client connect(Transport transport) throws RequestException, InterruptedException {
        return connect(transport, LONGEST_GREETING);
    }

    /**
     * Connects to a server and opens a session.
     *
     * @param transport the engine and the address of the server
     * @param silence the longest time to wait for the answer, and for a private queue while the system has none free
     * @return the client
     * @throws RequestRefusedException if the server speaks only classic dialects
     * @throws ServerGoneException if the server was killed and none has taken its place
     * @throws ResponseTimeoutException if the server does not answer in time
     * @throws InterruptedException if the thread was interrupted
     * @throws NoServerException if no server runs at this address
     * @throws TransportException if this user may not send to its queue, or no private queue can be created
     */
    public static Client connect(Transport transport, Duration silence) throws RequestException, InterruptedException {
        ClientEndpoint endpoint = transport.connect(silence);
        boolean connected = false;
        try {
            Client client = greet(endpoint, silence)
                    .orElseThrow(() -> new RequestRefusedException(
                            FailureKind.REFUSED, "The server speaks only classic dialects."));
            connected = true;
            return client;
        } finally {
            if (!connected) {
                endpoint.close();
            }
        }
    }

    /**
     * Opens a session over an endpoint. The greeting does no harm to a classic server, which takes it for a request with an
     * empty name and answers FAILURE.
     *
     * @param endpoint the client's end, with no request in progress; the returned client, if any, owns it from then on
     * @param silence the longest time to wait for the answer
     * @return the client; empty if the server speaks only classic dialects
     * @throws ServerGoneException if the server has ended, or ends before it answers
     * @throws ResponseTimeoutException if the server does not answer in time
     * @throws ResponseMalformedException if the answer is no answer to a greeting
     * @throws InterruptedException if the thread was interrupted
     */
    public static Optional<Client> greet(ClientEndpoint endpoint, Duration silence)
            throws ServerGoneException, ResponseTimeoutException, ResponseMalformedException, InterruptedException {
        CompletableFuture<Void> end = new CompletableFuture<>();
        boolean speaksSession = endpoint.onServerEnd(() -> {
            end.complete(null);
            endpoint.wake();
        });
        Bits128 nonce = Bits128.random();
        Message message = endpoint.newMessage();
        SessionWire.hello(message, endpoint.statedAddress(), nonce);
        Silence patience = new Silence(silence);
        try {
            endpoint.send(message, patience.rest());
            patience.endPart();
            while (speaksSession
                    ? patience.receive(endpoint, message)
                    : FirstAnswer.receive(endpoint, message, patience)) {
                if (SessionWire.isWelcome(message)
                        && SessionWire.welcomeNonce(message).matches(nonce)) {
                    Client client = new Client(endpoint, SessionWire.welcomeCredentials(message));
                    var _ = end.thenRun(client.inbox::serverEnded);
                    endpoint.tie(SessionWire.welcomeBell(message));
                    return Optional.of(client);
                }
                // What it had answered came before the message that woke this thread.
                if (end.isDone()) {
                    throw new ServerGoneException("The server has exited: the greeting will not be answered.");
                }
                // Anybody may have the server send something here. Only where it may be a classic one can this be its
                // answer.
                if (!speaksSession && message.type() == SessionWire.FAILURE) {
                    return Optional.empty();
                }
                if (!speaksSession && message.type() != SessionWire.RESPONSE_TYPE) {
                    throw new ResponseMalformedException(
                            "The server answered the greeting with an unexpected message (type %d, %d bytes)."
                                    .formatted(message.type(), message.size()));
                }
            }
        } catch (EndpointClosedException underneath) {
            throw new ServerGoneException("The server has exited: the greeting could not be sent.");
        } catch (TransportException refused) {
            throw goneOr(endpoint, refused);
        }
        throw new ResponseTimeoutException("The server sent nothing for %s after the greeting. %s"
                .formatted(Timeout.words(silence), endpoint.whySilent()));
    }

    /**
     * Sends a request and passes the content of the response to a sink as it arrives.
     *
     * @param service the service's name
     * @param payload the request; together with the service's name at most {@link #LONGEST_REQUEST} bytes
     * @param sink receives the content, on this thread
     * @param timeout how long to wait
     * @return the length of the content in bytes; its checksum was verified
     * @throws RequestRefusedException if the server answered FAILURE; its kind says what to do
     * @throws ResponseTimeoutException if the response did not arrive in time; the request is cancelled
     * @throws ServerGoneException if the server exited
     * @throws ResponseMalformedException if the response is wrong, for example its checksum
     * @throws IOException if the sink failed; the request is cancelled
     * @throws InterruptedException if the thread was interrupted; the request is cancelled
     * @throws TransportException if a queue is gone or full
     * @throws IllegalArgumentException if the payload is too long
     * @throws IllegalStateException if this client is closed
     */
    public long fetch(String service, byte[] payload, ContentSink sink, Timeout timeout)
            throws RequestException, IOException, InterruptedException {
        return call(service, payload, sink, timeout, endpoint.window());
    }

    /**
     * Sends a request and returns the content of the response.
     *
     * @param service the service's name
     * @param payload the request
     * @param limit the largest length of the content to accept, in bytes
     * @param timeout how long to wait
     * @return the content
     * @throws ResponseTooLongException if the content is longer; the request is cancelled
     * @throws IllegalArgumentException if the limit is negative, or the payload too long
     * @throws RequestException as {@link #fetch} does
     * @throws InterruptedException if the thread was interrupted; the request is cancelled
     */
    public byte[] collect(String service, byte[] payload, int limit, Timeout timeout)
            throws RequestException, InterruptedException {
        if (limit < 0) {
            throw new IllegalArgumentException("A limit must be 0 or more, not " + limit + ".");
        }
        Collector collector = new Collector(limit);
        try {
            // All of it may come at once: it is kept in memory in any case.
            call(service, payload, collector, timeout, limit + 1L);
            return collector.bytes();
        } catch (Collector.TooLong tooLong) {
            throw new ResponseTooLongException("The content is longer than the " + limit + " bytes wanted.");
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
    }

    /**
     * Sends a request and returns at once.
     *
     * @param service the service's name
     * @param payload the request
     * @param limit the largest length of the content to accept, in bytes
     * @param timeout how long to wait
     * @return completes with the content, or exceptionally with what {@link #collect} throws
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

    private long call(String service, byte[] payload, ContentSink sink, Timeout timeout, long window)
            throws RequestException, IOException, InterruptedException {
        Call call = ask(service, payload, timeout, window);
        Response response = new Response(sink, window);
        boolean over = false;
        try {
            while (!over) {
                over = response.take(inbox.next(call, response.bytes()));
                if (!over && response.wantsMore()) {
                    allowMore(call, response);
                }
            }
            return response.bytes();
        } catch (RequestRefusedException answered) {
            over = true;
            if (answered.kind() == FailureKind.EXPIRED && timeout.isTotal()) {
                // It is this call's deadline, and chance whether the server or this client sees first that it has
                // passed.
                throw inbox.deadlinePassed(call, response.bytes());
            }
            throw answered;
        } finally {
            try {
                close(call, over);
            } finally {
                lanes.takeBack(response, over);
            }
        }
    }

    private void allowMore(Call call, Response response) throws ServerGoneException, InterruptedException {
        call.allowed = response.allowMore();
        SessionWire.control(call.message, credentials, call.id, SessionWire.CREDIT, call.allowed);
        lanes.offer(response, call.message);
        try {
            call.silence.restart();
            sendControl(call, call.silence.rest());
        } catch (ServerGoneException gone) {
            if (endpoint.hasManyServers()) {
                throw gone;
            }
            // It may have sent the whole response before: what came is received first.
            inbox.serverEnded();
        }
    }

    /**
     * Sends a request. One thread at a time does so: ids come to the server in their order; and where its queue is full,
     * one thread of this process waits in the kernel, and not all of them.
     */
    private Call ask(String service, byte[] payload, Timeout timeout, long window)
            throws ServerGoneException, InterruptedException {
        Silence silence = Silence.of(timeout);
        boolean inTurn =
                !endpoint.hasManyServers() && sending.tryLock(silence.rest().toNanos(), TimeUnit.NANOSECONDS);
        try {
            Call call = inbox.open(timeout, silence);
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
                call.allowed = window;
                call.request = call.message.toByteArray();
                silence.endPart();
                send(call.message, silence.rest());
                sent = true;
                repeater.sendLost(inbox);
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

    private void send(Message message, Duration patience) throws ServerGoneException, InterruptedException {
        try {
            endpoint.send(message, patience);
        } catch (EndpointClosedException underneath) {
            throw inbox.endedWhileSending();
        } catch (TransportException refused) {
            throw goneOr(endpoint, refused);
        }
    }

    /** Returns the exception of whoever finds that the server queue was removed; throws any other refusal. */
    private static ServerGoneException goneOr(ClientEndpoint endpoint, TransportException refused) {
        if (endpoint.isServerThere()) {
            throw refused;
        }
        return new ServerGoneException("The server queue was removed. Connect again when a server is running.");
    }

    private void close(Call call, boolean over) {
        if (inbox.forget(call, over)) {
            cancel(call);
        }
        inbox.recycle(call.message);
    }

    private void cancel(Call call) {
        tell(
                "not cancelled: {0}",
                () -> {
                    SessionWire.control(call.message, credentials, call.id, SessionWire.CANCEL, 0);
                    sendControl(call, LONGEST_CANCEL);
                });
    }

    /** Sends what the call's message holds to the server that answers it. */
    private void sendControl(Call call, Duration patience) throws ServerGoneException, InterruptedException {
        try {
            endpoint.send(call.message, Objects.requireNonNullElse(call.server, ServerId.EACH), patience);
        } catch (EndpointClosedException underneath) {
            throw inbox.endedWhileSending();
        } catch (TransportException refused) {
            throw goneOr(endpoint, refused);
        }
    }

    /** Ends all requests in progress with an {@link IllegalStateException} and removes the private queue. */
    @Override
    public void close() {
        Inbox.Closing closing = inbox.close();
        if (closing == Inbox.Closing.AGAIN) {
            return;
        }
        try {
            if (closing == Inbox.Closing.SERVER_RUNS) {
                goodbye();
            }
        } finally {
            lanes.close();
            endpoint.close();
        }
    }

    private void goodbye() {
        Message message = endpoint.newMessage();
        SessionWire.control(message, credentials, 0, SessionWire.BYE, 0);
        tell(
                "no goodbye: {0}",
                () -> {
                    if (endpoint.hasManyServers()) {
                        for (ServerId each : inbox.servers()) {
                            endpoint.send(message, each, Duration.ZERO);
                        }
                    } else {
                        endpoint.send(message, Duration.ZERO);
                    }
                });
    }

    /** Something to send. */
    interface Telling {
        void tell() throws ServerGoneException, InterruptedException;
    }

    /** Tells a server what it finds out by itself later: at a deadline, or when nobody reads. */
    static void tell(String failed, Telling telling) {
        try {
            telling.tell();
        } catch (ServerGoneException
                | TransportException
                | IllegalStateException // where this client was closed meanwhile
                | InterruptedException unheard) {
            log(failed, unheard);
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
