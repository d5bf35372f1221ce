package dev.letterbox.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TempFilesTest {
    @ParameterizedTest
    @ValueSource(ints = {0, 1, 4095, 4096, 4097, 65_536, 65_537, 1_000_000})
    void aFileHasItsSizeAndAlwaysTheSameBytes(int size, @TempDir Path folder) throws Exception {
        Path file = TempFiles.file(folder, size);
        assertThat(file).hasSize(size);
        assertThat(Files.readAllBytes(file)).isEqualTo(TempFiles.bytes(size));
        assertThat(TempFiles.file(folder, "again", size)).hasSameBinaryContentAs(file);
        assertThat(TempFiles.sha256(file)).isEqualTo(TempFiles.sha256(TempFiles.bytes(size)));
        assertThat(Command.of("sha256sum", file.toString()).run().text()).startsWith(TempFiles.sha256(file));
    }

    @Test
    void noTwoChunksAreAlike() {
        byte[] bytes = TempFiles.bytes(1_000_000);
        Set<String> chunks = new HashSet<>();
        for (int at = 0; at + 4096 <= bytes.length; at += 4096) {
            chunks.add(new String(bytes, at, 4096, StandardCharsets.ISO_8859_1));
        }
        assertThat(chunks).hasSize(bytes.length / 4096);
    }
}
