package dev.letterbox.campaign;

import dev.letterbox.sysv.Key;
import dev.letterbox.sysv.MessageBuffer;
import dev.letterbox.sysv.MessageQueue;
import dev.letterbox.sysv.Mode;
import dev.letterbox.sysv.OwnedQueue;
import dev.letterbox.sysv.Selector;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Is a client in a session that was made by hand, from docs/protocol.md alone: it sends whatever it is told to. */
final class Stranger implements AutoCloseable {
    static final long CLASSIC_TYPE = 1;
    static final long SESSION_TYPE = 0x4c42;
    static final int HELLO_BYTES = 264;
    private static final int TLPI_BYTES = 4_100;
    private static final int HEADER = 64;

    private final MessageQueue server;
    private final OwnedQueue queue = OwnedQueue.createPrivate(Mode.OWNER);
    private final MessageBuffer message = MessageBuffer.allocate();
    private final byte[] credentials = new byte[24];

    Stranger(Key key) throws InterruptedException {
        server = MessageQueue.open(key, Mode.of(0_200));
        server.send(message.put(CLASSIC_TYPE, hello()), Fetch.PATIENT);
        if (!queue.tryReceive(message, Selector.any(), Fetch.PATIENT)) {
            throw new AssertionError("No WELCOME came");
        }
        message.bytes().get(32, credentials);
    }

    /** Sends it, as soon as there is room; not at all after a while. */
    boolean send(long type, byte[] body) throws InterruptedException {
        return server.trySend(message.put(type, body), Fetch.PATIENT);
    }

    /** Empties its queue, and returns how many messages were in it. */
    int drain() {
        int drained = 0;
        while (queue.tryReceive(message, Selector.any())) {
            drained++;
        }
        return drained;
    }

    /** Makes one valid message of each kind: what hostile ones are made from. */
    List<byte[]> validMessages() {
        return List.of(
                hello(),
                classic(HELLO_BYTES),
                classic(TLPI_BYTES),
                inSession(1, 1, "files", Victim.get(Served.name(5_000))),
                inSession(2, 1, "", Victim.get(Served.name(10))),
                inSession(1, 2, "", new byte[0]),
                inSession(1, 3, "", new byte[0]),
                inSession(0, 4, "", new byte[0]));
    }

    private static ByteBuffer zeros(int size) {
        return ByteBuffer.allocate(size).order(ByteOrder.nativeOrder());
    }

    byte[] hello() {
        return zeros(HELLO_BYTES)
                .putInt(0, queue.id())
                .put(8, "LETTRBOX".getBytes(StandardCharsets.US_ASCII))
                .putInt(16, 1)
                .array();
    }

    private byte[] classic(int size) {
        return zeros(size)
                .putInt(0, queue.id())
                .put(4, Served.name(10).getBytes(StandardCharsets.US_ASCII))
                .array();
    }

    private byte[] inSession(long id, int kind, String service, byte[] payload) {
        byte[] name = service.getBytes(StandardCharsets.US_ASCII);
        return zeros(HEADER + name.length + payload.length)
                .put(0, credentials)
                .putLong(24, id)
                .putShort(32, (short) kind)
                .putShort(34, (short) name.length)
                .putInt(36, payload.length)
                .putLong(48, 1 << 20)
                .put(HEADER, name)
                .put(HEADER + name.length, payload)
                .array();
    }

    @Override
    public void close() {
        queue.close();
        server.close();
    }
}
