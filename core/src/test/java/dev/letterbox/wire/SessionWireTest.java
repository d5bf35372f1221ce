package dev.letterbox.wire;

import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_SHORT_UNALIGNED;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.letterbox.engine.LaneAddress;
import dev.letterbox.engine.Message;
import dev.letterbox.testkit.RandomCases;
import dev.letterbox.wire.SessionWire.Bits128;
import dev.letterbox.wire.SessionWire.Credentials;
import dev.letterbox.wire.SessionWire.FromClient;
import dev.letterbox.wire.SessionWire.Wrong;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class SessionWireTest {
    private static final Credentials CREDENTIALS = new Credentials(7, new Bits128(8, 9));

    private final Message message = new Message(8192);

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private Message request() {
        SessionWire.request(message, CREDENTIALS, 1, bytes("echo"), bytes("payload"), 1_000, 5_000);
        return message;
    }

    @Test
    void aRequestIsReadAsItWasWritten() {
        RandomCases.check(500, random -> {
            Credentials credentials =
                    new Credentials(random.nextLong(), new Bits128(random.nextLong(), random.nextLong()));
            long id = RandomCases.number(random, 1, Long.MAX_VALUE);
            String service = RandomCases.text(random, 40);
            byte[] payload = RandomCases.bytes(random, 2_000);
            long timeout = RandomCases.number(random, 0, Long.MAX_VALUE);
            long allowed = RandomCases.number(random, 0, Long.MAX_VALUE);
            SessionWire.request(message, credentials, id, bytes(service), payload, timeout, allowed);
            assertThat(message.type()).isEqualTo(SessionWire.REQUEST_TYPE);
            FromClient read = (FromClient) SessionWire.decode(message);
            assertThat(read.credentials()).isEqualTo(credentials);
            assertThat(read.id()).isEqualTo(id);
            assertThat(read.kind()).isEqualTo(SessionWire.REQUEST);
            assertThat(read.service()).isEqualTo(service);
            assertThat(read.payload()).isEqualTo(payload);
            assertThat(read.timeoutMillis()).isEqualTo(timeout);
            assertThat(read.allowed()).isEqualTo(allowed);
            assertThat(read.lane()).isEmpty();
        });
    }

    @Test
    void creditTellsOfALaneAndNothingElseDoes() {
        RandomCases.check(500, random -> {
            LaneAddress lane = new LaneAddress(random.nextInt(), RandomCases.integer(random, 1, Integer.MAX_VALUE));
            for (short kind : new short[] {SessionWire.CREDIT, SessionWire.CANCEL, SessionWire.BYE}) {
                SessionWire.control(message, CREDENTIALS, 1, kind, 7);
                assertThat(((FromClient) SessionWire.decode(message)).lane()).isEmpty();
                SessionWire.offerLane(message, lane);
                FromClient read = (FromClient) SessionWire.decode(message);
                assertThat(read.allowed()).isEqualTo(7);
                assertThat(read.lane()).isEqualTo(kind == SessionWire.CREDIT ? Optional.of(lane) : Optional.empty());
            }
        });
    }

    @ParameterizedTest
    @ValueSource(ints = {0, -1, Integer.MIN_VALUE})
    void aLaneOfNoLengthIsNone(int bytes) {
        SessionWire.control(message, CREDENTIALS, 1, SessionWire.CREDIT, 7);
        SessionWire.offerLane(message, new LaneAddress(5, bytes));
        assertThat(((FromClient) SessionWire.decode(message)).lane()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 63})
    void aMessageShorterThanItsHeaderIsWrong(int size) {
        assertThat(SessionWire.decode(request().size(size))).isInstanceOf(Wrong.class);
    }

    @ParameterizedTest
    @ValueSource(ints = {-1, 0, 6, 100, 32_767, -32_768})
    void aKindThatIsNoneIsWrong(int kind) {
        request().memory().set(JAVA_SHORT_UNALIGNED, 32, (short) kind);
        assertThat(SessionWire.decode(message)).isEqualTo(new Wrong("there is no kind " + kind));
    }

    @ParameterizedTest
    @CsvSource({"34, 3", "34, 5", "34, -1", "34, 32767"})
    void aServiceLengthThatDoesNotFitIsWrong(int offset, int length) {
        request().memory().set(JAVA_SHORT_UNALIGNED, offset, (short) length);
        assertThat(SessionWire.decode(message)).isEqualTo(lengths(Short.toUnsignedInt((short) length), 7));
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 6, 8, -1, Integer.MAX_VALUE, Integer.MIN_VALUE, -68})
    void aPayloadLengthThatDoesNotFitIsWrong(int length) {
        request().memory().set(JAVA_INT_UNALIGNED, 36, length);
        assertThat(SessionWire.decode(message)).isEqualTo(lengths(4, Integer.toUnsignedLong(length)));
    }

    private Wrong lengths(int service, long payload) {
        return new Wrong(
                "its lengths (%d and %d) do not match its size, %d".formatted(service, payload, message.size()));
    }

    @ParameterizedTest
    @CsvSource({"24, 0", "24, -1", "40, -1", "48, -1", "24, -9223372036854775808"})
    void aNumberOutOfRangeIsWrong(int offset, long value) {
        request().memory().set(JAVA_LONG_UNALIGNED, offset, value);
        assertThat(SessionWire.decode(message)).isEqualTo(new Wrong("a number in it is out of range"));
    }

    @ParameterizedTest
    @ValueSource(shorts = {SessionWire.CANCEL, SessionWire.CREDIT, SessionWire.BYE})
    void onlyARequestHasSomethingAfterItsHeader(short kind) {
        request().memory().set(JAVA_SHORT_UNALIGNED, 32, kind);
        assertThat(SessionWire.decode(message))
                .isEqualTo(new Wrong("kind " + kind + " must have nothing after its header"));
        SessionWire.control(message, CREDENTIALS, 1, kind, 0);
        assertThat(SessionWire.decode(message)).isInstanceOf(FromClient.class);
    }

    @Test
    void aServiceNameThatIsNoUtf8IsANameThatNobodyHas() {
        SessionWire.request(message, CREDENTIALS, 1, new byte[] {(byte) 0xff, (byte) 0xfe}, new byte[0], 0, 0);
        assertThat(((FromClient) SessionWire.decode(message)).service()).isEqualTo("\ufffd\ufffd");
    }

    @Test
    void thePayloadMayFillAMessageAndNotMore() {
        int most = message.capacity() - SessionWire.REQUEST_HEADER - 4;
        SessionWire.request(message, CREDENTIALS, 1, bytes("echo"), new byte[most], 0, 0);
        assertThat(message.size()).isEqualTo(message.capacity());
        assertThatIllegalArgumentException()
                .isThrownBy(() -> SessionWire.request(message, CREDENTIALS, 1, bytes("echo"), new byte[most + 1], 0, 0))
                .withMessage(
                        "A request has 8128 bytes at most for the service's name and the payload together, not 4 and 8125.");
    }

    /** A token in a log would be a token lost. */
    @Test
    void aTokenIsNeverShown() {
        assertThat(CREDENTIALS.toString()).isEqualTo("Credentials[session=7, token=128 bits]");
    }

    @Test
    void tokensMatchInAllTheirBits() {
        Bits128 token = new Bits128(3, 4);
        assertThat(token.matches(new Bits128(3, 4))).isTrue();
        for (int bit = 0; bit < Long.SIZE; bit++) {
            assertThat(token.matches(new Bits128(3 ^ 1L << bit, 4))).isFalse();
            assertThat(token.matches(new Bits128(3, 4 ^ 1L << bit))).isFalse();
        }
    }

    /** As docs/protocol.md has it, so that programs in other languages can be written from there. */
    @Test
    void theGreetingIsACompactRequestWithAnEmptyName() {
        message.memory().fill((byte) -1);
        SessionWire.hello(message, 5, new Bits128(1, 2));
        byte[] hello = message.toByteArray();
        assertThat(message.type()).isEqualTo(1);
        assertThat(hello).hasSize(260);
        assertThat(hello[4]).isZero();
        assertThat(new String(hello, 8, 8, StandardCharsets.US_ASCII)).isEqualTo("LETTRBOX");
        assertThat(Arrays.copyOfRange(hello, 40, 260))
                .as("nothing is left over")
                .containsOnly(0);
        assertThat(SessionWire.isHello(message)).isTrue();
        assertThat(SessionWire.helloReturnAddress(message)).isEqualTo(5);
        assertThat(SessionWire.helloVersion(message)).isEqualTo(1);
        assertThat(SessionWire.helloNonce(message)).isEqualTo(new Bits128(1, 2));
    }

    /** As C lays out a compact request where a long has 64 bits. */
    @Test
    void theGreetingMayHavePaddingAtItsEnd() {
        SessionWire.hello(message, 5, new Bits128(1, 2));
        assertThat(SessionWire.isHello(message.size(264))).isTrue();
        assertThat(SessionWire.isHello(message.size(263))).isFalse();
    }

    @Test
    void aControlIsAHeaderWithoutAnythingLeftOver() {
        message.memory().fill((byte) -1);
        SessionWire.control(message, CREDENTIALS, 3, SessionWire.CANCEL, 9);
        ByteBuffer expected = ByteBuffer.allocate(64)
                .order(ByteOrder.nativeOrder())
                .putLong(7)
                .putLong(8)
                .putLong(9)
                .putLong(3)
                .putShort((short) 2)
                .putShort((short) 0)
                .putInt(0)
                .putLong(0)
                .putLong(9)
                .putLong(0);
        assertThat(message.type()).isEqualTo(0x4c42);
        assertThat(message.toByteArray()).isEqualTo(expected.array());
    }

    @Test
    void aResponseHasItsFieldsWhereTheProtocolHasThem() {
        message.memory().fill((byte) -1);
        SessionWire.response(message, 5, SessionWire.FAILURE, 3, 0x1234_5678, 6, 7, 4);
        ByteBuffer expected = ByteBuffer.allocate(36)
                .order(ByteOrder.nativeOrder())
                .putLong(5)
                .putShort((short) 1)
                .putShort((short) 3)
                .putInt(0x1234_5678)
                .putLong(6)
                .putLong(7)
                .putInt(-1);
        assertThat(message.type()).isEqualTo(0x4c43);
        assertThat(message.toByteArray()).isEqualTo(expected.array());

        SessionWire.response(message, 5, SessionWire.FAILURE, 0xfffe, 0, 6, 7, 4);
        assertThat(SessionWire.code(message.bytes())).as("without a sign").isEqualTo(0xfffe);
    }

    @Test
    void aWelcomeTellsTheSessionTheTokenTheNonceAndTheBell() {
        SessionWire.welcome(message, CREDENTIALS, new Bits128(1, 2), 32_769);
        assertThat(SessionWire.isWelcome(message)).isTrue();
        assertThat(SessionWire.welcomeCredentials(message)).isEqualTo(CREDENTIALS);
        assertThat(SessionWire.welcomeNonce(message)).isEqualTo(new Bits128(1, 2));
        assertThat(SessionWire.welcomeBell(message)).isEqualTo(32_769);
        assertThat(SessionWire.code(message.bytes())).as("its version").isEqualTo(1);
        assertThat(SessionWire.answers(message.bytes())).isZero();
        assertThat(SessionWire.size(message.bytes())).isEqualTo(-1);

        assertThat(SessionWire.isWelcome(message.size(71))).isFalse();
        assertThat(SessionWire.isWelcome(message.size(72).type(1))).isFalse();
        SessionWire.response(message, 0, SessionWire.DATA, 1, 0, 0, -1, 40);
        assertThat(SessionWire.isWelcome(message)).isFalse();
    }

    @Test
    void aWakeUpAnswersNoRequestAndIsNothingElse() {
        message.memory().fill((byte) -1);
        SessionWire.wake(message);
        assertThat(message.type()).isEqualTo(0x4c43);
        assertThat(message.toByteArray()).isEqualTo(new byte[32]);
    }

    @Test
    void whoHasNoQueueAndWhoSaysFarewellNameNoRequest() {
        SessionWire.tableFull(message);
        FromClient full = (FromClient) SessionWire.decode(message);
        assertThat(full.kind()).isEqualTo(SessionWire.TABLE_FULL);
        assertThat(full.credentials().session()).isEqualTo(-1);
        SessionWire.control(message, CREDENTIALS, 0, SessionWire.BYE, 0);
        assertThat(((FromClient) SessionWire.decode(message)).kind()).isEqualTo(SessionWire.BYE);
        for (short kind : new short[] {SessionWire.CANCEL, SessionWire.CREDIT}) {
            SessionWire.control(message, CREDENTIALS, 0, kind, 0);
            assertThat(SessionWire.decode(message)).isEqualTo(new Wrong("a number in it is out of range"));
        }
    }

    @Test
    void aMessageThatIsTooShortIsSaidToBe() {
        assertThat(SessionWire.decode(request().size(63)))
                .isEqualTo(new Wrong("a session message has 64 bytes or more, not 63"));
    }
}
