package dev.letterbox.bench.targets;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import java.util.zip.CRC32C;

/**
 * Is a file of arbitrary bytes, always the same.
 *
 * @param name its name in the served folder
 * @param size its bytes
 * @param checksum their CRC-32C
 */
record ServedFile(String name, long size, long checksum) {
    private static final int BLOCK = 1 << 20;

    static ServedFile create(Path folder, String name, long size) throws IOException {
        // Seeded: every run sends the same bytes. Each block differs from the others, so that a lost one is noticed.
        Random random = new Random(size);
        CRC32C checksum = new CRC32C();
        try (OutputStream file = Files.newOutputStream(folder.resolve(name))) {
            for (long left = size; left > 0; ) {
                byte[] block = new byte[(int) Math.min(left, BLOCK)];
                random.nextBytes(block);
                checksum.update(block);
                file.write(block);
                left -= block.length;
            }
        }
        return new ServedFile(name, size, checksum.getValue());
    }

    /** Returns the size in MiB. */
    double mebibytes() {
        return (double) size / (1 << 20);
    }
}
