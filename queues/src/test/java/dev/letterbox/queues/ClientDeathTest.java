package dev.letterbox.queues;

import static org.assertj.core.api.Assertions.assertThat;

import dev.letterbox.Access;
import dev.letterbox.Timeout;
import dev.letterbox.client.Client;
import dev.letterbox.contract.TestServices;
import dev.letterbox.queues.reaper.BirthCertificate;
import dev.letterbox.server.Server;
import dev.letterbox.sysv.Key;
import dev.letterbox.sysv.MessageQueue;
import dev.letterbox.sysv.MessageQueues;
import dev.letterbox.testkit.Await;
import dev.letterbox.testkit.ChildProcess;
import dev.letterbox.testkit.Command;
import dev.letterbox.testkit.Deadline;
import dev.letterbox.testkit.JavaProcess;
import dev.letterbox.testkit.PeerLanguage;
import dev.letterbox.testkit.Peers;
import dev.letterbox.testkit.Privileges;
import dev.letterbox.testkit.Proc;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What the server does when a client ends without a word: it notices at once, and two looks later nothing is left. */
final class ClientDeathTest {
    /** Less than until the server's next round, which would notice too. */
    private static final Duration AT_ONCE = Duration.ofSeconds(20);

    private static final Duration TWO_LOOKS = Duration.ofSeconds(30);

    private final Key key = Key.free();
    private final TestServices.Gated gated = new TestServices.Gated();
    private final Server server = Server.on(new QueueTransport(key))
            .access(Access.ALL)
            .service("gated", gated)
            .service("echo", TestServices.echo())
            .start();

    /** Of the clients that are killed. */
    private final List<Integer> orphans = new ArrayList<>();

    /** Not every test waits until the server has looked twice and removed them. */
    @AfterEach
    void stop() {
        server.close();
        orphans.stream()
                .filter(id -> MessageQueues.find(id).isPresent())
                .forEach(id -> MessageQueue.ofId(id).remove());
    }

    /** Each way to end is noticed by itself; the queues are then removed together. */
    @Test
    void clientsThatAreKilledAreNoticedAtOnceAndTheirQueuesRemoved() throws InterruptedException {
        try (ChildProcess client = JavaProcess.running(SessionCaller.class)
                .command(key.toString(), "gated", "hello")
                .start()) {
            gated.reached.await();
            orphans.add(queueOfOnlyClient());
            assertNoticed("a JVM with a request at work", client::kill);
        }
        try (ChildProcess client = alive().start()) {
            noteQueueOf(client);
            assertNoticed("a C program", client::kill);
        }
        if (PeerLanguage.C_32_BITS.isInstalled()) {
            try (ChildProcess client = PeerLanguage.C_32_BITS
                    .program("alive", "-k", key.toString())
                    .start()) {
                noteQueueOf(client);
                assertNoticed("a C program of 32 bits", client::kill);
            }
        }
        Privileges.assumeRoot();
        try (ChildProcess client = Command.of(
                        "unshare", "--pid", "--fork", Peers.program("alive").toString(), "-k", key.toString())
                .start()) {
            noteQueueOf(client);
            Proc inside = new Proc(client.pid()).children().getFirst();
            assertNoticed("a program in another pid namespace", () -> inside.signal("KILL"));
        }
        assertThat(orphans).doesNotHaveDuplicates();
        Await.until(
                "the queues %s are gone".formatted(orphans),
                TWO_LOOKS,
                () -> orphans.stream().noneMatch(id -> MessageQueues.find(id).isPresent()));
    }

    @Test
    void aClientWhoseBellWasRemovedIsNoticedSoonToo() {
        try (ChildProcess client = alive().start()) {
            noteQueueOf(client);
            int bell = Integer.parseInt(client.awaitLine("bell (\\d+)").group(1));
            Command.of("ipcrm", "-s", "" + bell).run().expect(0);
            assertNoticed("a program whose bell is gone", client::kill);
        }
    }

    private Command alive() {
        return Command.of(Peers.program("alive"), "-k", key.toString());
    }

    private void assertNoticed(String what, Runnable end) {
        Await.until("there is a session", () -> server.statistics().sessions() == 1);
        long before = System.nanoTime();
        end.run();
        Await.until(
                what + " is noticed",
                AT_ONCE,
                () -> server.statistics().sessions() == 0 && server.statistics().atWork() == 0);
        System.out.printf(
                "measured: the end of %s was noticed after %.0f ms%n", what, (System.nanoTime() - before) / 1e6);
    }

    private int queueOfOnlyClient() {
        return MessageQueues.list().stream()
                .filter(queue -> BirthCertificate.read(queue.id())
                        .filter(certificate -> certificate.server().equals(key))
                        .isPresent())
                .findFirst()
                .orElseThrow()
                .id();
    }

    private void noteQueueOf(ChildProcess alive) {
        orphans.add(Integer.valueOf(
                alive.awaitLine("queue (\\d+) token \\d+ bell \\d+").group(1)));
    }

    @Test
    void aClientThatEndsInOrderRingsNothingAndLeavesNothing() throws Exception {
        try (Client client = Client.connect(new QueueTransport(key))) {
            assertThat(client.collect("echo", new byte[100], 100, Timeout.ofTotal(Deadline.PATIENCE)))
                    .hasSize(100);
        }
        Await.until("the session is over", () -> server.statistics().sessions() == 0);
        assertThat(MessageQueues.list())
                .noneMatch(queue -> queue.isPrivate()
                        && BirthCertificate.read(queue.id())
                                .filter(certificate -> certificate.server().equals(key))
                                .isPresent());
    }

    /** Nobody is tied to the bell of a client whose undo a hostile user took away. */
    @Test
    void falseRingsDoNoHarm() throws Exception {
        try (Client client = Client.connect(new QueueTransport(key));
                ChildProcess alive = alive().start()) {
            noteQueueOf(alive);
            int bell = Integer.parseInt(alive.awaitLine("bell (\\d+)").group(1));
            for (int ring = 0; ring < 1_000; ring++) {
                dev.letterbox.sysv.life.DeathBell.ofId(bell).untie();
            }
            assertThat(client.collect("echo", new byte[8], 8, Timeout.ofTotal(Deadline.PATIENCE)))
                    .hasSize(8);
            assertThat(server.statistics().sessions()).isEqualTo(2);
            alive.kill();
            Await.until("it is noticed", AT_ONCE, () -> server.statistics().sessions() == 1);
        }
    }
}
