package dev.letterbox.contract;

import dev.letterbox.ReturnAddress;
import dev.letterbox.engine.ClientEndpoint;
import dev.letterbox.engine.Message;
import dev.letterbox.wire.SessionWire;
import dev.letterbox.wire.SessionWire.Bits128;
import dev.letterbox.wire.SessionWire.Credentials;
import java.util.zip.CRC32C;

/** A client's end with a server behind it of which nothing is to be seen but what it sends. */
public abstract class ServerStub implements ClientEndpoint {
    /** Returns the body of the answer to a greeting. */
    protected static byte[] welcome(Message hello) {
        Message welcome = new Message(100);
        SessionWire.welcome(welcome, new Credentials(1, new Bits128(2, 3)), SessionWire.helloNonce(hello), 0);
        return welcome.toByteArray();
    }

    /** Returns the body of a piece of a response, DATA or END, with the checksum of all content. */
    protected static byte[] piece(long id, short what, byte[] content, int from, int to) {
        CRC32C checksum = new CRC32C();
        checksum.update(content);
        Message message = new Message(100);
        int sum = what == SessionWire.END ? (int) checksum.getValue() : 0;
        SessionWire.response(message, id, what, 0, sum, from, content.length, to - from);
        byte[] bytes = message.toByteArray();
        System.arraycopy(content, from, bytes, SessionWire.RESPONSE_HEADER, to - from);
        return bytes;
    }

    @Override
    public final ReturnAddress address() {
        return ReturnAddress.ofQueue(5);
    }

    @Override
    public final void wake() {}

    @Override
    public final boolean onServerEnd(Runnable ended) {
        return false;
    }

    @Override
    public final String whySilent() {
        return "";
    }

    @Override
    public final void close() {}
}
