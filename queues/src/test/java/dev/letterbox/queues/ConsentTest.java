package dev.letterbox.queues;

import static org.assertj.core.api.Assertions.assertThat;

import dev.letterbox.Access;
import dev.letterbox.Outcome;
import dev.letterbox.contract.PlainDialect;
import dev.letterbox.contract.TestServices;
import dev.letterbox.engine.Offer;
import dev.letterbox.queues.lane.ClientLanes;
import dev.letterbox.queues.reaper.Coroner;
import dev.letterbox.server.Server;
import dev.letterbox.sysv.Key;
import dev.letterbox.sysv.MessageQueue;
import dev.letterbox.sysv.MessageQueues;
import dev.letterbox.sysv.Mode;
import dev.letterbox.sysv.OwnedQueue;
import dev.letterbox.sysv.Permission;
import dev.letterbox.sysv.QueueStatus;
import dev.letterbox.sysv.Waiting;
import dev.letterbox.testkit.Await;
import dev.letterbox.testkit.Command;
import dev.letterbox.testkit.Peers;
import dev.letterbox.testkit.Privileges;
import dev.letterbox.wire.SessionWire;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A server with root's privileges writes into nobody's queue that did not let it. */
final class ConsentTest {
    private static final int SERVER = 10;
    private static final Permission PERMISSION = new Permission(SERVER, Set.of(20L, 21L));

    private final Key key = Key.free();

    private static QueueStatus queue(int owner, int group, int creator, int creatorGroup, int mode) {
        return new QueueStatus(
                7,
                0,
                owner,
                group,
                creator,
                creatorGroup,
                Mode.of(mode),
                0,
                0,
                OptionalLong.of(16_384),
                0,
                0,
                Optional.empty(),
                Optional.empty(),
                Instant.EPOCH);
    }

    /** The first class that applies decides, also where a later one would allow more. */
    @ParameterizedTest
    @CsvSource({
        "10, 1, 1, 1, 0600, true",
        "1, 1, 10, 1, 0600, true",
        "10, 1, 1, 1, 0000, true",
        "1, 20, 1, 1, 0620, true",
        "1, 1, 1, 21, 0620, true",
        "1, 20, 1, 1, 0602, false",
        "1, 1, 1, 1, 0602, true",
        "1, 1, 1, 1, 0660, false",
        "1, 1, 1, 1, 0604, false"
    })
    void theModeDecidesAsForAProcessWithoutPrivileges(
            int owner, int group, int creator, int creatorGroup, String mode, boolean may) {
        QueueStatus queue = queue(owner, group, creator, creatorGroup, Integer.parseInt(mode, 8));
        assertThat(QueueServerEndpoint.mayServerSend(queue, SERVER, PERMISSION)).isEqualTo(may);
    }

    /** As a FAILURE that was kept is: one that was never offered before. */
    @Test
    void whatMayNotBeSentIsNotSentLaterEither() {
        try (OwnedQueue client = OwnedQueue.createPrivate(Mode.OWNER)) {
            QueueStatus seen = client.status();
            PrivateQueueRoute route = new PrivateQueueRoute(
                    seen, seen.ownerUid(), Coroner.of(seen.ownerUid()), new ClientLanes(), Waiting.ADAPTIVE, false);
            QueueMessage message = new QueueMessage(SessionWire.REQUEST_HEADER);
            SessionWire.tableFull(message);
            assertThat(route.offerAgain(message)).isEqualTo(Offer.DENIED);
            assertThat(client.status().messages()).isZero();
        }
    }

    private Server server(boolean ignoringModes) {
        return Server.on(new QueueTransport(key, Waiting.ADAPTIVE, ignoringModes))
                .access(Access.ALL)
                .dialects(List.of(new PlainDialect()))
                .service("", TestServices.echo())
                .start();
    }

    private static int queueOfNobody(String mode) {
        int queue = Integer.parseInt(Command.of(Peers.programForAll("queue"), "create")
                .asUser(Privileges.NOBODY)
                .run()
                .expect(0)
                .lines()
                .getFirst()
                .strip());
        Command.of(Peers.program("queue"), "set", "" + queue, "" + Privileges.NOBODY, "" + Privileges.NOBODY, mode)
                .run()
                .expect(0);
        return queue;
    }

    private static void askFor(int queue, Server server) {
        QueueMessage message = new QueueMessage(QueueTransport.LONGEST_MESSAGE);
        new PlainDialect().request(message, queue, new byte[] {'?'});
        assertThat(MessageQueue.ofId(server.queueId()).trySend(QueueMessage.toSend(message)))
                .isTrue();
    }

    private static long waiting(int queue) {
        return MessageQueues.find(queue).orElseThrow().messages();
    }

    @ParameterizedTest
    @CsvSource({"600, false, DENIED", "620, false, DENIED", "622, false, END", "600, true, END"})
    void anotherUsersQueueIsWrittenIntoOnlyWithItsLeaveOrTheOperators(String mode, boolean ignoring, Outcome outcome) {
        Privileges.assumeOtherUsers();
        int queue = queueOfNobody(mode);
        try (Server server = server(ignoring)) {
            askFor(queue, server);
            Await.value("it has ended", server::statistics, now -> now.ended(outcome) == 1);
            assertThat(waiting(queue)).isEqualTo(outcome == Outcome.END ? 2 : 0);
        } finally {
            MessageQueue.ofId(queue).remove();
        }
    }
}
