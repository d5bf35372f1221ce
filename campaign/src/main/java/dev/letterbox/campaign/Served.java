package dev.letterbox.campaign;

import dev.letterbox.testkit.TempFiles;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** Is a temporary directory with files whose content is known by their names; it goes away when it is closed. */
final class Served implements AutoCloseable {
    /** Shorter than a message, longer than one, longer than a queue. */
    static final List<Integer> SIZES = List.of(0, 10, 5_000, 40_000);

    /** So long that the moment in which it is sent can be hit. */
    static final int MEDIUM = 1 << 20;

    /** So long that whoever fetches it is in the middle for a while. */
    static final int LARGE = 8 << 20;

    private final Path directory;

    Served() throws IOException {
        directory = Files.createTempDirectory("letterbox-campaign-");
        SIZES.forEach(size -> TempFiles.file(directory, size));
        TempFiles.file(directory, Victim.SIZE);
        TempFiles.file(directory, MEDIUM);
        TempFiles.file(directory, LARGE);
    }

    Path directory() {
        return directory;
    }

    static String name(int size) {
        return size + ".bin";
    }

    /** Removes it, whatever has been put into it. */
    @Override
    public void close() {
        remove(directory);
    }

    static void remove(Path directory) {
        try (Stream<Path> all = Files.walk(directory)) {
            for (Path each : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(each);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
