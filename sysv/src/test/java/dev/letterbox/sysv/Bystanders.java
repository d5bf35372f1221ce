package dev.letterbox.sysv;

import dev.letterbox.testkit.TempFiles;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Threads that sleep, read files, wait for processes and sleep in a system call, while others are signalled: they must
 * see nothing of it. Closing it ends them and fails if one saw anything odd.
 */
final class Bystanders implements AutoCloseable {
    private final AtomicReference<@Nullable Throwable> odd = new AtomicReference<>();
    private final List<Thread> threads = new ArrayList<>();
    private final Path file;
    private volatile boolean over;

    private interface Activity {
        void once() throws Exception;
    }

    Bystanders() {
        byte[] bytes = TempFiles.bytes(300_000);
        try {
            file = Files.createTempFile("bystander", ".bin");
            Files.write(file, bytes);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        start("polls", () -> expect(Poll.undisturbed(2), "poll was broken off by a signal"));
        start("sleeps", () -> {
            long before = System.nanoTime();
            Thread.sleep(2);
            expect(System.nanoTime() - before >= 2_000_000, "the sleep was short");
        });
        start("reads", () -> {
            expect(Arrays.equals(Files.readAllBytes(file), bytes), "the file was read wrongly");
            Thread.sleep(2);
        });
        start(
                "waits for processes",
                () -> expect(new ProcessBuilder("sleep", "0.05").start().waitFor() == 0, "the process failed"));
    }

    private void start(String name, Activity activity) {
        threads.add(Thread.ofPlatform().daemon().name("bystander that " + name).start(() -> {
            try {
                do {
                    activity.once();
                } while (!over);
            } catch (Throwable seen) {
                odd.compareAndSet(null, seen);
            }
        }));
    }

    private static void expect(boolean asIt, String otherwise) {
        if (!asIt) {
            throw new AssertionError(otherwise);
        }
    }

    @Override
    public void close() {
        over = true;
        try {
            for (Thread thread : threads) {
                thread.join();
            }
            Files.delete(file);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted", e);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Throwable seen = odd.get();
        if (seen != null) {
            throw new AssertionError("a bystander saw something odd", seen);
        }
    }
}
