package dev.letterbox.queues;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.letterbox.Access;
import dev.letterbox.Content;
import dev.letterbox.FailureKind;
import dev.letterbox.Outcome;
import dev.letterbox.Request;
import dev.letterbox.Service;
import dev.letterbox.Timeout;
import dev.letterbox.client.Client;
import dev.letterbox.contract.PlainDialect;
import dev.letterbox.contract.TestServices;
import dev.letterbox.engine.ClientEndpoint;
import dev.letterbox.engine.Transport;
import dev.letterbox.error.RequestRefusedException;
import dev.letterbox.server.Server;
import dev.letterbox.server.ServerBuilder;
import dev.letterbox.sysv.Key;
import dev.letterbox.sysv.MessageQueue;
import dev.letterbox.testkit.Await;
import dev.letterbox.testkit.ChildProcess;
import dev.letterbox.testkit.Command;
import dev.letterbox.testkit.Deadline;
import dev.letterbox.testkit.JavaProcess;
import dev.letterbox.testkit.Privileges;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Users, real ones: who asks, as the kernel attests, and what each may take of a server. */
final class CallersTest {
    private static final Timeout PATIENT = Timeout.ofTotal(Duration.ofHours(1));

    private final Key key = Key.free();
    private final TestServices.Gated gated = new TestServices.Gated();

    private ServerBuilder server() {
        return Server.on(new QueueTransport(key))
                .access(Access.ALL)
                .service("echo", TestServices.echo())
                .service("who", TestServices.whoAsks())
                .service("gated", gated);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private Command caller(String service, String payload) {
        return JavaProcess.running(SessionCaller.class)
                .options("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC")
                .readableByAll()
                .command(key.toString(), service, payload);
    }

    @Test
    void theCallerIsWhoeverMadeTheQueue() {
        Privileges.assumeOtherUsers();
        try (Server server = server().start()) {
            assertThat(caller("who", "").asUser(12_345, 54_321).run().expect(0).lines())
                    .contains("answer 12345 54321");
            assertThat(caller("who", "")
                            .asUser(Privileges.NOBODY)
                            .run()
                            .expect(0)
                            .lines())
                    .contains("answer 65534 65534");
            assertThat(server.statistics().misaddressed()).isZero();
        }
    }

    @Test
    void aServerThatIsNotRootKnowsItsCallersToo() throws Exception {
        Privileges.assumeOtherUsers();
        try (ChildProcess server = SessionServer.program()
                .readableByAll()
                .command(key.toString())
                .asUser(12_345)
                .start()) {
            server.awaitLine("ready \\d+ as 12345");
            assertThat(caller("who", "")
                            .asUser(Privileges.NOBODY)
                            .run()
                            .expect(0)
                            .lines())
                    .contains("answer 65534 65534");
            assertThat(caller("who", "").asUser(12_345).run().expect(0).lines()).contains("answer 12345 12345");
            // Root too gives its queue to the server, and keeps it.
            try (Client client = Client.connect(new QueueTransport(key))) {
                assertThat(client.collect("who", bytes(""), 100, PATIENT)).isEqualTo(bytes("0 0"));
            }
            server.signal("TERM");
            server.exit().expect(143);
        }
    }

    /** In the namespace that unshare makes, this user alone has an id. */
    @Test
    void aClientInAUserNamespaceWithoutTheServersUserIsToldSo() {
        Privileges.assumeOtherUsers();
        assumeTrue(
                Command.of("unshare", "--user", "--map-root-user", "true").run().status() == 0,
                "This test needs user namespaces, and there are none here");
        try (ChildProcess server = SessionServer.program()
                .readableByAll()
                .command(key.toString())
                .asUser(12_345)
                .start()) {
            server.awaitLine("ready \\d+ as 12345");
            List<String> words = new ArrayList<>(List.of("unshare", "--user", "--map-root-user"));
            words.addAll(caller("who", "").words());
            assertThat(Command.of(words).run().expect(1).err())
                    .contains("has no id in this user namespace, which shows uid 65534")
                    .contains("/proc/self/uid_map");
            server.signal("TERM");
            server.exit().expect(143);
        }
    }

    @Test
    void aServerForItsOwnerAloneIsClosedToOthers() {
        Privileges.assumeOtherUsers();
        try (Server server = server().access(Access.OWNER).start()) {
            assertThat(caller("who", "")
                            .asUser(Privileges.NOBODY)
                            .run()
                            .expect(1)
                            .err())
                    .contains("QueueAccessException")
                    .contains("" + server.queueId());
        }
    }

    // Admission

    @Test
    void oneUserGetsHalfAndIsToldAtOnce() throws Exception {
        try (Server server = server().limit(64).start();
                Client client = Client.connect(new QueueTransport(key))) {
            List<CompletionStage<byte[]>> taken = new ArrayList<>();
            for (int i = 0; i < 32; i++) {
                taken.add(client.collectAsync("gated", bytes("" + i), 100, PATIENT));
            }
            Await.until("half of them are at work", () -> server.statistics().atWork() == 32);
            for (int i = 0; i < 100; i++) {
                assertThatExceptionOfType(RequestRefusedException.class)
                        .isThrownBy(() -> client.collect("echo", bytes("one more"), 100, PATIENT))
                        .withMessage("Busy: too many requests in progress, try again later")
                        .matches(refused -> refused.kind() == FailureKind.BUSY);
            }
            // A client has its answer a moment before the server has counted it.
            Await.value("all are counted", () -> server.statistics().ended(Outcome.BUSY), busy -> busy == 100);
            assertThat(server.statistics().atWork()).isEqualTo(32);
            gated.gate.countDown();
            for (int i = 0; i < 32; i++) {
                assertThat(taken.get(i).toCompletableFuture().get(Deadline.PATIENCE.toSeconds(), TimeUnit.SECONDS))
                        .isEqualTo(bytes("" + i));
            }
            Await.until("all is given back", () -> server.statistics().atWork() == 0);
            assertThat(client.collect("echo", bytes("again"), 100, PATIENT)).isEqualTo(bytes("again"));
        }
    }

    /** Its place is free before it has its answer. */
    @Test
    void whoAsksOneAfterTheOtherIsNeverBusy() throws Exception {
        try (Server server = server().limit(2).start();
                Client client = Client.connect(new QueueTransport(key))) {
            for (int i = 0; i < 2_000; i++) {
                assertThat(client.collect("echo", bytes("" + i), 100, PATIENT)).isEqualTo(bytes("" + i));
            }
            assertThat(server.statistics().ended(Outcome.BUSY)).isZero();
        }
    }

    @Test
    void aVitalServiceAnswersThoseWhoHaveNoShareLeft() throws Exception {
        Service vital = new Service() {
            @Override
            public Content open(Request request) {
                return Content.of("here is why");
            }

            @Override
            public boolean isVital() {
                return true;
            }
        };
        try (Server server = server().service("vital", vital).limit(2).start();
                Client client = Client.connect(new QueueTransport(key))) {
            CompletionStage<byte[]> gatedAnswer = client.collectAsync("gated", bytes("first"), 100, PATIENT);
            Await.until("it is at work", () -> server.statistics().atWork() == 1);
            assertThatExceptionOfType(RequestRefusedException.class)
                    .isThrownBy(() -> client.collect("echo", bytes("more"), 100, PATIENT))
                    .matches(refused -> refused.kind() == FailureKind.BUSY);
            assertThat(client.collect("vital", bytes(""), 100, PATIENT)).isEqualTo(bytes("here is why"));
            gated.gate.countDown();
            assertThat(gatedAnswer.toCompletableFuture().get(Deadline.PATIENCE.toSeconds(), TimeUnit.SECONDS))
                    .isEqualTo(bytes("first"));
        }
    }

    /** Anybody can name its queue, and nobody can prove who did. */
    @Test
    void classicRequestsInTheNameOfAClientInASessionAreNeitherAnsweredNorCharged() throws Exception {
        try (Server server = server().limit(64)
                        .dialects(List.of(new PlainDialect()))
                        .service("", gated)
                        .start();
                HandmadeClient victim = HandmadeClient.inSessionWith(server);
                BareClient classic = new BareClient()) {
            for (int i = 0; i < 200; i++) {
                askInTheNameOf(victim.queue().id(), server);
            }
            Await.value("all are dropped", server::statistics, now -> now.misaddressed() == 200);
            assertThat(victim.waiting()).isZero();

            // A classic client's requests are charged, and yet not to those of its user who have proven who they are.
            for (int i = 0; i < 200; i++) {
                askInTheNameOf(classic.queue().id(), server);
            }
            Await.value("its share is full", server::statistics, now -> now.ended(Outcome.BUSY) > 100);
            victim.request(1, "echo", "mine");
            assertThat(victim.last().text()).isEqualTo("mine");
            gated.gate.countDown();
        }
    }

    private static void askInTheNameOf(int queue, Server server) {
        QueueMessage message = new QueueMessage(QueueTransport.LONGEST_MESSAGE);
        new PlainDialect().request(message, queue, new byte[0]);
        Await.until(
                "there is room for the request",
                () -> MessageQueue.ofId(server.queueId()).trySend(QueueMessage.toSend(message)));
    }

    /** Many clients of one user are one user. */
    @Test
    void anotherUserIsServedWhileOneHasTakenAllItMay() throws Exception {
        Privileges.assumeOtherUsers();
        try (Server server = server().limit(64).start();
                Client one = Client.connect(new QueueTransport(key));
                Client two = Client.connect(new QueueTransport(key))) {
            List<CompletableFuture<byte[]>> taken = new ArrayList<>();
            for (int i = 0; i < 50; i++) {
                taken.add((i % 2 == 0 ? one : two)
                        .collectAsync("gated", bytes(""), 100, PATIENT)
                        .toCompletableFuture());
            }
            Await.until(
                    "all are told or at work",
                    () -> server.statistics().atWork() == 32
                            && server.statistics().ended(Outcome.BUSY) == 18);
            assertThat(caller("echo", "still served")
                            .asUser(Privileges.NOBODY)
                            .run()
                            .expect(0)
                            .lines())
                    .contains("answer still served");
            gated.gate.countDown();
            for (CompletableFuture<byte[]> each : taken) {
                each.handle((answer, refused) -> true).get(Deadline.PATIENCE.toSeconds(), TimeUnit.SECONDS);
            }
        }
    }

    /** Asks as fast as it can, for ever, and does not read the answers but throws them away. */
    static final class Flood {
        private Flood() {}

        public static void main(String[] key) throws Exception {
            Transport transport = new QueueTransport(Key.parse(key[0]));
            try (ClientEndpoint endpoint = transport.connect(Deadline.PATIENCE);
                    Client client = Client.greet(endpoint, Deadline.PATIENCE).orElseThrow()) {
                System.out.println("floods");
                while (true) {
                    client.collectAsync("gated", bytes(""), 100, PATIENT);
                }
            }
        }
    }

    @Test
    void aFloodOfOneUserLeavesAnothersRequestAnsweredAtOnce() throws Exception {
        Privileges.assumeOtherUsers();
        try (Server server = server().limit(1_000).start();
                Client client = Client.connect(new QueueTransport(key));
                ChildProcess flood = JavaProcess.running(Flood.class)
                        .options("-Xmx200m", "-XX:+UseSerialGC")
                        .readableByAll()
                        .command(key.toString())
                        .asUser(Privileges.NOBODY)
                        .start()) {
            flood.awaitLine("floods");
            Await.until("it has its share", () -> server.statistics().ended(Outcome.BUSY) > 100);
            for (int i = 0; i < 50; i++) {
                assertThat(client.collect("echo", bytes("" + i), 100, Timeout.ofTotal(Deadline.PATIENCE)))
                        .isEqualTo(bytes("" + i));
            }
            flood.signal("KILL");
            flood.exit();
            gated.gate.countDown();
        } finally {
            // What a killed client leaves.
            Command.of("sh", "-c", "awk '$1 == 0 && $10 == 65534 {print $2}' /proc/sysvipc/msg | xargs -r -n1 ipcrm -q")
                    .run();
        }
    }
}
