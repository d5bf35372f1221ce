package dev.letterbox.bench.targets;

import io.grpc.Drainable;
import io.grpc.KnownLength;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.Marshaller;
import io.grpc.MethodDescriptor.MethodType;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;

/**
 * Is what both ends of the file service over gRPC know: one method, from a file's name to a stream of chunks. The bytes
 * travel as they are, without Protocol Buffers around them: nobody's serialization is measured.
 */
final class GrpcFiles {
    static final String SERVICE = "letterbox.bench.Files";

    /** What gRPC's users take for files: larger chunks were not faster, smaller ones slower. */
    static final int CHUNK = 64 * 1024;

    /** Windows, and what may wait to be sent, large enough that a stream never stops for them. */
    static final int WINDOW = 4 << 20;

    private GrpcFiles() {}

    /** Bytes on their way: handed to the transport in one piece. */
    static final class Chunk extends ByteArrayInputStream implements Drainable, KnownLength {
        Chunk(byte[] bytes, int length) {
            super(bytes, 0, length);
        }

        @Override
        public int drainTo(OutputStream target) throws IOException {
            int length = available();
            target.write(buf, pos, length);
            pos += length;
            return length;
        }
    }

    /** Takes bytes as they are. */
    private static final class Bytes implements Marshaller<InputStream> {
        @Override
        public InputStream stream(InputStream value) {
            return value;
        }

        @Override
        public InputStream parse(InputStream stream) {
            try {
                byte[] bytes = stream.readAllBytes();
                return new Chunk(bytes, bytes.length);
            } catch (IOException broken) {
                throw new UncheckedIOException(broken);
            }
        }
    }

    /** Returns the method, whose chunks are taken apart by that marshaller. */
    static <T> MethodDescriptor<InputStream, T> method(Marshaller<T> chunks) {
        return MethodDescriptor.<InputStream, T>newBuilder()
                .setType(MethodType.SERVER_STREAMING)
                .setFullMethodName(MethodDescriptor.generateFullMethodName(SERVICE, "Get"))
                .setRequestMarshaller(new Bytes())
                .setResponseMarshaller(chunks)
                .build();
    }

    static MethodDescriptor<InputStream, InputStream> method() {
        return method(new Bytes());
    }
}
