package dev.letterbox.cli;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import dev.letterbox.sysv.Message;
import java.util.List;
import org.junit.jupiter.api.Test;

class PeekTest {
    @Test
    void new_messages_are_those_behind_the_remainder_of_the_old_ones() {
        assertThat(Peek.firstNew(messages("abc"), messages("abcd"))).isEqualTo(3);
        assertThat(Peek.firstNew(messages("abc"), messages("bcd"))).isEqualTo(2);
        assertThat(Peek.firstNew(messages("abc"), messages("acde"))).isEqualTo(2);
        assertThat(Peek.firstNew(messages("abc"), messages("de"))).isZero();
        assertThat(Peek.firstNew(messages("aa"), messages("aaa"))).isEqualTo(2);
        assertThat(Peek.firstNew(messages("abc"), messages(""))).isZero();
        assertThat(Peek.firstNew(messages(""), messages("a"))).isZero();
    }

    private static List<Message> messages(String bodies) {
        return bodies.chars()
                .mapToObj(body -> new Message(1, Character.toString(body).getBytes(US_ASCII)))
                .toList();
    }
}
