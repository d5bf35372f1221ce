package dev.letterbox.files;

import static org.assertj.core.api.Assertions.assertThat;

import dev.letterbox.FailureKind;
import dev.letterbox.dialect.RawRequest;
import dev.letterbox.dialect.ResponseKind;
import dev.letterbox.dialect.Unreadable;
import dev.letterbox.engine.Message;
import dev.letterbox.testkit.RandomCases;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What holds for every name and every text. */
final class ClassicDialectPropertiesTest {
    private final Message message = new Message(8192);

    private static ClassicDialect dialect(RandomGenerator random) {
        return random.nextBoolean() ? ClassicDialect.TLPI : ClassicDialect.COMPACT;
    }

    @ParameterizedTest
    @EnumSource
    void everyNameArrives(ClassicDialect dialect) {
        int longest =
                dialect == ClassicDialect.TLPI ? ClassicDialect.TLPI_NAME_BYTES : ClassicDialect.COMPACT_NAME_BYTES;
        RandomCases.check(500, random -> {
            byte[] name = RandomCases.bytes(random, longest);
            for (int at = 0; at < name.length; at++) {
                name[at] = name[at] == 0 ? 1 : name[at];
            }
            int returnAddress = RandomCases.integer(random, 0, Integer.MAX_VALUE);
            dialect.request(message, returnAddress, FileRequest.get(name).encode());

            assertThat(ClassicDialect.values())
                    .filteredOn(other -> other.speaks(message))
                    .containsExactly(dialect);
            RawRequest request = (RawRequest) dialect.decode(message);
            assertThat(request.returnAddress()).isEqualTo(returnAddress);
            assertThat(request.payload()).isEqualTo(FileRequest.get(name).encode());
        });
    }

    @Test
    void whatIsSentIsWhatIsReceived() {
        RandomCases.check(300, random -> {
            ClassicDialect sender = dialect(random);
            ClassicDialect receiver = dialect(random);
            int length = RandomCases.integer(random, 1, 4_096);
            sender.data(message, length);
            assertThat(receiver.responseKind(message)).isEqualTo(ResponseKind.DATA);
            assertThat(message.size()).isEqualTo(length);
            sender.end(message);
            assertThat(receiver.responseKind(message)).isEqualTo(ResponseKind.END);
            sender.failure(message, FailureKind.REFUSED, "No!");
            assertThat(receiver.responseKind(message)).isEqualTo(ResponseKind.FAILURE);
        });
    }

    @Test
    void theTextOfAFailureSurvives() {
        RandomCases.check(500, random -> {
            ClassicDialect sender = dialect(random);
            ClassicDialect receiver = dialect(random);
            String text = printable(random).repeat(random.nextInt(4) == 0 ? 200 : 1);
            sender.failure(message, FailureKind.REFUSED, text);

            int room = sender.chunkBytes() - 1;
            byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
            String expected = new String(Arrays.copyOf(bytes, Math.min(bytes.length, room)), StandardCharsets.UTF_8);
            assertThat(receiver.failureText(message)).isEqualTo(expected);
            assertThat(message.size()).isLessThanOrEqualTo(sender.chunkBytes());
            assertThat(message.toByteArray()).endsWith((byte) 0);
        });
    }

    /** What a service says: any characters that can be printed. */
    private static String printable(RandomGenerator random) {
        StringBuilder text = new StringBuilder();
        RandomCases.text(random, 100)
                .codePoints()
                .filter(point -> switch (Character.getType(point)) {
                    case Character.CONTROL,
                            Character.FORMAT,
                            Character.LINE_SEPARATOR,
                            Character.PARAGRAPH_SEPARATOR,
                            Character.SURROGATE -> false;
                    default -> true;
                })
                .forEach(text::appendCodePoint);
        return text.toString();
    }

    @Test
    void theTypeOfARequestNeverMattersToTlpiAndAlwaysToCompact() {
        RandomCases.check(300, random -> {
            long type = RandomCases.number(random, 2, Long.MAX_VALUE);
            assertThat(ClassicDialect.TLPI.speaks(message.put(type, new byte[4_100])))
                    .isTrue();
            assertThat(ClassicDialect.TLPI.decode(message)).isInstanceOf(RawRequest.class);
            assertThat(ClassicDialect.COMPACT.decode(message.put(type, new byte[264])))
                    .isInstanceOf(Unreadable.class);
        });
    }

    @Test
    void eachHasTheNameByWhichPeopleAskForIt() {
        assertThat(ClassicDialect.TLPI.dialectName()).isEqualTo("tlpi");
        assertThat(ClassicDialect.COMPACT.dialectName()).isEqualTo("compact");
    }

    /** The byte before an empty name is the highest of the return address, which may be that of a space. */
    @Test
    void aRequestWithoutANameIsNotSaidToEndInSpaces() {
        byte[] address = {0, 0, 0, ' '};
        assertThat(ClassicDialect.COMPACT.decode(message.put(1, address)))
                .isInstanceOfSatisfying(
                        Unreadable.class,
                        unreadable -> assertThat(unreadable.reason()).startsWith("its name does not end in a NUL. "));
    }
}
