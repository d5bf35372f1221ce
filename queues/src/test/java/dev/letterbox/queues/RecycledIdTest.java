package dev.letterbox.queues;

import static org.assertj.core.api.Assertions.assertThat;

import dev.letterbox.Access;
import dev.letterbox.Outcome;
import dev.letterbox.contract.TestServices;
import dev.letterbox.engine.Offer;
import dev.letterbox.engine.Route;
import dev.letterbox.engine.ServerEndpoint;
import dev.letterbox.engine.Transport;
import dev.letterbox.server.Server;
import dev.letterbox.sysv.Key;
import dev.letterbox.sysv.MessageQueues;
import dev.letterbox.sysv.Mode;
import dev.letterbox.sysv.OwnedQueue;
import dev.letterbox.testkit.Await;
import dev.letterbox.testkit.Command;
import dev.letterbox.testkit.JavaProcess;
import dev.letterbox.testkit.Peers;
import dev.letterbox.testkit.Privileges;
import dev.letterbox.wire.SessionWire;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.Test;

/**
 * A queue's id comes back after 4.2 million queues: what was meant for one client must not go to the next. The kernel can
 * be told which id to give out next, in a namespace of its own; so it happens at once.
 */
final class RecycledIdTest {
    private static void inOwnNamespace(Class<?> program, String expected) {
        assertThat(JavaProcess.running(program)
                        .options("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC")
                        .readableByAll()
                        .command()
                        .inOwnIpcNamespace(Map.of())
                        .run()
                        .expect(0)
                        .text())
                .isEqualTo(expected);
    }

    private static void nextId(int id) throws IOException {
        Files.writeString(Path.of("/proc/sys/kernel/msg_next_id"), "" + id);
    }

    /** Makes the same id again, as another user: by a program of that user, that leaves its queue behind. */
    private static void recycleAsNobody(int id) throws IOException {
        nextId(id);
        String made = Command.of(Peers.programForAll("queue"), "create", "-m", "622")
                .asUser(Privileges.NOBODY)
                .run()
                .expect(0)
                .text()
                .strip();
        if (!made.equals("" + id)) {
            throw new AssertionError("queue " + made + " was made, not " + id);
        }
    }

    /** So says docs/security.md: soonest where the table has a single free place. */
    @Test
    void anIdComesBackAfterAtLeast65535Queues() {
        Privileges.assumeIpcNamespaces();
        assertThat(Command.of(Peers.program("reuse"), "32767")
                        .inOwnIpcNamespace(Map.of("msgmni", 32_768))
                        .run()
                        .expect(0)
                        .text())
                .startsWith("id 32767 came again after 65535 queues, ");
    }

    private static long messagesIn(int id) {
        return MessageQueues.find(id).orElseThrow().messages();
    }

    @Test
    void aResponseUnderWayDoesNotGoToTheNextOwnerOfTheId() {
        Privileges.assumeOtherUsers();
        Privileges.assumeIpcNamespaces();
        inOwnNamespace(UnderWay.class, "GONE 0\n");
    }

    /** The client dies in the middle; another user's client gets its id. */
    static final class UnderWay {
        private UnderWay() {}

        public static void main(String[] none) throws Exception {
            TestServices.Endless endless = new TestServices.Endless();
            try (Server server = Server.on(new QueueTransport(Key.free()))
                    .service("endless", endless)
                    .start()) {
                HandmadeClient client = HandmadeClient.inSessionWith(server);
                client.request(client.credentials(), 1, "endless", "", 0, 1_000);
                client.next();
                int id = client.queue().id();
                SessionWire.Credentials credentials = client.credentials();
                client.close();
                recycleAsNobody(id);
                // The token is stolen as well, to make the server go on.
                try (HandmadeClient thief = new HandmadeClient(server.queueId())) {
                    thief.control(credentials, 1, SessionWire.CREDIT, 1_000_000);
                    Await.until("it is over", () -> server.statistics().atWork() == 0);
                    thief.request(credentials, 2, "endless", "", 0, 1_000);
                    Await.until("both are over", () -> server.statistics().ended(Outcome.GONE) == 2);
                }
                System.out.println((server.statistics().ended(Outcome.GONE) == 2 ? "GONE" : server.statistics()) + " "
                        + messagesIn(id));
                Command.of("ipcrm", "-q", "" + id).run();
            }
        }
    }

    @Test
    void aRefusalDoesNotGoToTheNextOwnerOfTheId() {
        Privileges.assumeOtherUsers();
        Privileges.assumeIpcNamespaces();
        inOwnNamespace(Refusal.class, "0\n");
    }

    /** What the receiver answers by itself: there is no exchange then that would look at the queue again. */
    static final class Refusal {
        private Refusal() {}

        public static void main(String[] none) throws Exception {
            try (Server server = Server.on(new QueueTransport(Key.free()))
                    .service("echo", TestServices.echo())
                    .start()) {
                HandmadeClient client = HandmadeClient.inSessionWith(server);
                int id = client.queue().id();
                SessionWire.Credentials credentials = client.credentials();
                client.close();
                recycleAsNobody(id);
                try (HandmadeClient late = new HandmadeClient(server.queueId())) {
                    late.request(credentials, 1, "none", "", 0, 1_000);
                    try (HandmadeClient honest = HandmadeClient.inSessionWith(server)) {
                        honest.request(1, "echo", "hello");
                        honest.last();
                    }
                }
                System.out.println(messagesIn(id));
                Command.of("ipcrm", "-q", "" + id).run();
            }
        }
    }

    @Test
    void aSessionDoesNotPassToTheNextOwnerOfTheId() {
        Privileges.assumeIpcNamespaces();
        inOwnNamespace(Greeting.class, "another session\n");
    }

    /** Of the same user, but later: it is another client, with a session of its own. */
    static final class Greeting {
        private Greeting() {}

        public static void main(String[] none) throws Exception {
            try (Server server = Server.on(new QueueTransport(Key.free()))
                    .service("echo", TestServices.echo())
                    .start()) {
                HandmadeClient first = HandmadeClient.inSessionWith(server);
                SessionWire.Credentials credentials = first.credentials();
                int id = first.queue().id();
                Instant made = MessageQueues.find(id).orElseThrow().changed();
                first.close();
                Await.until("the kernel's clock has gone on", () -> {
                    try (OwnedQueue probe = OwnedQueue.createPrivate(Mode.OWNER)) {
                        return probe.status().changed().isAfter(made);
                    }
                });
                nextId(id);
                try (HandmadeClient next = HandmadeClient.inSessionWith(server)) {
                    if (next.queue().id() != id) {
                        throw new AssertionError("the id did not come back");
                    }
                    System.out.println(next.credentials().equals(credentials) ? "the same session" : "another session");
                }
            }
        }
    }

    @Test
    void inTheSameSecondAnIdCanPassToTheSameUserAtMost() {
        Privileges.assumeIpcNamespaces();
        inOwnNamespace(SameSecond.class, "in time true, of the same user true\n");
    }

    /** The kernel tells times to the second: 4.2 million queues take longer than that, but a clock may be set back. */
    static final class SameSecond {
        private SameSecond() {}

        public static void main(String[] none) throws Exception {
            Transport transport = new QueueTransport(Key.free());
            try (ServerEndpoint server = transport.bind(Access.OWNER)) {
                boolean inTime;
                boolean same;
                do {
                    OwnedQueue first = OwnedQueue.createPrivate(Mode.OWNER);
                    Route.ToClient route = (Route.ToClient) server.resolve(server.newEnvelope(), first.id());
                    Instant made = MessageQueues.find(first.id()).orElseThrow().changed();
                    first.close();
                    nextId(first.id());
                    try (OwnedQueue second = OwnedQueue.createPrivate(Mode.OWNER)) {
                        inTime = second.id() == first.id()
                                && MessageQueues.find(second.id())
                                        .orElseThrow()
                                        .changed()
                                        .equals(made);
                        same = route.isUnchanged(0);
                        if (same) {
                            same = route.offer(server.newMessage().put(1, new byte[1])) == Offer.SENT;
                        }
                    }
                } while (!inTime);
                System.out.println("in time " + inTime + ", of the same user " + same);
            }
        }
    }
}
