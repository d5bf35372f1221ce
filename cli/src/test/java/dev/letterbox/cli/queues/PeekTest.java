package dev.letterbox.cli.queues;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import dev.letterbox.sysv.Message;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class PeekTest {
    @Test
    void newMessagesAreThoseAfterTheRestOfTheOldOnes() {
        assertThat(Peek.firstNew(messages("abc"), messages("abcd"))).isEqualTo(3);
        assertThat(Peek.firstNew(messages("abc"), messages("bcd"))).isEqualTo(2);
        assertThat(Peek.firstNew(messages("abc"), messages("acde"))).isEqualTo(2);
        assertThat(Peek.firstNew(messages("abc"), messages("de"))).isZero();
        assertThat(Peek.firstNew(messages("aa"), messages("aaa"))).isEqualTo(2);
        assertThat(Peek.firstNew(messages("abc"), messages(""))).isZero();
        assertThat(Peek.firstNew(messages(""), messages("a"))).isZero();
    }

    @Test
    void followingAQueueWithManyMessagesLeavesTimeToItsUsers() {
        assertThat(Peek.pauseAfter(Duration.ofMillis(1))).isEqualTo(Duration.ofMillis(100));
        assertThat(Peek.pauseAfter(Duration.ofSeconds(3))).isEqualTo(Duration.ofSeconds(30));
    }

    private static List<Message> messages(String bodies) {
        return bodies.chars()
                .mapToObj(body -> new Message(1, Character.toString(body).getBytes(US_ASCII)))
                .toList();
    }
}
