package dev.letterbox;

import static org.assertj.core.api.Assertions.assertThat;

import dev.letterbox.testkit.Background;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

/** Content that a program writes while it runs. */
final class WrittenContentTest {
    private final MemorySegment target = Arena.ofAuto().allocate(100);

    /** A client asks again when a server runs; where it is told no, it does not. */
    @Test
    void whoIsInterruptedWhileTheWriterIsSlowIsToldThatTheServerStops() throws InterruptedException {
        CountDownLatch writing = new CountDownLatch(1);
        try (Content content = Content.written(_ -> {
                    writing.countDown();
                    new CountDownLatch(1).await();
                });
                Background<Integer> reader = Background.start("reads", () -> content.read(target, 100))) {
            writing.await();
            reader.interrupt();

            assertThat(reader.failure())
                    .isInstanceOfSatisfying(
                            ServiceException.class,
                            refused -> assertThat(refused.kind()).isEqualTo(FailureKind.STOPPING));
        }
    }
}
