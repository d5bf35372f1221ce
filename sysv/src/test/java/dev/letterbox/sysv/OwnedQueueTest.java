package dev.letterbox.sysv;

import static org.assertj.core.api.Assertions.assertThat;

import dev.letterbox.sysv.linux.Linux;
import dev.letterbox.sysv.support.ForwardingLinux;
import dev.letterbox.testkit.ChildProcess;
import dev.letterbox.testkit.IpcTable;
import dev.letterbox.testkit.JavaProcess;
import dev.letterbox.testkit.Peers;
import dev.letterbox.testkit.Privileges;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.MatchResult;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Who made a queue removes it, however it ends, and removes no other. */
final class OwnedQueueTest {
    @Test
    void closingAHandleLeavesTheQueue() {
        Key key = Key.free();
        try (OwnedQueue owned = OwnedQueue.create(key, Mode.OWNER)) {
            List<MessageQueue> handles = List.of(
                    MessageQueue.open(key), MessageQueue.ofId(owned.id()), MessageQueue.openOrCreate(key, Mode.OWNER));
            handles.forEach(MessageQueue::close);
            assertThat(MessageQueues.find(owned.id())).isPresent();
        }
    }

    @Test
    void closingTheHandleOfAQueueThatItMadeLeavesItToo() {
        MessageQueue made = MessageQueue.create(Key.free(), Mode.OWNER);
        made.close();
        try {
            assertThat(MessageQueues.find(made.id())).isPresent();
        } finally {
            MessageQueue.ofId(made.id()).remove();
        }
    }

    @Test
    void closingAnOwnedQueueRemovesItWithAllThatIsInIt() {
        OwnedQueue owned = OwnedQueue.createPrivate(Mode.OWNER);
        Samples.queue(owned, 1, 2, 3);
        owned.close();
        assertThat(MessageQueues.find(owned.id())).isEmpty();
        owned.close();
    }

    @Test
    void closingAnOwnedQueueThatIsGoneAlreadyDoesNothing() {
        OwnedQueue owned = OwnedQueue.createPrivate(Mode.OWNER);
        owned.remove();
        owned.close();
        owned.close();
        assertThat(MessageQueues.find(owned.id())).isEmpty();
    }

    @Test
    void anOwnedQueueMadeAgainUnderItsKeyBySomebodyElseIsLeftAlone() {
        Key key = Key.free();
        OwnedQueue owned = OwnedQueue.create(key, Mode.OWNER);
        owned.remove();
        try (OwnedQueue others = OwnedQueue.create(key, Mode.OWNER)) {
            owned.close();
            assertThat(MessageQueues.find(others.id())).isPresent();
        }
    }

    @Test
    void anOwnedQueueWhoseIdIsAnotherUsersOrAnotherKeysByNowIsLeftAlone() {
        Map<String, String> outcomes = Attempt.outcomes(JavaProcess.running(LosesItsId.class)
                .command(Peers.programForAll("queue").toString())
                .inOwnIpcNamespace(Map.of())
                .run());

        assertThat(outcomes.get("another user's id")).isEqualTo(outcomes.get("id"));
        assertThat(outcomes.get("another user's queue")).isEqualTo("left alone, of creator " + Privileges.NOBODY);
        assertThat(outcomes.get("another key's id")).isEqualTo(outcomes.get("id"));
        assertThat(outcomes.get("another key's queue")).isEqualTo("left alone, of creator 0");
    }

    static final class LosesItsId {
        public static void main(String[] program) throws Exception {
            OwnedQueue first = OwnedQueue.createPrivate(Mode.OWNER);
            Attempt.print("id", first.id());
            first.remove();
            Sysctl.write("msg_next_id", first.id());
            List<String> asNobody = new ArrayList<>(List.of(
                    "setpriv", "--reuid=" + Privileges.NOBODY, "--clear-groups", program[0], "create", "-m", "666"));
            Process another = new ProcessBuilder(asNobody).start();
            Attempt.print(
                    "another user's id",
                    new String(another.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip());
            first.close();
            tell("another user's queue", first.id());
            MessageQueue.ofId(first.id()).remove();

            Sysctl.write("msg_next_id", first.id());
            OwnedQueue second = OwnedQueue.createPrivate(Mode.OWNER);
            second.remove();
            Sysctl.write("msg_next_id", first.id());
            try (OwnedQueue keyed = OwnedQueue.create(Key.of(77), Mode.OWNER)) {
                Attempt.print("another key's id", keyed.id());
                second.close();
                tell("another key's queue", keyed.id());
            }
        }

        private static void tell(String whose, int id) {
            Attempt.print(
                    whose,
                    MessageQueues.find(id)
                            .map(status -> "left alone, of creator " + status.creatorUid())
                            .orElse("removed"));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"return", "exit 0", "exit 3", "throw"})
    void theEndOfTheJvmRemovesWhatIsOpen(String how) {
        try (ChildProcess child = JavaProcess.running(Ends.class).command(how).start()) {
            List<Integer> ids = idsOf(child);
            int status = child.exit().status();

            assertThat(status)
                    .isEqualTo(
                            switch (how) {
                                case "exit 3" -> 3;
                                case "throw" -> 1;
                                default -> 0;
                            });
            assertGone(ids);
        }
    }

    @ParameterizedTest
    @CsvSource({"TERM, 143", "INT, 130", "HUP, 129"})
    void aSignalThatEndsTheJvmRemovesWhatIsOpen(String signal, int status) {
        try (ChildProcess child =
                JavaProcess.running(Ends.class).command("wait").start()) {
            List<Integer> ids = idsOf(child);
            child.awaitLine("waiting");
            child.signal(signal);

            assertThat(child.exit().status()).isEqualTo(status);
            assertGone(ids);
        }
    }

    private static List<Integer> idsOf(ChildProcess child) {
        MatchResult line = child.awaitLine("made (\\d+) (\\d+) and closed (\\d+)");
        return List.of(Integer.valueOf(line.group(1)), Integer.valueOf(line.group(2)));
    }

    private static void assertGone(List<Integer> ids) {
        IpcTable table = IpcTable.now();
        assertThat(ids).allSatisfy(id -> assertThat(table.queue(id)).isEmpty());
    }

    static final class Ends {
        public static void main(String[] how) throws InterruptedException {
            OwnedQueue queue = OwnedQueue.createPrivate(Mode.OWNER);
            OwnedQueue keyed = OwnedQueue.create(Key.free(), Mode.OWNER);
            OwnedQueue closed = OwnedQueue.createPrivate(Mode.OWNER);
            closed.close();
            // Somebody removed it already: no obstacle to the others.
            OwnedQueue.createPrivate(Mode.OWNER).remove();
            System.out.printf("made %d %d and closed %d%n", queue.id(), keyed.id(), closed.id());
            switch (how[0]) {
                case "exit 0" -> System.exit(0);
                case "exit 3" -> System.exit(3);
                case "throw" -> throw new IllegalStateException("on purpose");
                case "wait" -> {
                    System.out.println("waiting");
                    queue.receive(Selector.any());
                }
                default -> {
                    // Returns.
                }
            }
        }
    }

    @Test
    void aQueueThatIsMadeWhileTheJvmShutsDownIsNotLeftBehind() {
        try (ChildProcess child =
                JavaProcess.running(MakesOneTooLate.class).command().start()) {
            int id = Integer.parseInt(child.awaitLine("tried after (\\d+)").group(1));
            child.exit().expect(0);

            assertThat(child.out())
                    .contains("IllegalStateException: No queue can be created while the JVM is shutting down.");
            assertThat(IpcTable.now().queue(id)).isEmpty();
            assertThat(IpcTable.now().queues()).noneMatch(queue -> queue.mode() == 0_421);
        }
    }

    static final class MakesOneTooLate {
        public static void main(String[] none) {
            OwnedQueue first = OwnedQueue.createPrivate(Mode.of(0_421));
            Runtime.getRuntime().addShutdownHook(new Thread(() -> {
                // All hooks run at once: the queues' own has done its work when the first is gone.
                while (MessageQueues.find(first.id()).isPresent()) {
                    Thread.onSpinWait();
                }
                System.out.println("tried after " + first.id());
                Attempt.print("late", () -> OwnedQueue.createPrivate(Mode.of(0_421)));
            }));
        }
    }

    @Test
    void aKilledJvmLeavesItsQueueForTheReaper() {
        try (ChildProcess child =
                JavaProcess.running(Ends.class).command("wait").start()) {
            List<Integer> ids = idsOf(child);
            child.awaitLine("waiting");
            child.kill();
            child.exit().expect(137);

            ids.forEach(id -> {
                assertThat(MessageQueues.find(id))
                        .as("no process can do this on KILL")
                        .isPresent();
                MessageQueue.ofId(id).remove();
            });
        }
    }

    /** Whatever call a KILL follows, what it leaves can be told from all other queues. */
    @Test
    void aQueueThatIsBeingMadeCanBeRecognizedAfterEachCall() {
        List<String> steps = new ArrayList<>();
        Linux watched = new ForwardingLinux() {
            private int id = -1;

            private long look(String call, long result) {
                if (id >= 0) {
                    MessageQueues.find(id)
                            .ifPresent(now -> steps.add("%s %s %d".formatted(call, now.mode(), now.messages())));
                }
                return result;
            }

            @Override
            public long msgget(int key, int flags) {
                long made = super.msgget(key, flags);
                id = (int) made;
                return look("msgget", made);
            }

            @Override
            public long msgsnd(int id, MemorySegment message, long size, int flags) {
                return look("msgsnd", super.msgsnd(id, message, size, flags));
            }

            @Override
            public long msgctl(int id, int command, MemorySegment argument) {
                return look(command == IPC_SET ? "IPC_SET" : "msgctl", super.msgctl(id, command, argument));
            }
        };
        int me = (int) watched.geteuid();
        MessageBuffer first = MessageBuffer.allocate().put(7, new byte[64]);
        try (OwnedQueue _ = OwnedQueue.createPrivate(watched, me, 0, first)) {
            assertThat(steps)
                    .startsWith("msgget 0611 0", "msgsnd 0611 1", "msgctl 0611 1", "IPC_SET 0600 1")
                    .hasSize(4);
        }
    }

    @Test
    void aQueueForAnotherUsersProcessIsGivenAwayBeforeAnythingElse() {
        Privileges.assumeOtherUsers();
        MessageBuffer first = MessageBuffer.allocate().put(7, new byte[64]);
        try (OwnedQueue made = OwnedQueue.createPrivate(Privileges.NOBODY, Privileges.NOBODY, first)) {
            QueueStatus now = made.status();
            assertThat(now.ownerUid()).isEqualTo(Privileges.NOBODY);
            assertThat(now.mode()).isEqualTo(Mode.OWNER);
            assertThat(now.messages()).isEqualTo(1);
        }
    }
}
