package dev.letterbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

import dev.letterbox.testkit.TempFiles;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Content that is made from what a program has at hand. */
final class ContentTest {
    @TempDir
    private Path folder;

    private static byte[] all(Content content, int limit) throws IOException, ServiceException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment target = arena.allocate(limit);
            for (int length = content.read(target, limit); length >= 0; length = content.read(target, limit)) {
                assertThat(length).isBetween(1, limit);
                bytes.writeBytes(target.asSlice(0, length).toArray(ValueLayout.JAVA_BYTE));
            }
        }
        return bytes.toByteArray();
    }

    @Test
    void aFileIsReadPieceByPieceAndItsSizeIsKnownAhead() throws Exception {
        byte[] bytes = TempFiles.bytes(100_003);
        Path file = Files.write(folder.resolve("file"), bytes);
        try (Content content = Content.of(file)) {
            assertThat(content.size()).hasValue(bytes.length);
            assertThat(all(content, 8_160)).isEqualTo(bytes);
        }
    }

    @Test
    void anEmptyFileIsNoContent() throws Exception {
        try (Content content = Content.of(Files.createFile(folder.resolve("empty")))) {
            assertThat(content.size()).hasValue(0);
            assertThat(all(content, 10)).isEmpty();
        }
    }

    @Test
    void aFileThatIsNotThereIsSaidAtOnce() {
        assertThatIOException()
                .isThrownBy(() -> Content.of(folder.resolve("none")))
                .isInstanceOf(NoSuchFileException.class);
    }

    @Test
    void aFileThatGrowsIsReadAsLongAsItWas() throws Exception {
        Path file = Files.write(folder.resolve("grows"), TempFiles.bytes(1_000));
        try (Content content = Content.of(file)) {
            Files.write(file, TempFiles.bytes(500), StandardOpenOption.APPEND);
            assertThat(all(content, 300)).isEqualTo(TempFiles.bytes(1_000));
        }
    }

    @Test
    void aFileThatShrinksIsAFailureAndNotAShorterFile() throws Exception {
        Path file = Files.write(folder.resolve("shrinks"), TempFiles.bytes(1_000));
        try (Content content = Content.of(file)) {
            Files.write(file, TempFiles.bytes(400));
            assertThatIOException().isThrownBy(() -> all(content, 300)).withMessageContaining("1000 to 400 bytes");
        }
    }

    @Test
    void aStreamIsReadToItsEndAndClosedOnce() throws Exception {
        byte[] bytes = TempFiles.bytes(20_001);
        AtomicInteger closed = new AtomicInteger();
        InputStream stream = new ByteArrayInputStream(bytes) {
            @Override
            public void close() {
                closed.incrementAndGet();
            }
        };
        try (Content content = Content.of(stream)) {
            assertThat(content.size()).isEmpty();
            assertThat(all(content, 9_000)).isEqualTo(bytes);
        }
        assertThat(closed).hasValue(1);
    }
}
