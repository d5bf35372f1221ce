package dev.letterbox.process;

import static org.assertj.core.api.Assertions.assertThat;

import dev.letterbox.server.Server;
import dev.letterbox.testkit.Background;
import dev.letterbox.testkit.Deadline;
import dev.letterbox.testkit.Logged;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.SequenceInputStream;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** What becomes of worker processes that do not end. */
final class SupervisionTest {
    /** A process that sleeps in the kernel where no signal wakes it. */
    private static final class Undying extends Process {
        private final CountDownLatch over = new CountDownLatch(1);
        private final AtomicInteger kills = new AtomicInteger();

        @Override
        public long pid() {
            return 4_711;
        }

        @Override
        public InputStream getInputStream() {
            InputStream silence = new InputStream() {
                @Override
                public int read() throws IOException {
                    try {
                        over.await();
                        return -1;
                    } catch (InterruptedException told) {
                        throw new IOException(told);
                    }
                }

                @Override
                public int read(byte[] target, int from, int length) throws IOException {
                    return read();
                }
            };
            return new SequenceInputStream(
                    new ByteArrayInputStream(WorkerWire.bare(WorkerWire.Kind.READY, 0)), silence);
        }

        @Override
        public InputStream getErrorStream() {
            return InputStream.nullInputStream();
        }

        @Override
        public OutputStream getOutputStream() {
            return OutputStream.nullOutputStream();
        }

        @Override
        public CompletableFuture<Process> onExit() {
            return new CompletableFuture<>();
        }

        @Override
        public int waitFor() throws InterruptedException {
            over.await();
            return 0;
        }

        @Override
        public int exitValue() {
            throw new IllegalThreadStateException("It has not exited.");
        }

        @Override
        public void destroy() {
            kills.incrementAndGet();
        }
    }

    @Test
    void aProcessThatCannotBeKilledIsLeftAndNamed() throws Exception {
        Undying process = new Undying();
        Supervision supervision =
                new Supervision(1, Deadline.PATIENCE, Deadline.PATIENCE, List.of("worker"), _ -> process);
        try (Logged logged = Logged.by(Server.class)) {
            supervision.begin();
            try (Background<Boolean> closing = Background.start("closes", () -> {
                supervision.close();
                return true;
            })) {
                assertThat(closing.result()).isTrue();
            }
            assertThat(process.kills).hasPositiveValue();
            assertThat(logged.lines())
                    .containsExactly(
                            "WARNING Worker process 4711 was killed and has not ended: it waits in the kernel, for"
                                    + " example for a file system that does not answer. It is left, and ends when that wait does.");
        } finally {
            process.over.countDown();
        }
    }
}
