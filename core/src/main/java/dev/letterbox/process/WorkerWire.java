package dev.letterbox.process;

import dev.letterbox.Caller;
import dev.letterbox.FailureKind;
import dev.letterbox.Request;
import dev.letterbox.ReturnAddress;
import dev.letterbox.ServiceException;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Stream;

/**
 * What a server and one of its worker processes tell each other, by two pipes. Each frame is a length, a kind, the
 * number of the request that it belongs to, and the rest.
 */
final class WorkerWire {
    /** How much content goes in one frame at most. */
    static final int MOST_CONTENT = 64 << 10;

    /** What comes before the content: length, kind, number. */
    static final int HEADER = 9;

    private static final int LONGEST = 1 << 20;
    private static final long NO_DEADLINE = -1;
    private static final long NO_SIZE = -1;

    private WorkerWire() {}

    /** Tells what a frame says. */
    enum Kind {
        /** Server: answer this. */
        OPEN(1),
        /** Server: nobody wants the rest. */
        CANCEL(2),
        /** Worker: ready for requests. */
        READY(3),
        /** Worker: there is an answer, so long. */
        BEGUN(4),
        /** Worker: a piece of it. */
        DATA(5),
        /** Worker: that was all. */
        END(6),
        /** Worker: there is no answer, or no more of it. */
        FAILURE(7);

        private final int code;

        Kind(int code) {
            this.code = code;
        }

        byte code() {
            return (byte) code;
        }

        private static Optional<Kind> ofCode(int code) {
            return Stream.of(values()).filter(kind -> kind.code == code).findFirst();
        }
    }

    /** A frame as it came; the body is not copied. */
    @SuppressWarnings("ArrayRecordComponent") // passed on, never compared
    record Frame(Kind kind, int number, byte[] body) {
        long size() throws IOException {
            return reader().readLong();
        }

        /** Tells what FAILURE says. */
        ServiceException failure() throws IOException {
            DataInputStream in = reader();
            FailureKind kind = FailureKind.ofCode(in.readUnsignedByte());
            return new ServiceException(kind, new String(in.readAllBytes(), StandardCharsets.UTF_8));
        }

        /** Tells what OPEN asks for. */
        AssignedRequest request() throws IOException {
            DataInputStream in = reader();
            String dialect = in.readUTF();
            String service = in.readUTF();
            Caller caller = in.readBoolean() ? Caller.ofUser(in.readInt(), in.readInt()) : Caller.named(in.readUTF());
            ReturnAddress returnAddress =
                    in.readBoolean() ? ReturnAddress.ofQueue(in.readInt()) : ReturnAddress.named(in.readUTF());
            long left = in.readLong();
            long deadline = left == NO_DEADLINE ? AssignedRequest.NO_DEADLINE : System.nanoTime() + left;
            return new AssignedRequest(dialect, service, caller, returnAddress, in.readAllBytes(), deadline);
        }

        private DataInputStream reader() {
            return new DataInputStream(new ByteArrayInputStream(body));
        }
    }

    /** Waits for the next frame; empty if there is none any more. */
    static Optional<Frame> read(InputStream from) throws IOException {
        DataInputStream in = new DataInputStream(from);
        int length;
        try {
            length = in.readInt();
        } catch (EOFException over) {
            return Optional.empty();
        }
        int code = in.readUnsignedByte();
        int number = in.readInt();
        Optional<Kind> kind = Kind.ofCode(code);
        if (length < HEADER || length > LONGEST || kind.isEmpty()) {
            throw new IOException("a frame of " + length + " bytes and kind " + code);
        }
        byte[] body = in.readNBytes(length - HEADER);
        if (body.length < length - HEADER) {
            throw new EOFException("the stream ended in the middle of a frame");
        }
        return Optional.of(new Frame(kind.get(), number, body));
    }

    /** Says a request, whichever service name it came by. */
    static byte[] open(int number, String service, Request request) {
        return frame(Kind.OPEN, number, out -> {
            out.writeUTF(request.dialect());
            out.writeUTF(service);
            Caller caller = request.caller();
            out.writeBoolean(caller.isUser());
            if (caller.isUser()) {
                out.writeInt(caller.uid());
                out.writeInt(caller.gid());
            } else {
                out.writeUTF(caller.name());
            }
            OptionalInt queue = request.returnAddress().queueId();
            out.writeBoolean(queue.isPresent());
            if (queue.isPresent()) {
                out.writeInt(queue.getAsInt());
            } else {
                out.writeUTF(request.returnAddress().toString());
            }
            out.writeLong(request.timeLeft().map(Duration::toNanos).orElse(NO_DEADLINE));
            out.write(request.payload());
        });
    }

    static byte[] begun(int number, long sizeOrMax) {
        return frame(Kind.BEGUN, number, out -> out.writeLong(sizeOrMax == Long.MAX_VALUE ? NO_SIZE : sizeOrMax));
    }

    /** Says why not; a text that is too long is cut, as it will be for the client. */
    static byte[] failure(int number, FailureKind kind, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        return frame(Kind.FAILURE, number, out -> {
            out.writeByte(kind.code());
            out.write(bytes, 0, Math.min(bytes.length, MOST_CONTENT));
        });
    }

    /** Says one of the frames that consist of their kind. */
    static byte[] bare(Kind kind, int number) {
        return frame(kind, number, _ -> {});
    }

    private interface Body {
        void writeTo(DataOutputStream out) throws IOException;
    }

    private static byte[] frame(Kind kind, int number, Body body) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (DataOutputStream out = new DataOutputStream(bytes)) {
            out.writeInt(0);
            out.writeByte(kind.code());
            out.writeInt(number);
            body.writeTo(out);
        } catch (IOException impossible) {
            throw new AssertionError("memory takes all that is written", impossible);
        }
        byte[] frame = bytes.toByteArray();
        ByteBuffer.wrap(frame).putInt(0, frame.length);
        return frame;
    }
}
