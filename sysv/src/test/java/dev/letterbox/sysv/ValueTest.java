package dev.letterbox.sysv;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.letterbox.sysv.linux.Linux;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The small values: modes, selectors, messages, handles. */
final class ValueTest {
    @Test
    void aModeIsToldInOctal() {
        assertThat(Mode.OWNER).hasToString("0600").isEqualTo(Mode.of(0_600));
        assertThat(Mode.of(0)).hasToString("0000");
        assertThat(Mode.of(0_007)).hasToString("0007");
        assertThat(Mode.of(0_777)).hasToString("0777");
    }

    @ParameterizedTest
    @ValueSource(ints = {01_000, 02_600, -1, 600})
    void aModeOfMoreThanNineBitsIsRefused(int bits) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Mode.of(bits))
                .withMessage("A mode has nine bits, as in 0600; this has more: 0" + Integer.toOctalString(bits));
    }

    @Test
    void aSelectorIsWhatMsgrcvTakes() {
        assertThat(Selector.any().msgtyp()).isZero();
        assertThat(Selector.exactly(5).msgtyp()).isEqualTo(5);
        assertThat(Selector.upTo(5).msgtyp()).isEqualTo(-5);
        assertThat(Selector.upTo(Long.MAX_VALUE).msgtyp()).isEqualTo(-Long.MAX_VALUE);
        assertThat(Selector.except(5).msgtyp()).isEqualTo(5);
        assertThat(Selector.except(5).flags()).isEqualTo(Linux.MSG_EXCEPT);
        assertThat(Selector.exactly(5).flags()).isZero();
    }

    @Test
    void aSelectorTellsWhatItTakes() {
        assertThat(Selector.any()).hasToString("any");
        assertThat(Selector.exactly(2)).hasToString("exactly 2");
        assertThat(Selector.upTo(2)).hasToString("up to 2");
        assertThat(Selector.except(2)).hasToString("except 2");
    }

    @Test
    void messagesAreEqualByTypeAndContent() {
        Message message = new Message(2, new byte[] {1, 2});
        assertThat(message)
                .isEqualTo(new Message(2, new byte[] {1, 2}))
                .hasSameHashCodeAs(new Message(2, new byte[] {1, 2}))
                .isNotEqualTo(new Message(3, new byte[] {1, 2}))
                .isNotEqualTo(new Message(2, new byte[] {1, 3}))
                .isNotEqualTo("message")
                .hasToString("message of type 2, 2 bytes");
        assertThat(Set.of(message)).contains(new Message(2, new byte[] {1, 2}));
    }

    @Test
    void aHandleTellsIdAndKey() {
        assertThat(MessageQueue.ofId(0)).hasToString("queue 0");
        Key key = Key.free();
        try (OwnedQueue queue = OwnedQueue.create(key, Mode.OWNER);
                MessageQueue opened = MessageQueue.open(key)) {
            assertThat(queue).hasToString("queue " + queue.id() + " (key " + key + ")");
            assertThat(opened).hasToString(queue.toString());
            assertThat(opened.key()).contains(key);
            assertThat(MessageQueue.ofId(queue.id()).key()).isEmpty();
        }
    }

    @Test
    void aCapacityBelow1IsRefused() {
        MessageQueue queue = MessageQueue.ofId(0);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> queue.setCapacity(0))
                .withMessage("A queue's capacity must be 1 to 2147483647 bytes, not 0.");
    }
}
