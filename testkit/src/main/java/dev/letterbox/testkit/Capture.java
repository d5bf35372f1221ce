package dev.letterbox.testkit;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;

/** Takes what a child process writes while it writes it: a process whose pipe nobody reads stands still. */
final class Capture {
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private final Thread reader;
    private volatile long tid;

    Capture(InputStream from, String name) {
        // A platform thread: reading a pipe would hold a virtual thread's carrier. A daemon: it ends with the pipe.
        reader = Thread.ofPlatform().daemon().name(name).start(() -> copy(from));
    }

    /**
     * Waits until all is here that a process wrote that has ended: until the pipe ends; or is empty, where children that
     * outlive the process hold it open.
     */
    void awaitAll() {
        Await.until(
                "all is read of the " + reader.getName(),
                () -> hasEnded() || Proc.self().isAsleepIn(tid, Syscall.READ));
    }

    boolean hasEnded() {
        return !reader.isAlive();
    }

    byte[] bytes() {
        return bytes.toByteArray();
    }

    String text() {
        return bytes.toString(StandardCharsets.UTF_8);
    }

    private void copy(InputStream from) {
        tid = Proc.currentThreadId();
        byte[] buffer = new byte[64 * 1024];
        try (from) {
            int length = from.read(buffer);
            while (length >= 0) {
                bytes.write(buffer, 0, length);
                length = from.read(buffer);
            }
        } catch (IOException e) {
            // The pipe was closed under us, by a process that was killed: what came before is what there is.
            return;
        }
    }
}
