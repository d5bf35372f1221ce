package dev.letterbox.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.letterbox.FailureKind;
import dev.letterbox.dialect.Dialect;
import dev.letterbox.dialect.Malformed;
import dev.letterbox.dialect.RawRequest;
import dev.letterbox.dialect.ResponseKind;
import dev.letterbox.dialect.Unreadable;
import dev.letterbox.engine.Message;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The wire, byte for byte as the C programs have it. */
final class ClassicDialectTest {
    private final Message message = new Message(8192);

    /** What was in the buffer before must never reach the wire. */
    @BeforeEach
    void soil() {
        message.memory().fill((byte) 'x');
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static byte[] padded(String text, int size) {
        return Arrays.copyOf(bytes(text), size);
    }

    private static byte[] request(int returnAddress, byte[] name, int size) {
        return ByteBuffer.allocate(size)
                .order(ByteOrder.nativeOrder())
                .putInt(returnAddress)
                .put(name)
                .array();
    }

    @ParameterizedTest
    @CsvSource({"TLPI, 4100", "COMPACT, 260"})
    void aRequestIsTheReturnAddressAndTheName(ClassicDialect dialect, int size) {
        dialect.request(message, 7, FileRequest.get(bytes("a/b c")).encode());

        assertThat(message.type()).isEqualTo(1);
        assertThat(message.toByteArray()).isEqualTo(request(7, bytes("a/b c"), size));
    }

    @ParameterizedTest
    @CsvSource({"TLPI, 4095", "COMPACT, 255"})
    void theLongestNameLeavesRoomForItsNul(ClassicDialect dialect, int longest) {
        byte[] name = bytes("n".repeat(longest));
        dialect.request(message, 0, FileRequest.get(name).encode());
        assertThat(((RawRequest) dialect.decode(message)).payload())
                .isEqualTo(FileRequest.get(name).encode());

        assertThatIllegalArgumentException()
                .isThrownBy(() -> dialect.request(
                        message,
                        0,
                        FileRequest.get(bytes("n".repeat(longest + 1))).encode()))
                .withMessageContaining("%d bytes is too long", longest + 1)
                .withMessageContaining("room for %d", longest);
    }

    @ParameterizedTest
    @EnumSource
    void aNameWithANulIsNone(ClassicDialect dialect) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> dialect.request(
                        message, 0, FileRequest.get(bytes("a\0b")).encode()))
                .withMessageContaining("NUL");
    }

    @ParameterizedTest
    @EnumSource
    void whatFollowsTheNulOfANameMeansNothing(ClassicDialect dialect) {
        dialect.request(message, 7, FileRequest.get(bytes("name")).encode());
        message.memory().asSlice(4 + 5, message.size() - 4 - 5).fill((byte) 'x');

        RawRequest request = (RawRequest) dialect.decode(message);
        assertThat(request.payload()).isEqualTo(FileRequest.get(bytes("name")).encode());
        assertThat(request.returnAddress()).isEqualTo(7);
    }

    @ParameterizedTest
    @CsvSource({
        "TLPI, 4100, x, does not end in a NUL",
        "COMPACT, 260, x, does not end in a NUL",
        "COMPACT, 264, x, does not end in a NUL",
        "COMPACT, 20, x, these are 20 bytes",
        "COMPACT, 4, x, these are 4 bytes",
        "COMPACT, 8192, x, does not end in a NUL",
        "COMPACT, 260, ' ', ends in spaces",
        "TLPI, 4100, ' ', ends in spaces",
        "COMPACT, 268, ' ', your size includes the type",
        "COMPACT, 272, ' ', your size includes the type",
        "COMPACT, 4104, ' ', your size includes the type",
        "COMPACT, 4108, ' ', your size includes the type"
    })
    void aNameWithoutANulIsToldToItsClient(ClassicDialect dialect, int size, String fill, String told) {
        message.put(1, request(7, bytes(fill.repeat(size - 4)), size));

        assertThat(dialect.speaks(message)).isTrue();
        Unreadable unreadable = (Unreadable) dialect.decode(message);
        assertThat(unreadable.returnAddress()).isEqualTo(7);
        assertThat(unreadable.reason()).contains(told).contains("260 or 264 bytes (compact) or 4100 (tlpi)");
    }

    @ParameterizedTest
    @ValueSource(ints = {6, 9, 259, 260, 261, 263, 264, 265, 268, 272, 4099, 4101, 4104, 4108, 8192})
    void aRequestOfAnyLengthIsReadIfItsNameEndsInANul(int size) {
        message.put(1, request(7, new byte[] {'n'}, size));

        assertThat(ClassicDialect.COMPACT.speaks(message)).isTrue();
        assertThat(ClassicDialect.TLPI.speaks(message)).isFalse();
        assertThat(((RawRequest) ClassicDialect.COMPACT.decode(message)).payload())
                .isEqualTo(FileRequest.get(bytes("n")).encode());
    }

    /** A program in another language sends as much as its name needs. */
    @ParameterizedTest
    @CsvSource({"300, 295", "4099, 4094", "4101, 4095", "8192, 4095"})
    void aNameMayBeAsLongAsItsRequestAndAsLinuxHasNames(int size, int longest) {
        byte[] name = bytes("n".repeat(longest));
        message.put(1, request(7, name, size));
        assertThat(((RawRequest) ClassicDialect.COMPACT.decode(message)).payload())
                .isEqualTo(FileRequest.get(name).encode());

        message.put(1, request(7, bytes("n".repeat(longest + 1)), size));
        assertThat(ClassicDialect.COMPACT.decode(message)).isInstanceOf(Unreadable.class);
    }

    @ParameterizedTest
    @ValueSource(longs = {2, 3, Integer.MAX_VALUE, Long.MAX_VALUE})
    void compactTakesTypeOneAlone(long type) {
        message.put(type, request(7, bytes("name"), 264));

        assertThat(((Unreadable) ClassicDialect.COMPACT.decode(message)).reason())
                .contains("type is " + type);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 3})
    void whatHasNoReturnAddressIsMalformed(int size) {
        message.put(1, new byte[size]);

        assertThat(((Malformed) ClassicDialect.COMPACT.decode(message)).reason())
                .contains("these are " + size + " bytes");
    }

    /** The four bytes after the name of compact are the compiler's: a NUL there is not the name's. */
    @Test
    void aNulInThePaddingEndsNoName() {
        message.put(1, request(7, bytes("x".repeat(256)), 264));

        assertThat(ClassicDialect.COMPACT.decode(message)).isInstanceOf(Unreadable.class);
    }

    @ParameterizedTest
    @CsvSource({"TLPI, 4100", "COMPACT, 264"})
    void aNegativeReturnAddressIsMalformed(ClassicDialect dialect, int size) {
        message.put(1, request(-1, bytes("name"), size));

        assertThat(dialect.decode(message)).isInstanceOf(Malformed.class);
    }

    @ParameterizedTest
    @CsvSource({
        "1, 264, COMPACT",
        "2, 264, COMPACT",
        "1, 4100, TLPI",
        "2, 4100, TLPI",
        "9223372036854775807, 4100, TLPI",
        "1, 0, COMPACT",
        "1, 260, COMPACT",
        "1, 4099, COMPACT",
        "1, 4101, COMPACT",
        "1, 8192, COMPACT"
    })
    void theLengthTellsTheDialect(long type, int size, ClassicDialect spoken) {
        message.put(type, new byte[size]);

        for (ClassicDialect dialect : ClassicDialect.values()) {
            assertThat(dialect.speaks(message)).as(dialect.dialectName()).isEqualTo(dialect == spoken);
        }
    }

    @ParameterizedTest
    @CsvSource({"TLPI, 8192", "COMPACT, 4096"})
    void dataIsTheBytesAlone(ClassicDialect dialect, int longest) {
        assertThat(dialect.chunkBytes()).isEqualTo(longest);
        dialect.data(message, 3);

        assertThat(message.type()).isEqualTo(2);
        assertThat(message.toByteArray()).isEqualTo(bytes("xxx"));
    }

    @ParameterizedTest
    @CsvSource({"TLPI, 0", "COMPACT, 1"})
    void endIsEmptyOrOneZero(ClassicDialect dialect, int size) {
        dialect.end(message);

        assertThat(message.type()).isEqualTo(3);
        assertThat(message.toByteArray()).isEqualTo(new byte[size]);
    }

    @ParameterizedTest
    @CsvSource({"TLPI, 4", "COMPACT, 4096"})
    void failureIsTheTextAndZeros(ClassicDialect dialect, int size) {
        dialect.failure(message, FailureKind.REFUSED, "No!");

        assertThat(message.type()).isEqualTo(1);
        assertThat(message.toByteArray()).isEqualTo(padded("No!", size));
    }

    @ParameterizedTest
    @CsvSource({"TLPI, 8192", "COMPACT, 4096"})
    void aFailureThatIsTooLongIsCutAndStillEnds(ClassicDialect dialect, int size) {
        dialect.failure(message, FailureKind.REFUSED, "n".repeat(10_000));

        assertThat(message.toByteArray()).isEqualTo(padded("n".repeat(size - 1), size));
    }

    @ParameterizedTest
    @CsvSource({
        "2, 1, DATA",
        "2, 8192, DATA",
        "2, 0, MALFORMED",
        "3, 0, END",
        "3, 1, END",
        "3, 2, MALFORMED",
        "1, 0, FAILURE",
        "1, 1, FAILURE",
        "1, 8192, FAILURE",
        "4, 0, MALFORMED",
        "9223372036854775807, 1, MALFORMED"
    })
    void eitherDialectTakesTheResponsesOfBoth(long type, int size, ResponseKind kind) {
        message.put(type, new byte[size]);

        for (Dialect dialect : ClassicDialect.values()) {
            assertThat(dialect.responseKind(message)).as(dialect.dialectName()).isEqualTo(kind);
        }
    }

    @ParameterizedTest
    @EnumSource
    void theTextOfAFailureEndsAtItsNulOrAtItsEnd(ClassicDialect dialect) {
        assertThat(dialect.failureText(message.put(1, bytes("No!\0junk")))).isEqualTo("No!");
        assertThat(dialect.failureText(message.put(1, bytes("No!")))).isEqualTo("No!");
        assertThat(dialect.failureText(message.put(1, new byte[0]))).isEmpty();
    }

    /** A hostile server must not drive the client's terminal. */
    @ParameterizedTest
    @EnumSource
    void theTextOfAFailureHasNoControlCharacters(ClassicDialect dialect) {
        message.put(1, bytes("\u001b[2J\r\nroot# \u202e"));

        assertThat(dialect.failureText(message)).isEqualTo("\\u001b[2J\\u000d\\u000aroot# \\u202e");
    }
}
