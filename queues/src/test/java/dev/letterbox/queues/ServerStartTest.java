package dev.letterbox.queues;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.letterbox.Access;
import dev.letterbox.Outcome;
import dev.letterbox.engine.ServerStartException;
import dev.letterbox.server.Server;
import dev.letterbox.sysv.Key;
import dev.letterbox.sysv.MessageQueue;
import dev.letterbox.sysv.MessageQueues;
import dev.letterbox.sysv.Mode;
import dev.letterbox.sysv.OwnedQueue;
import dev.letterbox.testkit.Await;
import dev.letterbox.testkit.ChildProcess;
import dev.letterbox.testkit.Command;
import dev.letterbox.testkit.IpcTable;
import dev.letterbox.testkit.JavaProcess;
import dev.letterbox.testkit.Peers;
import dev.letterbox.testkit.Privileges;
import dev.letterbox.testkit.Syscall;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** How a server comes to its queue, and whose queue it never touches. */
final class ServerStartTest {
    private final Key key = Key.free();

    private static JavaProcess serverProcess() {
        return JavaProcess.running(EchoServer.class).options("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC");
    }

    private static int awaitReady(ChildProcess server) {
        return Integer.parseInt(server.awaitLine("ready (\\d+)").group(1));
    }

    private ServerStartException refusal() {
        return assertThatExceptionOfType(ServerStartException.class)
                .isThrownBy(() -> EchoServer.start(key, Access.OWNER).close())
                .actual();
    }

    private static boolean hasSemaphores(Key key) {
        return IpcTable.now().semaphores().stream().anyMatch(set -> set.key() == key.value());
    }

    private static void removeSemaphores(Key key) {
        Command.of("ipcrm", "-S", key.toString()).run().expect(0);
    }

    @ParameterizedTest
    @CsvSource({"OWNER, 601", "GROUP, 621", "ALL, 623"})
    void othersMayAtMostSend(Access access, String mode) {
        try (Server server = EchoServer.start(key, access)) {
            IpcTable.Queue queue = IpcTable.now().queue(server.queueId()).orElseThrow();

            assertThat(queue.key()).isEqualTo(key.value());
            assertThat(Integer.toOctalString(queue.mode())).isEqualTo(mode);
        }
    }

    @Test
    void aSecondServerOfThisProcessIsRefusedAndTheFirstServesOn() throws InterruptedException {
        try (Server first = EchoServer.start(key, Access.OWNER);
                BareClient client = new BareClient()) {
            assertThat(refusal())
                    .hasMessageContaining("process %d", ProcessHandle.current().pid())
                    .hasMessageContaining(key.toString());

            client.ask(first.queueId(), "hello");
            assertThat(client.response()).containsExactly("DATA hello", "END");
        }
    }

    @Test
    void aSecondServerIsRefusedWithTheProcessOfTheFirst() {
        try (ChildProcess first = serverProcess().command(key.toString()).start()) {
            int queue = awaitReady(first);

            assertThat(refusal()).hasMessageContaining("process %d", first.pid());
            assertThat(MessageQueues.find(queue)).isPresent();
            assertThat(hasSemaphores(key)).isTrue();
            first.signal("TERM");
            first.exit();
            removeLeftOver();
        }
    }

    @Test
    void aSecondServerOfAnotherUserIsToldThatThereIsOne() {
        Privileges.assumeOtherUsers();
        try (ChildProcess first = SessionServer.program()
                .readableByAll()
                .command(key.toString())
                .asUser(Privileges.NOBODY)
                .start()) {
            first.awaitLine("ready");
            // Root is not let in either: the set is not its own.
            assertThat(refusal())
                    .hasMessage(
                            "Another user's server (process %d) serves key %s already. Choose another key with --key.",
                            first.pid(), key);
            first.signal("TERM");
            first.exit();
        }
    }

    /** What a server leaves that ends without closing: taking it over and closing it is how to clean up. */
    private void removeLeftOver() {
        EchoServer.start(key, Access.OWNER).close();
    }

    @Test
    void serversOnOneKeyInTwoIpcNamespacesNeverMeet() {
        try (Server here = EchoServer.start(key, Access.OWNER);
                ChildProcess there = serverProcess()
                        .command(key.toString())
                        .inOwnIpcNamespace(Map.of())
                        .start()) {
            awaitReady(there);
            assertThat(MessageQueues.find(here.queueId())).isPresent();
        }
    }

    @Test
    void theQueueOfAKilledServerIsTakenOverAndWhoStillWaitsIsAnswered() throws InterruptedException {
        int queue;
        try (ChildProcess killed = serverProcess().command(key.toString()).start()) {
            queue = awaitReady(killed);
            killed.kill();
            killed.exit().expect(137);
        }
        assertThat(MessageQueues.find(queue).orElseThrow().mode()).isEqualTo(Mode.of(0_623));
        try (BareClient waiting = new BareClient()) {
            try (BareClient gone = new BareClient()) {
                gone.ask(queue, "nobody hears this");
            }
            waiting.ask(queue, "hello");

            try (Server next = EchoServer.start(key, Access.OWNER)) {
                assertThat(next.queueId()).isEqualTo(queue);
                assertThat(MessageQueues.find(queue).orElseThrow().mode()).isEqualTo(Mode.of(0_601));
                assertThat(waiting.response()).containsExactly("DATA hello", "END");

                Await.value(
                        "both are counted", next::statistics, now -> now.ended(Outcome.END) == 1 && now.stale() == 1);
                assertThat(next.statistics().received()).isEqualTo(2);
            }
        }
        assertThat(MessageQueues.find(queue)).isEmpty();
        assertThat(hasSemaphores(key)).isFalse();
    }

    /** In the moment between the removal of the lock and its return. */
    @Test
    void theQueueOfAServerThatWasKilledWithoutItsLockIsTakenOver() throws InterruptedException {
        IpcTable before = IpcTable.now();
        int queue;
        try (ChildProcess killed = serverProcess().command(key.toString()).start()) {
            queue = awaitReady(killed);
            killed.signal("STOP");
            removeSemaphores(key);
            killed.kill();
            killed.exit().expect(137);
        }
        try (BareClient waiting = new BareClient()) {
            waiting.ask(queue, "hello");
            try (Server next = EchoServer.start(key, Access.OWNER)) {
                assertThat(next.queueId()).isEqualTo(queue);
                assertThat(waiting.response()).containsExactly("DATA hello", "END");
            }
        }
        assertThat(MessageQueues.find(queue)).isEmpty();
        assertThat(hasSemaphores(key)).isFalse();
        // Its bell, which only the lock knew.
        assertThat(IpcTable.difference(before, IpcTable.now()))
                .singleElement()
                .satisfies(
                        left -> Command.of("ipcrm", "-s", "" + left.id()).run().expect(0));
    }

    @Test
    void aServerThatIsStoppedWithoutItsLockKeepsItsQueue() {
        try (ChildProcess stopped = serverProcess().command(key.toString()).start()) {
            int queue = awaitReady(stopped);
            stopped.proc().awaitAsleepIn(Syscall.MSGRCV);
            stopped.signal("STOP");
            removeSemaphores(key);
            assertThat(refusal())
                    .hasMessageContaining("Another server (process %d) serves key %s already", stopped.pid(), key)
                    .hasMessageContaining("its lock has just been removed");
            stopped.signal("CONT");
            Await.until(
                    "it has its lock again",
                    () -> MessageQueues.find(queue)
                            .flatMap(ServerStatus::of)
                            .filter(server -> server.state() == ServerStatus.State.RUNNING)
                            .isPresent());
            stopped.kill();
            stopped.exit();
        }
        removeLeftOver();
    }

    /** An id comes back some day; the queue that has it then has asked for nothing. */
    @Test
    void aQueueMadeAfterTheLastRequestIsNotTakenForTheClientThatSentIt() throws InterruptedException {
        int queue;
        try (ChildProcess killed = serverProcess().command(key.toString()).start()) {
            queue = awaitReady(killed);
            killed.kill();
            killed.exit().expect(137);
        }
        try (BareClient laterOwner = new BareClient()) {
            laterOwner.ask(queue, "of the client that had this id before");
            Instant sent = MessageQueues.find(queue).orElseThrow().sent().orElseThrow();
            // A change of its mode makes the queue as young as a new one. The kernel counts whole seconds.
            Await.until("the queue is younger than the request", () -> {
                laterOwner.queue().setMode(Mode.OWNER);
                return laterOwner.queue().status().changed().isAfter(sent);
            });

            try (Server next = EchoServer.start(key, Access.OWNER)) {
                Await.value("the request is dropped", next::statistics, now -> now.stale() == 1);
                assertThat(laterOwner.queue().status().messages()).isZero();
            }
        }
    }

    @Test
    void theQueueOfAnotherProgramOfTheSameUserIsRefusedAndLeftAlone() {
        try (OwnedQueue others = OwnedQueue.create(key, Mode.of(0_600))) {
            assertThat(refusal())
                    .hasMessageContaining("Another program of yours")
                    .hasMessageContaining("ipcrm -Q %s", key);

            assertThat(others.status().mode()).isEqualTo(Mode.OWNER);
            assertThat(hasSemaphores(key)).isFalse();
        }
    }

    /** The mode 0777 is common: its bits alone are no mark. */
    @Test
    void anotherProgramsQueueWithBitsForExecutionIsNotTakenForAServers() {
        try (OwnedQueue others = OwnedQueue.create(key, Mode.of(0_777))) {
            assertThat(refusal()).hasMessageContaining("Another program of yours");
            assertThat(ServerStatus.of(others.status())).isEmpty();
        }
    }

    /** Its semaphores remember which queue was its own. */
    @Test
    void aQueueMadeInPlaceOfAKilledServersIsRefused() {
        int left;
        try (ChildProcess killed = serverProcess().command(key.toString()).start()) {
            left = awaitReady(killed);
            killed.kill();
            killed.exit().expect(137);
        }
        MessageQueue.ofId(left).remove();
        try (OwnedQueue others = OwnedQueue.create(key, Mode.OWNER)) {
            assertThat(refusal()).hasMessageContaining("Another program of yours");
            assertThat(others.status().messages()).isZero();
        }
    }

    @Test
    void aStrangersQueueIsRefusedAndLeftAlone() {
        int strangers =
                Integer.parseInt(Command.of(Peers.programForAll("queue"), "create", "-k", key.toString(), "-m", "666")
                        .asUser(Privileges.NOBODY)
                        .run()
                        .expect(0)
                        .text()
                        .strip());
        try {
            assertThat(refusal())
                    .hasMessageContaining("belongs to another user")
                    .hasMessageContaining("creator uid %d", Privileges.NOBODY)
                    .hasMessageContaining("mode 0666");
            assertThat(hasSemaphores(key)).isFalse();
        } finally {
            MessageQueue.ofId(strangers).remove();
        }
    }

    /** Whoever owns it now could take the requests. */
    @Test
    void aQueueThatWasGivenAwayIsRefused() {
        Privileges.assumeRoot();
        try (OwnedQueue given = OwnedQueue.create(key, Mode.OWNER)) {
            given.setOwner(Privileges.NOBODY, Privileges.NOBODY);

            assertThat(refusal()).hasMessageContaining("owner uid %d", Privileges.NOBODY);
        }
    }

    @Test
    void semaphoresThatAStrangerPutThereAreRefusedAndLeftAlone() {
        Key open = Key.free();
        JavaProcess.running(Squatter.class)
                .readableByAll()
                .command("" + key.value(), "600", "" + open.value(), "666")
                .asUser(Privileges.NOBODY)
                .run()
                .expect(0);
        try {
            for (Key squatted : new Key[] {key, open}) {
                assertThatExceptionOfType(ServerStartException.class)
                        .isThrownBy(
                                () -> EchoServer.start(squatted, Access.OWNER).close())
                        .withMessageContaining("The semaphore set with key %s", squatted)
                        .withMessageContaining("ipcrm -S %s", squatted);
                assertThat(IpcTable.now().queueOfKey(squatted.value())).isEmpty();
            }
        } finally {
            removeSemaphores(key);
            removeSemaphores(open);
        }
    }

    /** Else anybody could tell the clients of a classic server that nobody serves its queue. */
    @Test
    void semaphoresThatAStrangerPutThereSayNothingOfTheQueue() {
        Privileges.assumeOtherUsers();
        try (OwnedQueue classic = OwnedQueue.create(key, Mode.OWNER)) {
            JavaProcess.running(Squatter.Imitator.class)
                    .readableByAll()
                    .command("" + key.value())
                    .asUser(Privileges.NOBODY)
                    .run()
                    .expect(0);
            assertThat(ServerStatus.of(classic.status())).isEmpty();
        } finally {
            removeSemaphores(key);
        }
    }

    @ParameterizedTest
    @CsvSource({"1", "7", "9"})
    void semaphoresThatAreNotAServersAreRefusedAndLeftAlone(int count) {
        Squatter.make(key.value(), count, 0_600);
        try {
            assertThat(refusal()).hasMessageContaining("not a server's");
        } finally {
            removeSemaphores(key);
        }
    }
}
