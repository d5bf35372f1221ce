package dev.letterbox.queues;

import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import dev.letterbox.Outcome;
import dev.letterbox.Timeout;
import dev.letterbox.client.Client;
import dev.letterbox.contract.TestServices;
import dev.letterbox.engine.ClientEndpoint;
import dev.letterbox.server.Server;
import dev.letterbox.sysv.Key;
import dev.letterbox.sysv.Message;
import dev.letterbox.sysv.MessageBuffer;
import dev.letterbox.sysv.MessageQueue;
import dev.letterbox.sysv.MessageQueues;
import dev.letterbox.sysv.Mode;
import dev.letterbox.sysv.OwnedQueue;
import dev.letterbox.sysv.Selector;
import dev.letterbox.testkit.Command;
import dev.letterbox.testkit.Deadline;
import dev.letterbox.testkit.Peers;
import dev.letterbox.testkit.Privileges;
import dev.letterbox.wire.SessionWire;
import dev.letterbox.wire.SessionWire.Bits128;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Who gets a token, and who does not: it goes where only the client who made the queue can read it. */
final class HandshakeTest {
    private final Key key = Key.free();
    private final Server server = Server.on(new QueueTransport(key))
            .service("echo", TestServices.echo())
            .start();

    @AfterEach
    void stop() {
        server.close();
    }

    /** What the receiver took before this answer, it has dealt with. */
    private void roundTrip() throws InterruptedException {
        try (HandmadeClient honest = HandmadeClient.inSessionWith(server)) {
            honest.request(1, "echo", "hello");
            assertThat(honest.last().text()).isEqualTo("hello");
        }
    }

    private static long messagesIn(int queue) {
        return MessageQueues.find(queue).orElseThrow().messages();
    }

    private void assertRefused(int returnAddress) throws InterruptedException {
        long before = server.statistics().misaddressed();
        try (HandmadeClient hostile = new HandmadeClient(server.queueId())) {
            hostile.hello(returnAddress);
            roundTrip();
            assertThat(hostile.waiting()).isZero();
        }
        assertThat(server.statistics().misaddressed()).isEqualTo(before + 1);
    }

    @Test
    void aPrivateQueueOfTheServersUserGetsAToken() throws InterruptedException {
        try (HandmadeClient client = new HandmadeClient(server.queueId())) {
            client.hello(client.queue().id());
            SessionWire.Credentials first = client.welcomed();
            assertThat(first.session()).isPositive();
            try (HandmadeClient other = HandmadeClient.inSessionWith(server)) {
                assertThat(other.credentials().session()).isNotEqualTo(first.session());
                assertThat(other.credentials().token().matches(first.token())).isFalse();
            }
        }
    }

    @Test
    void aQueueWithAKeyGetsNone() throws InterruptedException {
        try (OwnedQueue keyed = OwnedQueue.create(Key.free(), Mode.OWNER)) {
            assertRefused(keyed.id());
            assertThat(messagesIn(keyed.id())).isZero();
        }
    }

    @Test
    void theServersOwnQueueGetsNone() throws InterruptedException {
        assertRefused(server.queueId());
        assertThat(messagesIn(server.queueId())).isZero();
    }

    @Test
    void aQueueThatOthersCanReadGetsNone() throws InterruptedException {
        for (int mode : new int[] {0_640, 0_604, 0_660, 0_622, 0_666, 0_400, 0_200, 0}) {
            try (OwnedQueue readable = OwnedQueue.createPrivate(Mode.of(mode))) {
                assertRefused(readable.id());
                assertThat(messagesIn(readable.id())).isZero();
            }
        }
    }

    /** Such as a client's that never meant to talk to this server: giving the queue to the server's user is its consent. */
    @Test
    void aQueueThatIsAnotherUsersGetsNone() throws InterruptedException {
        Privileges.assumeOtherUsers();
        int queue = Integer.parseInt(Command.of(Peers.programForAll("queue"), "create", "-m", "600")
                .asUser(Privileges.NOBODY)
                .run()
                .expect(0)
                .text()
                .strip());
        try {
            assertRefused(queue);
            assertThat(messagesIn(queue)).isZero();
        } finally {
            MessageQueue.ofId(queue).remove();
        }
    }

    @Test
    void aQueueGivenToSomebodyElseGetsNone() throws InterruptedException {
        Privileges.assumeRoot();
        try (OwnedQueue given = OwnedQueue.createPrivate(Mode.OWNER)) {
            given.setOwner(Privileges.NOBODY, Privileges.NOBODY);
            assertRefused(given.id());
            assertThat(messagesIn(given.id())).isZero();
        }
    }

    @Test
    void aNumberThatIsNoQueueGetsNone() throws InterruptedException {
        try (HandmadeClient hostile = new HandmadeClient(server.queueId())) {
            hostile.hello(-1);
            hostile.hello(Integer.MIN_VALUE);
            int gone;
            try (OwnedQueue removed = OwnedQueue.createPrivate(Mode.OWNER)) {
                gone = removed.id();
            }
            hostile.hello(gone);
            roundTrip();
            assertThat(hostile.waiting()).isZero();
            assertThat(server.statistics().malformed()).isEqualTo(2);
            assertThat(server.statistics().ended(Outcome.GONE)).isEqualTo(1);
            assertThat(server.statistics().sessions()).isEqualTo(1);
        }
    }

    @Test
    void aVersionThatNeverWasGetsNone() throws InterruptedException {
        try (HandmadeClient hostile = new HandmadeClient(server.queueId())) {
            SessionWire.hello(hostile.message(), hostile.queue().id(), HandmadeClient.NONCE);
            hostile.message().memory().set(JAVA_INT_UNALIGNED, 16, 0);
            hostile.send();
            roundTrip();
            assertThat(hostile.waiting()).isZero();
            assertThat(server.statistics().malformed()).isEqualTo(1);
        }
    }

    @Test
    void aNewerClientIsAnsweredInTheVersionOfTheServer() throws InterruptedException {
        try (HandmadeClient newer = new HandmadeClient(server.queueId())) {
            SessionWire.hello(newer.message(), newer.queue().id(), HandmadeClient.NONCE);
            newer.message().memory().set(JAVA_INT_UNALIGNED, 16, 9);
            newer.send();
            newer.welcomed();
            assertThat(HandmadeClient.Answer.of(newer.message().toByteArray()).code())
                    .isEqualTo(1);
        }
    }

    /** Anybody may have the server send a FAILURE, or the answer to another greeting, to any client's queue. */
    @Test
    void whatOthersHaveTheServerSendIsNotTakenForTheAnswer() throws Exception {
        ClientEndpoint endpoint = new QueueTransport(key).connect(Deadline.PATIENCE);
        MessageQueue queue = MessageQueue.ofId(endpoint.address().queueId().orElseThrow());
        queue.send(new Message(SessionWire.FAILURE, "Not here".getBytes(US_ASCII)));
        QueueMessage another = new QueueMessage(QueueTransport.LONGEST_MESSAGE);
        SessionWire.welcome(another, new SessionWire.Credentials(1, new Bits128(2, 3)), new Bits128(4, 5), 0);
        queue.send(QueueMessage.toSend(another));
        queue.send(new Message(77, new byte[0]));

        try (Client client = Client.greet(endpoint, Deadline.PATIENCE).orElseThrow()) {
            assertThat(client.collect(
                            "echo", "still there".getBytes(US_ASCII), 100, Timeout.ofTotal(Deadline.PATIENCE)))
                    .asString()
                    .isEqualTo("still there");
        }
    }

    /** Anybody may send a greeting in another's name: its session, and what is under way in it, go on. */
    @Test
    void aGreetingInAnothersNameDoesNotEndItsSession() throws InterruptedException {
        try (HandmadeClient victim = HandmadeClient.inSessionWith(server);
                HandmadeClient hostile = new HandmadeClient(server.queueId())) {
            for (int i = 0; i < 3; i++) {
                hostile.hello(victim.queue().id());
            }
            victim.request(1, "echo", "still here");
            for (int i = 0; i < 3; i++) {
                assertThat(victim.welcomed()).isEqualTo(victim.credentials());
            }
            assertThat(victim.last().text()).isEqualTo("still here");
            assertThat(hostile.waiting()).isZero();
            assertThat(server.statistics().sessions()).isEqualTo(1);
        }
    }

    /** Also while the victim's queue is full, so that the answer has no room. */
    @Test
    void aGreetingThatCannotBeAnsweredDoesNotEndTheSessionThatIsThere() throws InterruptedException {
        try (HandmadeClient victim = HandmadeClient.inSessionWith(server);
                HandmadeClient hostile = new HandmadeClient(server.queueId())) {
            int sent = 0;
            while (victim.queue().trySend(MessageBuffer.allocate().put(9, new byte[1_000]))) {
                sent++;
            }
            while (victim.queue().trySend(MessageBuffer.allocate().put(9, new byte[1]))) {
                sent++;
            }
            hostile.hello(victim.queue().id());
            roundTrip();
            for (int i = 0; i < sent; i++) {
                victim.queue().tryReceive(MessageBuffer.allocate(), Selector.exactly(9));
            }
            victim.request(1, "echo", "still here");
            assertThat(victim.last().text()).isEqualTo("still here");
        }
    }

    @Test
    void aSessionIsForgottenWithItsGoodbye() throws InterruptedException {
        try (HandmadeClient client = HandmadeClient.inSessionWith(server)) {
            assertThat(server.statistics().sessions()).isEqualTo(1);
            client.control(client.credentials(), 0, SessionWire.BYE, 0);
            roundTrip();
            client.request(1, "echo", "too late");
            roundTrip();
            assertThat(client.waiting()).isZero();
            assertThat(server.statistics().forged()).isEqualTo(1);
        }
    }

    /** Clients that are killed say no goodbye: their sessions go when so many have gathered. */
    @Test
    void sessionsOfQueuesThatAreGoneDoNotGatherForEver() throws InterruptedException {
        for (int i = 0; i < 1_500; i++) {
            HandmadeClient.inSessionWith(server).close();
        }
        assertThat(server.statistics().sessions()).isLessThanOrEqualTo(1_024);
        roundTrip();
    }
}
