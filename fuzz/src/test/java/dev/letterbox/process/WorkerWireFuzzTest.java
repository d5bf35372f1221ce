package dev.letterbox.process;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.letterbox.Caller;
import dev.letterbox.FailureKind;
import dev.letterbox.Request;
import dev.letterbox.fuzz.Check;
import dev.letterbox.process.WorkerWire.Frame;
import dev.letterbox.process.WorkerWire.Kind;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.MethodSource;

/** What a worker process that lost its mind may write to its server, and the other way: frames, or an IOException. */
final class WorkerWireFuzzTest {
    static Stream<byte[]> frames() {
        Request request = Request.of(Caller.ofUser(7, 8), "payload".getBytes(StandardCharsets.UTF_8));
        return Stream.of(
                WorkerWire.open(1, "files", request),
                WorkerWire.open(1, "files", Request.of(Caller.named("guest"), new byte[0])),
                WorkerWire.begun(2, 4_711),
                WorkerWire.begun(3, Long.MAX_VALUE),
                WorkerWire.failure(4, FailureKind.BUSY, "später"),
                WorkerWire.bare(Kind.READY, 0),
                WorkerWire.bare(Kind.CANCEL, 5),
                WorkerWire.bare(Kind.END, 6));
    }

    @MethodSource("frames")
    @FuzzTest
    void framesAreReadOrRefused(byte[] input) {
        InputStream in = new ByteArrayInputStream(input);
        int read = 0;
        try {
            for (Optional<Frame> frame = WorkerWire.read(in); frame.isPresent(); frame = WorkerWire.read(in)) {
                read += WorkerWire.HEADER + frame.get().body().length;
                Check.that(read <= input.length, "there are more bytes in the frames than were sent");
                understand(frame.get());
            }
        } catch (IOException refused) {
            Check.that(!refused.toString().isBlank(), "it says nothing");
        }
    }

    private static void understand(Frame frame) throws IOException {
        switch (frame.kind()) {
            case OPEN -> Check.that(frame.request().payload().length <= frame.body().length, "its payload");
            case BEGUN -> frame.size();
            case FAILURE -> Check.that(frame.failure().getMessage() != null, "no words for a failure");
            case CANCEL, READY, DATA, END -> {}
        }
    }
}
