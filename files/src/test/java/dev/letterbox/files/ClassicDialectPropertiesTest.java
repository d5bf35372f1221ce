package dev.letterbox.files;

import static org.assertj.core.api.Assertions.assertThat;

import dev.letterbox.FailureKind;
import dev.letterbox.dialect.Dialect;
import dev.letterbox.dialect.Incoming;
import dev.letterbox.dialect.Malformed;
import dev.letterbox.dialect.RawRequest;
import dev.letterbox.dialect.ResponseKind;
import dev.letterbox.dialect.Unreadable;
import dev.letterbox.engine.Message;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Assume;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;

/** What holds for every name and for every message that anybody can send. */
final class ClassicDialectPropertiesTest {
    private static final int LONGEST_MESSAGE = 8_192;

    private final Message message = new Message(8192);

    @Provide
    Arbitrary<byte[]> names() {
        return Arbitraries.bytes()
                .filter(each -> each != 0)
                .array(byte[].class)
                .ofMinSize(0)
                .ofMaxSize(4_095);
    }

    /** All lengths, those that a dialect has more often than others. */
    @Provide
    Arbitrary<byte[]> bodies() {
        Arbitrary<Integer> sizes = Arbitraries.oneOf(
                Arbitraries.of(0, 1, 260, 263, 264, 265, 4_099, 4_100, 4_101, LONGEST_MESSAGE),
                Arbitraries.integers().between(0, LONGEST_MESSAGE));
        return sizes.flatMap(size -> Arbitraries.bytes().array(byte[].class).ofSize(size));
    }

    @Provide
    Arbitrary<Long> types() {
        return Arbitraries.oneOf(
                Arbitraries.longs().between(1, 5), Arbitraries.longs().between(1, Long.MAX_VALUE));
    }

    @Property
    void everyNameArrives(
            @ForAll ClassicDialect dialect,
            @ForAll @IntRange(min = 0) int returnAddress,
            @ForAll("names") byte[] name) {
        Assume.that(dialect == ClassicDialect.TLPI || name.length <= ClassicDialect.COMPACT_NAME_BYTES);
        dialect.request(message, returnAddress, FileRequest.get(name).encode());

        assertThat(ClassicDialect.values())
                .filteredOn(other -> other.speaks(message))
                .containsExactly(dialect);
        RawRequest request = (RawRequest) dialect.decode(message);
        assertThat(request.returnAddress()).isEqualTo(returnAddress);
        assertThat(request.payload()).isEqualTo(FileRequest.get(name).encode());
    }

    @Property(tries = 300)
    void noMessageCanDoMoreThanBeMalformed(@ForAll("types") long type, @ForAll("bodies") byte[] body) throws Exception {
        message.put(type, body);

        for (Dialect dialect : ClassicDialect.values()) {
            if (dialect.speaks(message)) {
                Incoming incoming = dialect.decode(message);
                switch (incoming) {
                    case Malformed(String reason) -> assertThat(reason).isNotEmpty();
                    case Unreadable(int returnAddress, String reason) -> {
                        assertThat(returnAddress).isNotNegative();
                        assertThat(reason).isNotEmpty();
                    }
                    case RawRequest request -> {
                        assertThat(request.returnAddress()).isNotNegative();
                        byte[] name = FileRequest.decode(request.payload()).name();
                        assertThat(name).doesNotContain(0);
                        assertThat(name.length).isLessThan(body.length - Integer.BYTES);
                    }
                }
            }
        }
    }

    @Property(tries = 300)
    void everyMessageIsSomeResponse(
            @ForAll ClassicDialect dialect, @ForAll("types") long type, @ForAll("bodies") byte[] body) {
        message.put(type, body);

        assertThat(dialect.responseKind(message)).isNotNull();
        assertThat(dialect.failureText(message)).matches("\\P{Cntrl}*");
    }

    @Property
    void whatIsSentIsWhatIsReceived(
            @ForAll ClassicDialect sender,
            @ForAll ClassicDialect receiver,
            @ForAll @IntRange(min = 1, max = 4_096) int length) {
        sender.data(message, length);
        assertThat(receiver.responseKind(message)).isEqualTo(ResponseKind.DATA);
        assertThat(message.size()).isEqualTo(length);
        sender.end(message);
        assertThat(receiver.responseKind(message)).isEqualTo(ResponseKind.END);
        sender.failure(message, FailureKind.REFUSED, "No!");
        assertThat(receiver.responseKind(message)).isEqualTo(ResponseKind.FAILURE);
    }

    @Property
    void theTextOfAFailureSurvives(
            @ForAll ClassicDialect sender, @ForAll ClassicDialect receiver, @ForAll("texts") String text) {
        sender.failure(message, FailureKind.REFUSED, text);

        int room = sender.chunkBytes() - 1;
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        String expected = new String(Arrays.copyOf(bytes, Math.min(bytes.length, room)), StandardCharsets.UTF_8);
        assertThat(receiver.failureText(message)).isEqualTo(expected);
        assertThat(message.size()).isLessThanOrEqualTo(sender.chunkBytes());
        assertThat(message.toByteArray()).endsWith((byte) 0);
    }

    /** What a service says: any characters that can be printed. */
    @Provide
    Arbitrary<String> texts() {
        return Arbitraries.integers()
                .between(0x20, Character.MAX_CODE_POINT)
                .filter(point -> !Character.isISOControl(point)
                        && Character.getType(point) != Character.FORMAT
                        && Character.getType(point) != Character.SURROGATE)
                .map(Character::toString)
                .list()
                .ofMaxSize(100)
                .map(characters -> String.join("", characters))
                .flatMap(text -> Arbitraries.of(1, 1, 1, 200).map(text::repeat));
    }

    @Property
    void aNameIsPrintedInOneLineWithoutControlCharacters(@ForAll byte[] name) {
        assertThat(FileNames.printable(name)).matches("[\\P{Cntrl}&&\\P{Cf}]*");
    }

    @Property
    void theTypeOfARequestNeverMattersToTlpiAndAlwaysToCompact(@ForAll @LongRange(min = 2) long type) {
        assertThat(ClassicDialect.TLPI.speaks(message.put(type, new byte[4_100])))
                .isTrue();
        assertThat(ClassicDialect.TLPI.decode(message)).isInstanceOf(RawRequest.class);
        assertThat(ClassicDialect.COMPACT.decode(message.put(type, new byte[264])))
                .isInstanceOf(Unreadable.class);
    }
}
