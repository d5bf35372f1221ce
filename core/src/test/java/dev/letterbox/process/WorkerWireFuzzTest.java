package dev.letterbox.process;

import dev.letterbox.Caller;
import dev.letterbox.FailureKind;
import dev.letterbox.Request;
import dev.letterbox.process.WorkerWire.Frame;
import dev.letterbox.process.WorkerWire.Kind;
import dev.letterbox.testkit.Fuzz;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What a worker process that lost its mind may write to its server, and the other way: frames, or an IOException. */
final class WorkerWireFuzzTest {
    private static final int LONGEST = 2_000;

    private static List<byte[]> valid() {
        Request request = Request.of(Caller.ofUser(7, 8), "payload".getBytes(StandardCharsets.UTF_8));
        return List.of(
                WorkerWire.open(1, "files", request),
                WorkerWire.begun(2, 4_711),
                WorkerWire.begun(3, Long.MAX_VALUE),
                WorkerWire.failure(4, FailureKind.BUSY, "später"),
                WorkerWire.bare(Kind.READY, 0),
                WorkerWire.bare(Kind.CANCEL, 5),
                WorkerWire.bare(Kind.END, 6));
    }

    @Test
    void framesAreReadOrRefused() {
        Fuzz.bytes(100_000, LONGEST, valid(), input -> {
            InputStream in = new ByteArrayInputStream(input);
            try {
                for (Optional<Frame> frame = WorkerWire.read(in); frame.isPresent(); frame = WorkerWire.read(in)) {
                    understand(frame.get());
                }
            } catch (IOException refused) {
                if (refused.toString().isBlank()) {
                    throw new AssertionError("it says nothing", refused);
                }
            }
        });
    }

    private static void understand(Frame frame) throws IOException {
        switch (frame.kind()) {
            case OPEN -> frame.request();
            case BEGUN -> frame.size();
            case FAILURE -> frame.failure();
            case CANCEL, READY, DATA, END -> {}
        }
    }
}
