package dev.letterbox.bench.jmh;

import dev.letterbox.sysv.MessageBuffer;
import dev.letterbox.sysv.Mode;
import dev.letterbox.sysv.OwnedQueue;
import dev.letterbox.sysv.Selector;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** Measures a message sent and received by one thread, which never has to wait: the library's share, and the kernel's. */
@State(Scope.Thread)
@BenchmarkMode(org.openjdk.jmh.annotations.Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(2)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class SendReceive {
    private static final Selector ANY = Selector.any();

    /** The bytes of a message: a note, a small file, the longest that the kernel takes by default. */
    @Param({"64", "1024", "8192"})
    public int size;

    private OwnedQueue queue = OwnedQueue.createPrivate(Mode.OWNER);
    private MessageBuffer message = MessageBuffer.fixed(0);

    /** Made by JMH. */
    public SendReceive() {}

    /** Makes the message. */
    @Setup
    public void fill() {
        message = MessageBuffer.fixed(size).size(size);
    }

    /** Removes the queue. */
    @TearDown
    public void remove() {
        queue.close();
    }

    /** Sends and receives in the forms that would wait. */
    @Benchmark
    public void sendAndReceive() throws InterruptedException {
        queue.send(message);
        queue.receive(message, ANY);
    }

    /** Sends and receives in the forms that never wait. */
    @Benchmark
    public boolean trySendAndReceive() {
        return queue.trySend(message) && queue.tryReceive(message, ANY);
    }

    /** Looks into an empty queue: what every try costs that comes too early. */
    @Benchmark
    public boolean tryReceiveNothing() {
        return queue.tryReceive(message, ANY);
    }
}
