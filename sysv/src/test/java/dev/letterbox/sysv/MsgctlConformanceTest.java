package dev.letterbox.sysv;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatNoException;

import dev.letterbox.sysv.error.NoSuchQueueException;
import dev.letterbox.sysv.error.QueueAccessException;
import dev.letterbox.sysv.error.QueueRemovedException;
import dev.letterbox.sysv.error.QueueReplacedException;
import dev.letterbox.sysv.linux.Errno;
import dev.letterbox.sysv.linux.Linux;
import dev.letterbox.sysv.linux.layout.MsqidDs;
import dev.letterbox.testkit.Command;
import dev.letterbox.testkit.IpcNamespace;
import dev.letterbox.testkit.IpcTable;
import dev.letterbox.testkit.JavaProcess;
import dev.letterbox.testkit.Peers;
import dev.letterbox.testkit.Privileges;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

/** What msgctl(2) does on this kernel, and what the library makes of it. */
final class MsgctlConformanceTest {
    private static final Linux LINUX = Linux.host();

    @Test
    void theStateOfANewQueueIsEmptyAndTellsKeyOwnerCreatorAndMode() {
        Key key = Key.free();
        Instant before = Instant.now();
        try (OwnedQueue queue = OwnedQueue.create(key, Mode.of(0_640))) {
            QueueStatus status = queue.status();
            int uid = (int) LINUX.geteuid();
            int gid = (int) LINUX.getegid();

            assertThat(status.id()).isEqualTo(queue.id());
            assertThat(status.key()).contains(key);
            assertThat(status.isPrivate()).isFalse();
            assertThat(status.ownerUid()).isEqualTo(uid);
            assertThat(status.ownerGid()).isEqualTo(gid);
            assertThat(status.creatorUid()).isEqualTo(uid);
            assertThat(status.creatorGid()).isEqualTo(gid);
            assertThat(status.mode()).isEqualTo(Mode.of(0_640));
            assertThat(status.messages()).isZero();
            assertThat(status.bytes()).isZero();
            assertThat(status.capacity().orElseThrow())
                    .isPositive()
                    .isEqualTo(MessageQueues.limits().queueBytes());
            assertThat(status.lastSender()).isZero();
            assertThat(status.lastReceiver()).isZero();
            assertThat(status.sent()).isEmpty();
            assertThat(status.received()).isEmpty();
            // The kernel's clock for this has whole seconds, and lags behind by a tick.
            assertThat(status.changed()).isBetween(before.minusSeconds(2), Instant.now());
        }
    }

    @Test
    void aPrivateQueueHasNoKey() {
        try (OwnedQueue queue = OwnedQueue.createPrivate(Mode.OWNER)) {
            assertThat(queue.status().key()).isEmpty();
            assertThat(queue.status().isPrivate()).isTrue();
            assertThat(queue.key()).isEmpty();
        }
    }

    @Test
    void aCapacityOneByteLowerShowsInTheState() {
        try (OwnedQueue queue = OwnedQueue.createPrivate(Mode.OWNER)) {
            long before = queue.status().capacity().orElseThrow();
            queue.setCapacity(before - 1);

            assertThat(queue.status().capacity()).hasValue(before - 1);
            assertThat(queue.status().mode()).isEqualTo(Mode.OWNER);
        }
    }

    @Test
    void aCapacityAboveMsgmnbIsSetOrRefusedAsDenied() {
        try (OwnedQueue queue = OwnedQueue.createPrivate(Mode.OWNER)) {
            long above = MessageQueues.limits().queueBytes() + 1L;
            // Root in a container may lack CAP_SYS_RESOURCE.
            try {
                queue.setCapacity(above);
            } catch (QueueAccessException refused) {
                assertThat(refused.errno()).contains("EPERM");
                return;
            }
            assertThat(queue.status().capacity()).hasValue(above);
        }
    }

    @Test
    void aCapacityAboveMsgmnbIsDeniedToAUserWithoutTheCapability() {
        Map<String, String> outcomes = Attempt.outcomes(JavaProcess.running(RaisesTheCapacity.class)
                .readableByAll()
                .command()
                .asUser(Privileges.NOBODY)
                .run());

        assertThat(outcomes.get("up to the limit")).isEqualTo("done");
        assertThat(outcomes.get("above the limit"))
                .startsWith("QueueAccessException EPERM ")
                .contains("msgmnb", "CAP_SYS_RESOURCE", "sysctl -w kernel.msgmnb=");
    }

    static final class RaisesTheCapacity {
        public static void main(String[] none) {
            int limit = MessageQueues.limits().queueBytes();
            try (OwnedQueue queue = OwnedQueue.createPrivate(Mode.OWNER)) {
                Attempt.print("up to the limit", () -> queue.setCapacity(limit));
                Attempt.print("above the limit", () -> queue.setCapacity(limit + 1L));
            }
        }
    }

    @Test
    void ownerAndModeThatWereSetShowInTheStateAndLeaveTheRest() {
        try (OwnedQueue queue = OwnedQueue.createPrivate(Mode.OWNER)) {
            QueueStatus before = queue.status();
            queue.setMode(Mode.of(0_622));
            assertThat(queue.status().mode()).isEqualTo(Mode.of(0_622));
            assertThat(queue.status().ownerUid()).isEqualTo(before.ownerUid());

            Privileges.assumeRoot();
            queue.setOwner(Privileges.NOBODY, 54_321);
            QueueStatus after = queue.status();
            assertThat(after.ownerUid()).isEqualTo(Privileges.NOBODY);
            assertThat(after.ownerGid()).isEqualTo(54_321);
            assertThat(after.creatorUid()).isEqualTo(before.creatorUid());
            assertThat(after.creatorGid()).isEqualTo(before.creatorGid());
            assertThat(after.mode()).isEqualTo(Mode.of(0_622));
            assertThat(after.capacity()).isEqualTo(before.capacity());
        }
    }

    @Test
    void anythingAfterTheRemovalIsToldSo() {
        Duration timeout = Duration.ofHours(1);
        OwnedQueue queue = OwnedQueue.createPrivate(Mode.OWNER);
        try (queue;
                Arena arena = Arena.ofConfined()) {
            queue.remove();

            assertRemoved(queue::status);
            assertRemoved(queue::remove);
            assertRemoved(() -> queue.setMode(Mode.OWNER));
            assertRemoved(() -> queue.setOwner(0, 0));
            assertRemoved(() -> queue.setCapacity(1));
            assertRemoved(() -> queue.trySend(Samples.message(1, 1)));
            assertRemoved(() -> queue.trySend(Samples.message(1, 1), timeout));
            assertRemoved(() -> queue.send(Samples.message(1, 1)));
            assertRemoved(() -> queue.tryReceive(MessageBuffer.allocate(), Selector.any()));
            assertRemoved(() -> queue.tryReceive(MessageBuffer.allocate(), Selector.any(), timeout));
            assertRemoved(() -> queue.receive(Selector.any()));
            assertRemoved(() -> queue.peek(MessageBuffer.allocate(), 0));

            MemorySegment state = arena.allocate(MsqidDs.LAYOUT);
            assertThat(LINUX.msgctl(queue.id(), Linux.IPC_STAT, state)).isEqualTo(Errno.EINVAL.asResult());
            assertThat(LINUX.msgctl(queue.id(), Linux.IPC_RMID, MemorySegment.NULL))
                    .isEqualTo(Errno.EINVAL.asResult());
        }
    }

    private static void assertRemoved(ThrowingCallable call) {
        assertThatExceptionOfType(QueueRemovedException.class)
                .isThrownBy(call)
                .isNotInstanceOf(QueueReplacedException.class)
                .satisfies(failure -> assertThat(failure.errno()).contains("EINVAL"));
    }

    @Test
    void aStateThatMayNotBeReadIsDeniedYetFoundWithoutPermission() {
        try (OwnedQueue queue = OwnedQueue.createPrivate(Mode.OWNER)) {
            Map<String, String> outcomes = outcomesOfAStranger(queue);

            assertThat(outcomes.get("status")).startsWith("QueueAccessException EACCES ");
            assertThat(outcomes.get("found")).isEqualTo(String.valueOf(queue.id()));
        }
    }

    @Test
    void removingAndChangingAnotherUsersQueueIsDenied() {
        try (OwnedQueue queue = OwnedQueue.createPrivate(Mode.of(0_666))) {
            Map<String, String> outcomes = outcomesOfAStranger(queue);

            assertThat(outcomes.get("remove")).startsWith("QueueAccessException EPERM ");
            assertThat(outcomes.get("set mode")).startsWith("QueueAccessException EPERM ");
            assertThat(outcomes.get("set owner")).startsWith("QueueAccessException EPERM ");
            assertThat(outcomes.get("set capacity")).startsWith("QueueAccessException EPERM ");
            assertThatNoException().isThrownBy(queue::status);
        }
    }

    private static Map<String, String> outcomesOfAStranger(OwnedQueue queue) {
        return Attempt.outcomes(JavaProcess.running(Stranger.class)
                .readableByAll()
                .command(String.valueOf(queue.id()))
                .asUser(Privileges.NOBODY)
                .run());
    }

    static final class Stranger {
        public static void main(String[] args) {
            int id = Integer.parseInt(args[0]);
            MessageQueue queue = MessageQueue.ofId(id);
            Attempt.print("status", queue::status);
            Attempt.print(
                    "found",
                    MessageQueues.find(id)
                            .map(QueueStatus::id)
                            .map(String::valueOf)
                            .orElse("none"));
            Attempt.print("set mode", () -> queue.setMode(Mode.OWNER));
            Attempt.print("set owner", () -> queue.setOwner(Privileges.NOBODY, Privileges.NOBODY));
            Attempt.print("set capacity", () -> queue.setCapacity(100));
            Attempt.print("remove", queue::remove);
        }
    }

    @Test
    void aBadCommandIsRefused() {
        try (OwnedQueue queue = OwnedQueue.createPrivate(Mode.OWNER);
                Arena arena = Arena.ofConfined()) {
            assertThat(LINUX.msgctl(queue.id(), 4711, arena.allocate(MsqidDs.LAYOUT)))
                    .isEqualTo(Errno.EINVAL.asResult());
        }
    }

    @Test
    void aBadIdIsNoQueueToAnyCommand() {
        int gone = Samples.goneId();
        try (MessageQueue queue = MessageQueue.ofId(gone);
                Arena arena = Arena.ofConfined()) {
            assertNoSuchQueue(queue::status);
            assertNoSuchQueue(queue::remove);
            assertNoSuchQueue(() -> queue.setMode(Mode.OWNER));
            assertNoSuchQueue(() -> queue.setCapacity(1));
            assertThat(MessageQueues.find(gone)).isEmpty();
            assertThat(MessageQueues.find(-1)).isEmpty();

            MemorySegment state = arena.allocate(MsqidDs.LAYOUT);
            for (int command : new int[] {Linux.IPC_STAT, Linux.IPC_SET, Linux.IPC_RMID, Linux.MSG_STAT_ANY}) {
                assertThat(LINUX.msgctl(-1, command, state)).isEqualTo(Errno.EINVAL.asResult());
            }
        }
    }

    private static void assertNoSuchQueue(ThrowingCallable call) {
        assertThatExceptionOfType(NoSuchQueueException.class)
                .isThrownBy(call)
                .satisfies(failure -> assertThat(failure.errno()).contains("EINVAL"));
    }

    @Test
    void totalsAndWalkAndProcAgreeForRootAndForNobody() {
        try (IpcNamespace namespace = IpcNamespace.with(Map.of())) {
            // Holes in the table, a key, modes that nobody may read, and messages.
            String queue = Peers.programForAll("queue").toString();
            List<String> ids = new ArrayList<>();
            for (String mode : List.of("600", "000", "666", "604", "400")) {
                ids.add(inside(namespace, queue, "create", "-m", mode));
            }
            inside(namespace, queue, "create", "-k", "0xfffffff1");
            inside(namespace, queue, "flood", ids.get(0), "1", "100", "3");
            inside(namespace, queue, "send", ids.get(2), "7");
            inside(namespace, queue, "receive", ids.get(0), "0");
            inside(namespace, queue, "rm", ids.get(1));
            inside(namespace, queue, "rm", ids.get(4));
            inside(namespace, queue, "set", ids.get(2), "4000000000", "12", "620");

            List<String> table = namespace.table().queues().stream()
                    .map(MsgctlConformanceTest::told)
                    .toList();
            assertThat(table).hasSize(4);
            for (int uid : new int[] {0, Privileges.NOBODY}) {
                Map<String, String> census = Attempt.outcomes(JavaProcess.running(Census.class)
                        .readableByAll()
                        .command()
                        .in(namespace)
                        .asUser(uid)
                        .run());
                assertThat(census.get("walk")).as("walk as %d", uid).isEqualTo(table.toString());
                assertThat(census.get("proc")).as("/proc as %d", uid).isEqualTo(table.toString());
                assertThat(census.get("all but the capacity is the same")).isEqualTo("true");
                assertThat(census.get("totals")).isEqualTo(new Usage(4, 3, 200).toString());
            }
        }
    }

    static final class Census {
        public static void main(String[] none) {
            List<QueueStatus> walk = MessageQueues.list();
            List<QueueStatus> proc = MessageQueues.listFromProc(LINUX);
            Attempt.print("walk", walk.stream().map(Census::told).toList());
            Attempt.print("proc", proc.stream().map(Census::told).toList());
            Attempt.print(
                    "all but the capacity is the same",
                    walk.stream()
                            .map(Census::withoutCapacity)
                            .toList()
                            .equals(proc.stream().map(Census::withoutCapacity).toList()));
            Attempt.print("totals", MessageQueues.usage());
        }

        private static String told(QueueStatus queue) {
            return line(
                    queue.id(),
                    queue.keyValue(),
                    queue.mode().bits(),
                    queue.messages(),
                    queue.bytes(),
                    queue.ownerUid(),
                    queue.creatorUid());
        }

        private static String withoutCapacity(QueueStatus queue) {
            return queue.toString().replaceFirst("capacity=[^,]*", "");
        }
    }

    private static String told(IpcTable.Queue queue) {
        return line(queue.id(), queue.key(), queue.mode(), queue.messages(), queue.bytes(), queue.uid(), queue.cuid());
    }

    private static String line(int id, int key, int mode, long messages, long bytes, int uid, int cuid) {
        return "%d key %d mode %o: %d messages, %d bytes, of %d by %d"
                .formatted(id, key, mode, messages, bytes, uid, cuid);
    }

    private static String inside(IpcNamespace namespace, String... words) {
        return Command.of(List.of(words)).in(namespace).run().expect(0).text().strip();
    }

    @Test
    void theLimitsAreThoseOfProc() {
        assertThat(MessageQueues.limits())
                .isEqualTo(new Limits(Sysctl.read("msgmax"), Sysctl.read("msgmnb"), Sysctl.read("msgmni")));
    }

    @Test
    void theLimitsAreThoseOfTheNamespace() {
        Map<String, String> outcomes = Attempt.outcomes(JavaProcess.running(TellsTheLimits.class)
                .command()
                .inOwnIpcNamespace(Map.of("msgmax", 1234, "msgmnb", 5678, "msgmni", 90))
                .run());

        assertThat(outcomes.get("limits")).isEqualTo(new Limits(1234, 5678, 90).toString());
    }

    static final class TellsTheLimits {
        public static void main(String[] none) {
            Attempt.print("limits", MessageQueues.limits());
        }
    }
}
