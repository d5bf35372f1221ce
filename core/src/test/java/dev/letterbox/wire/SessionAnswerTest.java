package dev.letterbox.wire;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static org.assertj.core.api.Assertions.assertThat;

import dev.letterbox.FailureKind;
import dev.letterbox.engine.Message;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.OptionalLong;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a client's queue can hold, in a session. */
final class SessionAnswerTest {
    private final Message message = new Message(8192);

    /** As where {@code kernel.msgmnb} is low. A message that never fits leaves its client to wait in vain. */
    @ParameterizedTest
    @ValueSource(ints = {512, 1_024, 2_048, 4_096, 16_384, Integer.MAX_VALUE})
    void everyMessageFitsTheRoomInTheClientsQueue(int most) {
        SessionAnswer answer = new SessionAnswer(1, most, 8192);

        answer.failure(message, FailureKind.REFUSED, "no ".repeat(10_000));
        assertThat(message.size()).isGreaterThan(SessionWire.RESPONSE_HEADER).isLessThanOrEqualTo(most);

        answer.data(message, answer.chunkBytes());
        assertThat(message.size()).isLessThanOrEqualTo(most);
    }

    private static final byte[] CONTENT = "abcdefghij".getBytes(StandardCharsets.UTF_8);

    private SessionAnswer answer() {
        SessionAnswer answer = new SessionAnswer(77, 16_384, 8_192);
        message.memory().fill((byte) -1);
        return answer;
    }

    private void put(int from, int to) {
        MemorySegment.copy(CONTENT, from, message.memory(), JAVA_BYTE, SessionWire.RESPONSE_HEADER, to - from);
    }

    private void assertSent(short what, long offset, long size, int length, byte[] summed) {
        CRC32C checksum = new CRC32C();
        checksum.update(summed);
        ByteBuffer bytes = message.bytes();
        assertThat(message.type()).isEqualTo(SessionWire.RESPONSE_TYPE);
        assertThat(message.size()).isEqualTo(SessionWire.RESPONSE_HEADER + length);
        assertThat(SessionWire.answers(bytes)).isEqualTo(77);
        assertThat(SessionWire.what(bytes)).isEqualTo(what);
        assertThat(SessionWire.code(bytes)).isZero();
        assertThat(SessionWire.checksum(bytes)).isEqualTo((int) checksum.getValue());
        assertThat(SessionWire.offset(bytes)).isEqualTo(offset);
        assertThat(SessionWire.size(bytes)).isEqualTo(size);
    }

    @Test
    void theWholeContentIsSummedAndItsPiecesAreCounted() {
        SessionAnswer answer = answer();
        assertThat(answer.contentOffset()).isEqualTo(SessionWire.RESPONSE_HEADER);
        assertThat(answer.chunkBytes()).isEqualTo(8_192 - SessionWire.RESPONSE_HEADER);
        answer.begin(OptionalLong.of(10));
        put(0, 4);
        answer.data(message, 4);
        assertSent(SessionWire.DATA, 0, 10, 4, new byte[0]);
        assertThat(answer.signOfLife(message)).isTrue();
        assertSent(SessionWire.DATA, 4, 10, 0, new byte[0]);
        put(4, 10);
        assertThat(answer.lastData(message, 6)).isTrue();
        assertSent(SessionWire.END, 4, 10, 6, CONTENT);
    }

    @Test
    void anEndOfItsOwnHasTheSumOfWhatCameBeforeIt() {
        SessionAnswer answer = answer();
        answer.begin(OptionalLong.empty());
        put(0, 10);
        answer.data(message, 10);
        assertSent(SessionWire.DATA, 0, -1, 10, new byte[0]);
        answer.end(message);
        assertSent(SessionWire.END, 10, -1, 0, CONTENT);
    }

    @Test
    void whatLiesInTheLaneIsSummedAndCountedToo() {
        SessionAnswer answer = answer();
        answer.begin(OptionalLong.of(10));
        answer.dataInLane(message, MemorySegment.ofArray(Arrays.copyOf(CONTENT, 7)));
        ByteBuffer bytes = message.bytes();
        assertThat(message.size()).isEqualTo(SessionWire.RESPONSE_HEADER);
        assertThat(SessionWire.what(bytes)).isEqualTo(SessionWire.IN_LANE);
        assertThat(SessionWire.answers(bytes)).isEqualTo(77);
        assertThat(SessionWire.inLane(bytes)).isEqualTo(7);
        assertThat(SessionWire.offset(bytes)).isZero();
        assertThat(SessionWire.size(bytes)).isEqualTo(10);
        put(7, 10);
        answer.lastData(message, 3);
        assertSent(SessionWire.END, 7, 10, 3, CONTENT);
    }

    /** So a client that has several requests under way knows which one a FAILURE is about. */
    @Test
    void itsMessagesSayWhichRequestTheyAnswer() {
        assertThat(answer().isNumbered()).isTrue();
    }

    @Test
    void aFailureSaysOfWhatKindItIsWhereAndWhy() {
        SessionAnswer answer = answer();
        answer.begin(OptionalLong.of(10));
        answer.data(message, 4);
        answer.failure(message, FailureKind.STALLED, "zu langsam: 5 €");
        ByteBuffer bytes = message.bytes();
        byte[] text = "zu langsam: 5 €".getBytes(StandardCharsets.UTF_8);
        assertThat(SessionWire.what(bytes)).isEqualTo(SessionWire.FAILURE);
        assertThat(SessionWire.code(bytes)).isEqualTo(FailureKind.STALLED.code());
        assertThat(SessionWire.offset(bytes)).isEqualTo(4);
        assertThat(SessionWire.size(bytes)).isEqualTo(10);
        assertThat(Arrays.copyOfRange(message.toByteArray(), SessionWire.RESPONSE_HEADER, message.size()))
                .isEqualTo(text);
    }

    @Test
    void aClientWithoutRoomGetsOneByteAtATime() {
        assertThat(new SessionAnswer(1, 0, 8_192).chunkBytes()).isOne();
        assertThat(new SessionAnswer(1, -5, 8_192).chunkBytes()).isOne();
        assertThat(new SessionAnswer(1, 2_000, 8_192).chunkBytes()).isEqualTo(1_000 - SessionWire.RESPONSE_HEADER);
    }
}
