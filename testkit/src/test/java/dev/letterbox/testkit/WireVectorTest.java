package dev.letterbox.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class WireVectorTest {
    private static final String WHOLE = """
            # a comment
            exchange one message
            queue 160

            client type 0x10 size 23: GREETING
                 0  01 00 00 00              version = 1
                 4  ff ff ff ff ff ff ff ff  number ~ -1
                12  68 69                    text = "hi"
                14  00*4                     0
                18  61 61                    name
                20  61*3                     ...
            """;

    private static List<WireVector> parse(String text) {
        return WireVector.parse(text.lines().toList());
    }

    @Test
    void anExchangeIsReadByteForByte() {
        WireVector vector = parse(WHOLE).getFirst();
        assertThat(vector.name()).isEqualTo("one message");
        assertThat(vector.capacity()).isEqualTo(160);
        WireVector.Message message = vector.messages().getFirst();
        assertThat(message.fromClient()).isTrue();
        assertThat(message.type()).isEqualTo(16);
        assertThat(message.body())
                .containsExactly(
                        1, 0, 0, 0, -1, -1, -1, -1, -1, -1, -1, -1, 'h', 'i', 0, 0, 0, 0, 'a', 'a', 'a', 'a', 'a');
        assertThat(message.fields())
                .extracting(WireVector.Field::varies)
                .containsExactly(false, true, false, false, false);
        assertThat(message.fields().getLast().of(message.body())).containsExactly('a', 'a', 'a', 'a', 'a');
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "version = 1>version = 2",
                " 14 > 13 ",
                "size 23>size 24",
                "00*4>01*4",
                "\"hi\">\"ho\"",
                "queue>cue"
            })
    void whatContradictsItselfIsRefused(String change) {
        String[] words = change.split(">", -1);
        assertThatThrownBy(() -> parse(WHOLE.replace(words[0], words[1])))
                .isInstanceOf(AssertionError.class)
                .hasMessageStartingWith("The vector contradicts itself: ");
    }
}
