package dev.letterbox.sysv;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Reads and writes the settings of message queues under {@code /proc/sys/kernel}, of this IPC namespace. */
final class Sysctl {
    private Sysctl() {}

    static int read(String name) {
        // In one piece: the kernel gives such a file's text to the first read alone.
        try (BufferedReader file = Files.newBufferedReader(path(name))) {
            return Integer.parseInt(file.readLine().strip());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static void write(String name, int value) {
        try {
            Files.writeString(path(name), String.valueOf(value));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Path path(String name) {
        return Path.of("/proc/sys/kernel", name);
    }
}
