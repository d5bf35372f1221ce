package dev.letterbox.queues;

import static org.assertj.core.api.Assertions.assertThat;

import dev.letterbox.Access;
import dev.letterbox.client.Client;
import dev.letterbox.engine.Envelope;
import dev.letterbox.engine.Message;
import dev.letterbox.engine.Offer;
import dev.letterbox.engine.Route;
import dev.letterbox.engine.ServerEndpoint;
import dev.letterbox.sysv.Key;
import dev.letterbox.testkit.Await;
import dev.letterbox.testkit.Background;
import dev.letterbox.wire.SessionWire;
import dev.letterbox.wire.SessionWire.Bits128;
import dev.letterbox.wire.SessionWire.Credentials;
import dev.letterbox.wire.SessionWire.FromClient;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32C;

/** A server by hand, for one client: it says what it is told to say, true or not. */
final class FakeSessionServer implements AutoCloseable {
    private static final Credentials CREDENTIALS = new Credentials(1, new Bits128(2, 3));

    private final Key key = Key.free();
    private final ServerEndpoint endpoint = new QueueTransport(key).bind(Access.OWNER);
    private final Envelope envelope = endpoint.newEnvelope();
    private final Message message = envelope.message();
    private Route.ToClient route;

    Key key() {
        return key;
    }

    /** Lets a client in. */
    Client accept() throws InterruptedException {
        try (Background<Client> connecting =
                Background.start("connects", () -> Client.connect(new QueueTransport(key)))) {
            Bits128 nonce = awaitHello();
            SessionWire.welcome(message, CREDENTIALS, nonce, 0);
            send();
            return connecting.result();
        }
    }

    Bits128 awaitHello() throws InterruptedException {
        assertThat(endpoint.receive(envelope)).isTrue();
        assertThat(SessionWire.isHello(message)).isTrue();
        route = (Route.ToClient) endpoint.resolve(envelope, SessionWire.helloReturnAddress(message));
        return SessionWire.helloNonce(message);
    }

    Message message() {
        return message;
    }

    /** Sends what the buffer holds to the client, as soon as there is room. */
    void send() {
        Await.until("the client's queue has room", () -> route.offer(message) == Offer.SENT);
    }

    /** Waits for the client's next message of a kind. */
    FromClient await(short kind) throws InterruptedException {
        assertThat(endpoint.receive(envelope)).isTrue();
        FromClient from = (FromClient) SessionWire.decode(message);
        assertThat(from.credentials()).isEqualTo(CREDENTIALS);
        assertThat(from.kind()).isEqualTo(kind);
        return from;
    }

    /** Sends a piece of a response, with the right checksum if it is the end and this is all. */
    void piece(long id, short what, long offset, long size, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        CRC32C checksum = new CRC32C();
        checksum.update(bytes);
        piece(id, what, offset, size, (int) checksum.getValue(), bytes);
    }

    void piece(long id, short what, long offset, long size, int checksum, byte[] bytes) {
        SessionWire.response(message, id, what, 0, checksum, offset, size, bytes.length);
        MemorySegment.copy(
                MemorySegment.ofArray(bytes), 0, message.memory(), SessionWire.RESPONSE_HEADER, bytes.length);
        send();
    }

    @Override
    public void close() {
        endpoint.close();
    }
}
