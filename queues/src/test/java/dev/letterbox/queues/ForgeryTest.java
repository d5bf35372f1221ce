package dev.letterbox.queues;

import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_SHORT_UNALIGNED;
import static org.assertj.core.api.Assertions.assertThat;

import dev.letterbox.FailureKind;
import dev.letterbox.Outcome;
import dev.letterbox.contract.TestServices;
import dev.letterbox.queues.HandmadeClient.Answer;
import dev.letterbox.server.Server;
import dev.letterbox.sysv.Key;
import dev.letterbox.sysv.MessageQueue;
import dev.letterbox.testkit.Await;
import dev.letterbox.wire.SessionWire;
import dev.letterbox.wire.SessionWire.Bits128;
import dev.letterbox.wire.SessionWire.Credentials;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Messages that are forged, replayed or malformed: each is counted and dropped, and nobody gets a byte for it. */
final class ForgeryTest {
    private static final int HEADER = SessionWire.REQUEST_HEADER;

    private final TestServices.Endless endless = new TestServices.Endless();
    private final Server server = Server.on(new QueueTransport(Key.free()))
            .service("echo", TestServices.echo())
            .service("endless", endless)
            .start();

    private HandmadeClient victim;
    private HandmadeClient hostile;

    @BeforeEach
    void twoClients() throws InterruptedException {
        victim = HandmadeClient.inSessionWith(server);
        hostile = HandmadeClient.inSessionWith(server);
    }

    @AfterEach
    void stop() {
        victim.close();
        hostile.close();
        server.close();
        Await.asserted(() -> {
            assertThat(server.statistics().atWork()).isZero();
            assertThat(endless.closed).hasValue(endless.opened.get());
        });
    }

    /** The server still serves, has dealt with all before, and has sent nothing to either of them. */
    private void assertNothingCame() throws InterruptedException {
        try (HandmadeClient honest = HandmadeClient.inSessionWith(server)) {
            honest.request(1, "echo", "hello");
            assertThat(honest.last().text()).isEqualTo("hello");
        }
        assertThat(victim.waiting()).isZero();
        assertThat(hostile.waiting()).isZero();
    }

    @Test
    void aTokenWithOneBitChangedIsForged() throws InterruptedException {
        Credentials right = victim.credentials();
        for (int bit = 0; bit < Long.SIZE; bit++) {
            Bits128 token = right.token();
            hostile.request(
                    new Credentials(right.session(), new Bits128(token.high() ^ 1L << bit, token.low())),
                    1,
                    "echo",
                    "",
                    0,
                    1_000);
            hostile.request(
                    new Credentials(right.session(), new Bits128(token.high(), token.low() ^ 1L << bit)),
                    1,
                    "echo",
                    "",
                    0,
                    1_000);
            if (bit % 16 == 0) {
                assertNothingCame();
            }
        }
        assertNothingCame();
        assertThat(server.statistics().forged()).isEqualTo(2 * Long.SIZE);
    }

    @Test
    void aTokenOfAnotherSessionIsForged() throws InterruptedException {
        Credentials mixed = new Credentials(
                victim.credentials().session(), hostile.credentials().token());
        hostile.request(mixed, 1, "echo", "mine", 0, 1_000);
        hostile.request(new Credentials(0, mixed.token()), 1, "echo", "mine", 0, 1_000);
        hostile.request(new Credentials(-1, mixed.token()), 1, "echo", "mine", 0, 1_000);
        assertNothingCame();
        assertThat(server.statistics().forged()).isEqualTo(3);
    }

    @ParameterizedTest
    @ValueSource(shorts = {SessionWire.CANCEL, SessionWire.CREDIT, SessionWire.BYE})
    void nobodySpeaksForAnothersRequest(short kind) throws InterruptedException {
        victim.request(victim.credentials(), 1, "endless", "", 0, 1_000);
        Answer first = victim.next();
        assertThat(first.what()).isEqualTo(SessionWire.DATA);
        // With a wrong token, and with a right one of its own.
        hostile.control(new Credentials(victim.credentials().session(), new Bits128(0, 0)), 1, kind, 1_000_000);
        hostile.control(hostile.credentials(), 1, kind, 1_000_000);
        try (HandmadeClient honest = HandmadeClient.inSessionWith(server)) {
            honest.request(1, "echo", "hello");
            honest.last();
        }
        assertThat(victim.waiting()).isZero();
        Await.until(
                "only the victim's request is at work",
                () -> server.statistics().atWork() == 1);
        // The victim itself may.
        victim.control(victim.credentials(), 1, SessionWire.CREDIT, 2_000);
        assertThat(victim.next().offset()).isEqualTo(1_000);
        victim.control(victim.credentials(), 1, SessionWire.CANCEL, 0);
        Await.until("it is cancelled", () -> server.statistics().ended(Outcome.CANCELLED) == 1);
    }

    @Test
    void aReplayedRequestIsServedOnce() throws InterruptedException {
        victim.request(5, "echo", "once");
        assertThat(victim.last().text()).isEqualTo("once");
        for (int i = 0; i < 10; i++) {
            hostile.request(victim.credentials(), 5, "echo", "once", 0, 1_000);
        }
        assertNothingCame();
        assertThat(server.statistics().repeated()).isEqualTo(10);
    }

    @Test
    void idsMayComeInAnyOrder() throws InterruptedException {
        for (long id : new long[] {7, 3, 9, 1, 4_000, 2, 4_097}) {
            victim.request(id, "echo", "no " + id);
            Answer answer = victim.last();
            assertThat(answer.id()).isEqualTo(id);
            assertThat(answer.text()).isEqualTo("no " + id);
        }
        // 1 is remembered no more, but refused all the same.
        victim.request(1, "echo", "again");
        assertNothingCame();
        assertThat(server.statistics().repeated()).isEqualTo(1);
    }

    /** The highest numbers there are must not keep the receiver busy, or end it. */
    @Test
    void theHighestIdsAreServedAsAnyOthers() throws InterruptedException {
        for (long id : new long[] {Long.MAX_VALUE - 1, Long.MAX_VALUE, Long.MAX_VALUE - 5}) {
            victim.request(id, "echo", "high");
            assertThat(victim.last().id()).isEqualTo(id);
        }
        victim.request(Long.MAX_VALUE, "echo", "again");
        assertNothingCame();
    }

    @Test
    void numbersOutOfRangeAreMalformed() throws InterruptedException {
        SessionWire.control(hostile.message(), hostile.credentials(), 1, SessionWire.REQUEST, 1_000);
        for (long[] wrong : new long[][] {{24, 0}, {24, -1}, {40, -1}, {48, -1}, {48, Long.MIN_VALUE}}) {
            long right = hostile.message().memory().get(JAVA_LONG_UNALIGNED, wrong[0]);
            hostile.message().memory().set(JAVA_LONG_UNALIGNED, wrong[0], wrong[1]);
            hostile.send();
            hostile.message().memory().set(JAVA_LONG_UNALIGNED, wrong[0], right);
        }
        assertNothingCame();
        assertThat(server.statistics().malformed()).isEqualTo(5);
    }

    @Test
    void kindsAndLengthsThatAreWrongAreMalformed() throws InterruptedException {
        int sent = 0;
        for (int kind : new int[] {0, 6, -1, Short.MAX_VALUE}) {
            SessionWire.control(hostile.message(), hostile.credentials(), 1, (short) kind, 0);
            hostile.send();
            sent++;
        }
        for (int size : new int[] {0, 1, HEADER - 1, HEADER + 1, 8192}) {
            SessionWire.control(hostile.message(), hostile.credentials(), 1, SessionWire.REQUEST, 0);
            hostile.message().size(size);
            hostile.send();
            sent++;
            assertNothingCame();
        }
        for (int length : new int[] {1, -1, 100_000, Integer.MIN_VALUE}) {
            SessionWire.control(hostile.message(), hostile.credentials(), 1, SessionWire.REQUEST, 0);
            hostile.message().memory().set(JAVA_INT_UNALIGNED, 36, length);
            hostile.send();
            SessionWire.control(hostile.message(), hostile.credentials(), 1, SessionWire.REQUEST, 0);
            hostile.with(JAVA_SHORT_UNALIGNED, 34, length | 1).send();
            sent += 2;
        }
        assertNothingCame();
        assertThat(server.statistics().malformed()).isEqualTo(sent);
    }

    @Test
    void messagesOfOtherTypesAreMalformed() throws InterruptedException {
        for (long type : new long[] {1, 2, SessionWire.RESPONSE_TYPE, Long.MAX_VALUE}) {
            hostile.message().put(type, new byte[100]);
            hostile.send();
        }
        assertNothingCame();
        assertThat(server.statistics().malformed()).isEqualTo(4);
    }

    /** Thousands of messages of chance, many of them nearly right. */
    @Test
    void noiseDoesNoHarm() throws InterruptedException {
        Random random = new Random(11);
        for (int i = 0; i < 5_000; i++) {
            byte[] noise = new byte[random.nextInt(300)];
            random.nextBytes(noise);
            hostile.message().put(random.nextBoolean() ? SessionWire.REQUEST_TYPE : 1 + random.nextInt(4), noise);
            if (random.nextInt(4) == 0) {
                SessionWire.request(
                        hostile.message(),
                        new Credentials(victim.credentials().session(), new Bits128(random.nextLong(), 1)),
                        1,
                        new byte[0],
                        noise,
                        random.nextLong(Long.MAX_VALUE),
                        random.nextLong(Long.MAX_VALUE));
            }
            while (!MessageQueue.ofId(server.queueId()).trySend(QueueMessage.toSend(hostile.message()))) {
                Thread.onSpinWait();
            }
        }
        assertNothingCame();
    }

    @Test
    void payloadsMayBeAsLongAsAMessageIs() throws InterruptedException {
        int most = 8192 - HEADER - "echo".length();
        String longest = "x".repeat(most);
        victim.request(1, "echo", longest);
        StringBuilder content = new StringBuilder();
        Answer answer;
        do {
            answer = victim.next();
            content.append(answer.text());
        } while (answer.what() == SessionWire.DATA);
        assertThat(content.toString()).isEqualTo(longest);
        assertThat(answer.size()).isEqualTo(most);
    }

    @Test
    void anUnknownServiceIsRefusedByName() throws InterruptedException {
        victim.request(1, "none", "");
        Answer answer = victim.next();
        assertThat(answer.isFailure(FailureKind.REFUSED)).isTrue();
        assertThat(answer.text()).isEqualTo("There is no service 'none' here");
        victim.request(2, "", "");
        assertThat(victim.next().text()).isEqualTo("There is no service '' here");
    }

    @Test
    void creditForALowerTotalTakesNothingBack() throws InterruptedException {
        victim.request(victim.credentials(), 1, "endless", "", 0, 500);
        assertThat(victim.next().text()).hasSize(500);
        victim.control(victim.credentials(), 1, SessionWire.CREDIT, 100);
        victim.control(victim.credentials(), 1, SessionWire.CREDIT, 0);
        victim.control(victim.credentials(), 1, SessionWire.CREDIT, 600);
        assertThat(victim.next().text()).hasSize(100);
        victim.control(victim.credentials(), 1, SessionWire.CANCEL, 0);
    }

    @Test
    void wordsForARequestThatIsOverAreNothing() throws InterruptedException {
        victim.request(1, "echo", "done");
        victim.last();
        Await.until("it is over", () -> server.statistics().atWork() == 0);
        victim.control(victim.credentials(), 1, SessionWire.CREDIT, 1_000);
        victim.control(victim.credentials(), 1, SessionWire.CANCEL, 0);
        victim.control(victim.credentials(), 77, SessionWire.CANCEL, 0);
        assertNothingCame();
        assertThat(server.statistics().malformed()).isZero();
    }
}
