package dev.letterbox.cli;

import dev.letterbox.cli.output.StandardOutput;
import dev.letterbox.sysv.Key;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * Runs the most common commands once while the JVM records which classes they need. The build stores these in a cache
 * ({@code -XX:AOTCacheOutput}), which halves the time that later runs take to start.
 */
final class Training {
    private static final int PATIENCE_SECONDS = 60;

    private Training() {}

    /**
     * Serves a folder and fetches from it, on a free key. A failure is printed but does not fail the build: the cache is
     * then less complete.
     *
     * @param arguments none
     */
    public static void main(String[] arguments) throws IOException, InterruptedException {
        Path folder = Files.createTempDirectory("letterbox-training");
        CountDownLatch serving = new CountDownLatch(1);
        StandardOutput.install();
        System.setOut(new PrintStream(new FirstWord(serving), true, StandardCharsets.UTF_8));
        String key = Key.free().toString();
        String on = "--key=" + key;
        Thread server = Thread.ofPlatform().daemon().start(() -> Main.run("serve", folder.toString(), on, "--quiet"));
        try {
            Path file = Files.write(folder.resolve("file"), new byte[100_000]);
            String copy = folder.resolve("copy").toString();
            if (serving.await(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
                String name = file.getFileName().toString();
                Main.run(CommandLineBytes.of("get", name, "--key", key, "-o", copy));
                Main.run("get", on, name, "-o", copy); // the file exists already, and the line is not plain
                Main.run("ls", on);
                Main.run("stat", on, name);
            }
            Main.run("queues");
            Main.run("limits");
            Main.run("--help");
            Main.run("--version");
            Main.otherThreadsHoldTheJvm();
        } finally {
            server.interrupt();
            server.join();
            remove(folder);
        }
    }

    /** Discards what is written, and signals the first byte. */
    private static final class FirstWord extends OutputStream {
        private final CountDownLatch said;

        FirstWord(CountDownLatch said) {
            this.said = said;
        }

        @Override
        public void write(int value) {
            said.countDown();
        }

        @Override
        public void write(byte[] bytes, int offset, int length) {
            said.countDown();
        }
    }

    private static void remove(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.toList()) {
                Files.delete(file);
            }
        }
        Files.delete(folder);
    }
}
