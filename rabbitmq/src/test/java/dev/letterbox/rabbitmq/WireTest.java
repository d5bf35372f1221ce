package dev.letterbox.rabbitmq;

import static org.assertj.core.api.Assertions.assertThat;

import dev.letterbox.engine.Message;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;

final class WireTest {
    private static final Path PAGE = Path.of(System.getProperty("letterbox.root", ".."), "docs/protocol.md");

    private static Message hello() {
        return new Message(10).put(5, "hello".getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void theEngineWritesWhatThePageShows() throws IOException {
        List<String> shown = Files.readAllLines(PAGE).stream()
                .dropWhile(line -> !line.startsWith("| message | bytes |"))
                .filter(line -> line.contains("`") && line.startsWith("| "))
                .map(line -> line.substring(line.lastIndexOf('`', line.length() - 4) + 1, line.lastIndexOf('`'))
                        .replace(" ", ""))
                .toList();
        assertThat(shown)
                .containsExactly(
                        hex(Wire.encode(hello(), 0)),
                        hex(Wire.encode(hello(), 258)),
                        hex(Wire.grant(258, 1_000_000)),
                        hex(Wire.own(Wire.FAREWELL, 0)),
                        hex(Wire.own(Wire.PROBE, 258)));
    }

    private static String hex(byte[] bytes) {
        return HexFormat.of().formatHex(bytes);
    }

    @Test
    void whatIsWrittenIsRead() {
        byte[] bytes = Wire.encode(hello(), -7);
        Message message = new Message(Wire.LONGEST);
        Wire.decode(bytes, message);
        assertThat(message.type()).isEqualTo(5);
        assertThat(message.toByteArray()).isEqualTo("hello".getBytes(StandardCharsets.UTF_8));
        assertThat(Wire.line(bytes)).isEqualTo(-7);
        assertThat(Wire.granted(Wire.grant(1, Long.MAX_VALUE))).isEqualTo(Long.MAX_VALUE);
    }

    @Test
    void whatIsTooShortOrTooLongIsNoMessage() {
        assertThat(Wire.isWhole(new byte[Wire.HEADER - 1])).isFalse();
        assertThat(Wire.isWhole(new byte[Wire.HEADER])).isTrue();
        assertThat(Wire.isWhole(new byte[Wire.HEADER + Wire.LONGEST])).isTrue();
        assertThat(Wire.isWhole(new byte[Wire.HEADER + Wire.LONGEST + 1])).isFalse();
        assertThat(Wire.granted(Wire.own(Wire.GRANT, 1))).isZero();
    }
}
