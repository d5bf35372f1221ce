package dev.letterbox.bench.jmh;

import dev.letterbox.dialect.Incoming;
import dev.letterbox.engine.Message;
import dev.letterbox.files.ClassicDialect;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** Measures how requests are written and read, and how chunks are marked, in both classic dialects. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(2)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class ClassicCodec {
    private static final int RETURN_ADDRESS = 4711;

    /** How to speak. */
    @Param
    public ClassicDialect dialect = ClassicDialect.TLPI;

    private final Message received = new Message(8192);
    private final Message sent = new Message(8192);
    private final byte[] wholeFile = wholeFile("reports/2026/november.csv");

    /** Made by JMH. */
    public ClassicCodec() {}

    /** A request for a whole file, as docs/protocol.md has it: GET, no flags, from 0 to the end, and the name. */
    private static byte[] wholeFile(String name) {
        byte[] bytes = name.getBytes(StandardCharsets.UTF_8);
        return ByteBuffer.allocate(24 + bytes.length)
                .order(ByteOrder.nativeOrder())
                .putLong(0)
                .putLong(0)
                .putLong(Long.MAX_VALUE)
                .put(bytes)
                .array();
    }

    /** Makes the request that is read. */
    @Setup
    public void receive() {
        dialect.request(received, RETURN_ADDRESS, wholeFile);
    }

    /** Writes a request. */
    @Benchmark
    public Message writeRequest() {
        dialect.request(sent, RETURN_ADDRESS, wholeFile);
        return sent;
    }

    /** Tells by its size what speaks, and reads the request. */
    @Benchmark
    public Incoming readRequest() {
        if (!dialect.speaks(received)) {
            throw new IllegalStateException("It is a request of this dialect.");
        }
        return dialect.decode(received);
    }

    /** Marks a chunk whose bytes are there already, and the end. */
    @Benchmark
    public Message dataAndEnd() {
        dialect.data(sent, dialect.chunkBytes());
        dialect.end(sent);
        return sent;
    }
}
