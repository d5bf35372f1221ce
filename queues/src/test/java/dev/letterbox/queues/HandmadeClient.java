package dev.letterbox.queues;

import static org.assertj.core.api.Assertions.assertThat;

import dev.letterbox.FailureKind;
import dev.letterbox.server.Server;
import dev.letterbox.sysv.MessageQueue;
import dev.letterbox.sysv.MessageQueues;
import dev.letterbox.sysv.Mode;
import dev.letterbox.sysv.OwnedQueue;
import dev.letterbox.sysv.Selector;
import dev.letterbox.testkit.Await;
import dev.letterbox.testkit.Deadline;
import dev.letterbox.wire.SessionWire;
import dev.letterbox.wire.SessionWire.Bits128;
import dev.letterbox.wire.SessionWire.Credentials;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** A client of the session dialect by hand: each of its messages can be wrong on purpose, and it reads only when told to. */
final class HandmadeClient implements AutoCloseable {
    static final Bits128 NONCE = new Bits128(0x0123_4567_89ab_cdefL, 42);
    static final long ENDLESS = Long.MAX_VALUE;

    private final OwnedQueue queue = OwnedQueue.createPrivate(Mode.OWNER);
    private final QueueMessage message = new QueueMessage(QueueTransport.LONGEST_MESSAGE);
    private final MessageQueue server;
    private Credentials credentials = new Credentials(0, new Bits128(0, 0));

    HandmadeClient(int serverQueue) {
        server = MessageQueue.ofId(serverQueue);
    }

    static HandmadeClient inSessionWith(Server server) throws InterruptedException {
        HandmadeClient client = new HandmadeClient(server.queueId());
        client.hello(client.queue.id());
        client.credentials = client.welcomed();
        return client;
    }

    /** A message from a server, its content read as text. */
    record Answer(long id, short what, int code, int checksum, long offset, long size, String text) {
        static Answer of(byte[] bytes) {
            ByteBuffer response = SessionWire.onHeap(bytes);
            return new Answer(
                    SessionWire.answers(response),
                    SessionWire.what(response),
                    SessionWire.code(response),
                    SessionWire.checksum(response),
                    SessionWire.offset(response),
                    SessionWire.size(response),
                    new String(
                            bytes,
                            SessionWire.RESPONSE_HEADER,
                            bytes.length - SessionWire.RESPONSE_HEADER,
                            StandardCharsets.UTF_8));
        }

        boolean isFailure(FailureKind kind) {
            return what == SessionWire.FAILURE && code == kind.code();
        }
    }

    OwnedQueue queue() {
        return queue;
    }

    Credentials credentials() {
        return credentials;
    }

    QueueMessage message() {
        return message;
    }

    void hello(int returnAddress) {
        SessionWire.hello(message, returnAddress, NONCE);
        send();
    }

    /** Sends what the buffer holds, as it is. */
    void send() {
        Await.until("there is room in the server queue", () -> server.trySend(QueueMessage.toSend(message)));
    }

    Credentials welcomed() throws InterruptedException {
        await();
        assertThat(SessionWire.isWelcome(message)).as("%s is WELCOME", message).isTrue();
        assertThat(SessionWire.welcomeNonce(message)).isEqualTo(NONCE);
        return SessionWire.welcomeCredentials(message);
    }

    void request(long id, String service, String payload) {
        request(credentials, id, service, payload, 0, ENDLESS);
    }

    void request(Credentials shown, long id, String service, String payload, long timeoutMillis, long allowed) {
        SessionWire.request(
                message,
                shown,
                id,
                service.getBytes(StandardCharsets.UTF_8),
                payload.getBytes(StandardCharsets.UTF_8),
                timeoutMillis,
                allowed);
        send();
    }

    void control(Credentials shown, long id, short kind, long allowed) {
        SessionWire.control(message, shown, id, kind, allowed);
        send();
    }

    /** Changes a number in the message before it is sent. */
    HandmadeClient with(ValueLayout.OfShort layout, long offset, int value) {
        message.memory().set(layout, offset, (short) value);
        return this;
    }

    private void await() throws InterruptedException {
        assertThat(queue.tryReceive(QueueMessage.toReceive(message), Selector.any(), Deadline.PATIENCE))
                .as("an answer came to queue %d", queue.id())
                .isTrue();
        QueueMessage.received(message);
    }

    Answer next() throws InterruptedException {
        await();
        assertThat(message.type()).isEqualTo(SessionWire.RESPONSE_TYPE);
        return Answer.of(message.toByteArray());
    }

    /** Receives up to END or FAILURE, and returns that; all content before it must be there. */
    Answer last() throws InterruptedException {
        long offset = 0;
        while (true) {
            Answer answer = next();
            if (answer.what() == SessionWire.FAILURE) {
                return answer;
            }
            assertThat(answer.offset()).isEqualTo(offset);
            if (answer.what() == SessionWire.END) {
                return answer;
            }
            offset += answer.text().length();
        }
    }

    long waiting() {
        return MessageQueues.find(queue.id()).orElseThrow().messages();
    }

    @Override
    public void close() {
        queue.close();
    }
}
