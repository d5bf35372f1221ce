package dev.letterbox.sysv;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.letterbox.sysv.error.MessageTooLargeException;
import dev.letterbox.sysv.error.NativeAccessDeniedException;
import dev.letterbox.sysv.error.NoSuchQueueException;
import dev.letterbox.sysv.error.QueueAccessException;
import dev.letterbox.sysv.error.QueueClosedException;
import dev.letterbox.sysv.error.QueueException;
import dev.letterbox.sysv.error.QueueExistsException;
import dev.letterbox.sysv.error.QueueFullException;
import dev.letterbox.sysv.error.QueueRemovedException;
import dev.letterbox.sysv.error.QueueReplacedException;
import dev.letterbox.sysv.error.TableFullException;
import dev.letterbox.sysv.error.UnexpectedErrnoException;
import dev.letterbox.sysv.error.UnsupportedKernelException;
import dev.letterbox.sysv.linux.Errno;
import dev.letterbox.sysv.linux.Linux;
import dev.letterbox.sysv.linux.layout.MsqidDs;
import dev.letterbox.sysv.support.ForwardingLinux;
import dev.letterbox.testkit.JavaProcess;
import dev.letterbox.testkit.Privileges;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Every error says what was tried on which queue, what the kernel said, the figures, and the command that helps. */
final class QueueExceptionTest {
    @Test
    void noSuchQueueByKeyNamesTheKeyAndHowToSeeAll() {
        Key key = Key.free();
        assertThatExceptionOfType(NoSuchQueueException.class)
                .isThrownBy(() -> MessageQueue.open(key))
                .withMessage("There is no message queue with key " + key
                        + " (msgget: ENOENT). MessageQueues.list() returns all queues.")
                .satisfies(failure -> {
                    assertThat(failure.problem())
                            .isEqualTo("There is no message queue with key " + key + " (msgget: ENOENT).");
                    assertThat(failure.advice()).contains("MessageQueues.list() returns all queues.");
                });
    }

    @Test
    void noSuchQueueByIdNamesTheIdAndTheCall() {
        int gone = Samples.goneId();
        assertThatExceptionOfType(NoSuchQueueException.class)
                .isThrownBy(() -> MessageQueue.ofId(gone).trySend(Samples.message(1, 1)))
                .withMessage("Cannot send to queue " + gone
                        + ": there is no such queue (msgsnd: EINVAL). MessageQueues.list() returns all queues.");
    }

    @Test
    void existsNamesKeyIdOwnerCreatorModeAndHowToRemoveIt() {
        Key key = Key.free();
        try (OwnedQueue holder = OwnedQueue.create(key, Mode.of(0_640))) {
            long uid = Linux.host().geteuid();
            assertThatExceptionOfType(QueueExistsException.class)
                    .isThrownBy(() -> MessageQueue.create(key, Mode.OWNER))
                    .withMessage("A message queue with key " + key + " already exists: queue " + holder.id()
                            + ", owner uid " + uid + ", creator uid " + uid
                            + ", mode 0640 (msgget: EEXIST). Open it with MessageQueue.open, or remove it with"
                            + " MessageQueue.remove if no program uses it.");
        }
    }

    @Test
    void deniedNamesTheCallTheQueueItsOwnerAndModeAndWhoIAm() {
        Key key = Key.free();
        try (OwnedQueue queue = OwnedQueue.create(key, Mode.of(0_620))) {
            Map<String, String> outcomes = Attempt.outcomes(JavaProcess.running(Denied.class)
                    .readableByAll()
                    .command(key.toString())
                    .asUser(Privileges.NOBODY)
                    .run());
            long uid = Linux.host().geteuid();
            String whose = " It is queue " + queue.id() + ", owner uid " + uid + ", creator uid " + uid
                    + ", mode 0620; you are uid 65534 gid 65534.";
            String told = whose + " Run this as uid " + uid + ", or have its owner widen the mode.";
            String control =
                    whose + " Only its owner, its creator and root (CAP_SYS_ADMIN) may do that, whatever its mode."
                            + " Run this as uid " + uid + ".";
            String named = "queue " + queue.id() + " (key " + key + ")";

            assertThat(outcomes)
                    .containsEntry(
                            "open",
                            "QueueAccessException EACCES Cannot open the queue with key " + key
                                    + ": permission denied (msgget: EACCES)." + told)
                    .containsEntry(
                            "send",
                            "QueueAccessException EACCES Cannot send to " + named
                                    + ": permission denied (msgsnd: EACCES)." + told)
                    .containsEntry(
                            "receive",
                            "QueueAccessException EACCES Cannot receive from " + named
                                    + ": permission denied (msgrcv: EACCES)." + told)
                    .containsEntry(
                            "remove",
                            "QueueAccessException EPERM Cannot remove " + named
                                    + ": operation not permitted (msgctl(IPC_RMID): EPERM)." + control)
                    .containsEntry(
                            "capacity",
                            "QueueAccessException EPERM Cannot set the capacity of " + named
                                    + ": operation not permitted (msgctl(IPC_SET): EPERM)." + control);
        }
    }

    static final class Denied {
        public static void main(String[] args) {
            Key key = Key.parse(args[0]);
            Attempt.print("open", () -> MessageQueue.open(key, Mode.OWNER));
            MessageQueue queue = MessageQueue.open(key);
            Attempt.print("send", () -> queue.trySend(Samples.message(1, 1)));
            Attempt.print("receive", () -> queue.tryReceive(MessageBuffer.allocate(), Selector.any()));
            Attempt.print("remove", queue::remove);
            Attempt.print("capacity", () -> queue.setCapacity(100_000_000));
        }
    }

    @Test
    void whoIsDeniedAtItsOwnQueueIsNotToldToBecomeItself() {
        // Above the largest int: a user id is an unsigned number.
        long uid = 4_000_000_000L;
        Privileges.assumeRoot();
        Linux someUsers = new ForwardingLinux() {
            @Override
            public long geteuid() {
                return uid;
            }

            @Override
            public long msgsnd(int id, MemorySegment message, long size, int flags) {
                return Errno.EACCES.asResult();
            }
        };
        try (OwnedQueue queue = OwnedQueue.createPrivate(Mode.of(0))) {
            queue.setOwner((int) uid, 12);
            assertThatExceptionOfType(QueueAccessException.class)
                    .isThrownBy(() -> MessageQueue.ofId(someUsers, queue.id()).trySend(Samples.message(1, 1)))
                    .withMessageContaining("owner uid 4000000000")
                    .withMessageEndingWith("you are uid 4000000000 gid %d. You can widen its mode yourself."
                            .formatted(Linux.host().getegid()));
        }
    }

    /** The kernel gives the creator the owner's rights, also once the queue is somebody else's. */
    @Test
    void theCreatorOfAQueueThatWasGivenAwayIsNotToldToBecomeItsOwnerAndAStrangerIs() {
        Privileges.assumeRoot();
        try (OwnedQueue queue = OwnedQueue.createPrivate(Mode.of(0))) {
            queue.setOwner(12, 12);
            assertThatExceptionOfType(QueueAccessException.class)
                    .isThrownBy(() -> MessageQueue.ofId(denying(Linux.host().geteuid()), queue.id())
                            .trySend(Samples.message(1, 1)))
                    .withMessageNotContaining("Run this as");
            assertThatExceptionOfType(QueueAccessException.class)
                    .isThrownBy(() -> MessageQueue.ofId(denying(13), queue.id()).trySend(Samples.message(1, 1)))
                    .withMessageEndingWith("Run this as uid 12, or have its owner widen the mode.");
        }
    }

    private static Linux denying(long uid) {
        return new ForwardingLinux() {
            @Override
            public long geteuid() {
                return uid;
            }

            @Override
            public long msgsnd(int id, MemorySegment message, long size, int flags) {
                return Errno.EACCES.asResult();
            }
        };
    }

    @Test
    void tableFullNamesUsedAndLimitAndTheCommandsForBoth() {
        Map<String, String> outcomes = Attempt.outcomes(JavaProcess.running(FillsTheTable.class)
                .command()
                .inOwnIpcNamespace(Map.of("msgmni", 2))
                .run());
        String told = ": the table of queues is full, 2 of 2 are in use (msgget: ENOSPC). Raise the limit: sysctl -w"
                + " kernel.msgmni=64. MessageQueues.list() returns all queues.";
        assertThat(outcomes)
                .containsEntry("private", "TableFullException ENOSPC Cannot create a private queue" + told)
                .containsEntry("key", "TableFullException ENOSPC Cannot open the queue with key 0x0000002a" + told);
    }

    static final class FillsTheTable {
        public static void main(String[] none) {
            for (int made = 0; made < 2; made++) {
                Attempt.print("made", OwnedQueue.createPrivate(Mode.OWNER));
            }
            Attempt.print("private", () -> OwnedQueue.createPrivate(Mode.OWNER));
            Attempt.print("key", () -> OwnedQueue.create(Key.of(42), Mode.OWNER));
        }
    }

    @Test
    void queueFullNamesSizeAndFiguresAndHowToSeeWhoReads() {
        try (OwnedQueue full = Samples.fullQueue()) {
            assertThatExceptionOfType(QueueFullException.class)
                    .isThrownBy(() -> full.send(Samples.message(1, 10), Duration.ofNanos(1)))
                    .withMessage("Cannot send 10 bytes to queue " + full.id()
                            + ": it stayed full (64 of 64 bytes in 1 message; msgsnd: EAGAIN). Its reader is too slow or not"
                            + " running. MessageQueues.find(" + full.id()
                            + ") shows when a message was last received.");
        }
    }

    @Test
    void tooLargeForTheKernelNamesSizeLimitAndTheCommand() {
        int limit = MessageQueues.limits().maxMessageBytes();
        try (OwnedQueue queue = OwnedQueue.createPrivate(Mode.OWNER)) {
            assertThatExceptionOfType(MessageTooLargeException.class)
                    .isThrownBy(() -> queue.trySend(Samples.message(1, limit + 1)))
                    .withMessage("Cannot send " + (limit + 1) + " bytes to queue " + queue.id()
                            + ": the longest message is msgmax, which is " + limit + " (msgsnd: EINVAL). Send it in"
                            + " parts, or raise the limit: sysctl -w kernel.msgmax=" + (limit + 1));
        }
    }

    @Test
    void tooLargeForTheWholeQueueIsToldAtOnceAndNotWaitedFor() {
        try (OwnedQueue queue = OwnedQueue.createPrivate(Mode.OWNER)) {
            queue.setCapacity(100);
            assertThatExceptionOfType(MessageTooLargeException.class)
                    .isThrownBy(() -> queue.send(Samples.message(1, 101)))
                    .withMessage(
                            "Cannot send 101 bytes to queue %d: its capacity is 100 bytes, less than the message (msgsnd: EAGAIN)."
                                            .formatted(queue.id())
                                    + " Its owner can raise it with MessageQueue.setCapacity.");
            assertThat(queue.trySend(Samples.message(1, 101)))
                    .as("not waiting, it is full like any other")
                    .isFalse();
        }
    }

    @Test
    void oneByteIsASingular() {
        try (OwnedQueue queue = OwnedQueue.createPrivate(Mode.OWNER)) {
            queue.setCapacity(1);
            assertThatExceptionOfType(MessageTooLargeException.class)
                    .isThrownBy(() -> queue.send(Samples.message(1, 2)))
                    .withMessageContaining("Cannot send 2 bytes to")
                    .withMessageContaining("its capacity is 1 byte, less than the message");
            assertThat(queue.trySend(Samples.message(1, 1))).isTrue();
            assertThatExceptionOfType(QueueFullException.class)
                    .isThrownBy(() -> queue.send(Samples.message(1, 1), Duration.ZERO))
                    .withMessageContaining("Cannot send 1 byte to")
                    .withMessageContaining("(1 of 1 byte in 1 message; msgsnd: EAGAIN)");
        }
    }

    @Test
    void aCapacityOfZeroOrBelowTheMessageIsToldInsteadOfBlamingTheReader() {
        try (OwnedQueue queue = OwnedQueue.createPrivate(Mode.OWNER)) {
            queue.setCapacity(100);
            assertThatExceptionOfType(MessageTooLargeException.class)
                    .isThrownBy(() -> queue.send(Samples.message(1, 101), Duration.ZERO))
                    .withMessageContaining("its capacity is 100 bytes, less than the message");
            setRawCapacity(queue.id(), 0);
            String told = "Cannot send 0 bytes to queue " + queue.id()
                    + ": its capacity is 0 bytes, so it accepts no message (msgsnd: EAGAIN). Its owner can raise it with"
                    + " MessageQueue.setCapacity.";
            assertThatExceptionOfType(MessageTooLargeException.class)
                    .isThrownBy(() -> queue.send(Samples.message(1, 0), Duration.ofMillis(1)))
                    .withMessage(told);
            assertThatExceptionOfType(MessageTooLargeException.class)
                    .isThrownBy(() -> queue.send(Samples.message(1, 0)))
                    .withMessage(told);
        }
    }

    /** As a program does that sets 2^32: the kernel takes the lower half. */
    private static void setRawCapacity(int id, long bytes) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment state = arena.allocate(MsqidDs.LAYOUT);
            assertThat(Linux.host().msgctl(id, Linux.IPC_STAT, state)).isZero();
            MsqidDs.setQbytes(state, bytes);
            assertThat(Linux.host().msgctl(id, Linux.IPC_SET, state)).isZero();
        }
    }

    @Test
    void aCapacityBeyondTheKernelsIntIsRefusedAndNothingIsChanged() {
        try (OwnedQueue queue = OwnedQueue.createPrivate(Mode.OWNER)) {
            long before = queue.status().capacity().orElseThrow();
            for (long wrong : new long[] {0, -1, 1L << 31, 1L << 32, (1L << 32) + 1, Long.MAX_VALUE}) {
                assertThatIllegalArgumentException()
                        .isThrownBy(() -> queue.setCapacity(wrong))
                        .withMessage("A queue's capacity must be 1 to 2147483647 bytes, not " + wrong + ".");
            }
            assertThat(queue.status().capacity()).hasValue(before);
        }
    }

    @Test
    void anOwnerIsToldThatTheKernelChecksTheCapacityFirstWhateverItChanges() {
        Map<String, String> outcomes = Attempt.outcomes(JavaProcess.running(OwnsALargeQueue.class)
                .command()
                .withoutCapability("sys_resource")
                .inOwnIpcNamespace(Map.of("msgmnb", 2000))
                .run());
        String told =
                "QueueAccessException EPERM Cannot set the %s of queue 0: its capacity is 2000 bytes, above msgmnb,"
                        + " which is 1000. The kernel checks that before it looks at any other change, and lets only"
                        + " CAP_SYS_RESOURCE pass (msgctl(IPC_SET): EPERM). Lower the capacity first, or raise the limit: sysctl"
                        + " -w kernel.msgmnb=2000.";
        assertThat(outcomes)
                .containsEntry("mode", told.formatted("mode"))
                .containsEntry("owner", told.formatted("owner"))
                .containsEntry(
                        "more",
                        "QueueAccessException EPERM Cannot set the capacity of queue 0 to 3000 bytes: more than msgmnb,"
                                + " which is 1000, needs CAP_SYS_RESOURCE (msgctl(IPC_SET): EPERM). Raise the limit:"
                                + " sysctl -w kernel.msgmnb=3000.")
                .containsEntry("capacity", "done")
                .containsEntry("mode then", "done");
    }

    static final class OwnsALargeQueue {
        public static void main(String[] none) {
            try (OwnedQueue queue = OwnedQueue.createPrivate(Mode.OWNER)) {
                Sysctl.write("msgmnb", 1000);
                Attempt.print("mode", () -> queue.setMode(Mode.of(0_660)));
                Attempt.print("owner", () -> queue.setOwner(1, 1));
                Attempt.print("more", () -> queue.setCapacity(3000));
                Attempt.print("capacity", () -> queue.setCapacity(1000));
                Attempt.print("mode then", () -> queue.setMode(Mode.of(0_660)));
            }
        }
    }

    @Test
    void tooLargeToReceiveNamesBothSizes() {
        try (OwnedQueue queue = OwnedQueue.createPrivate(Mode.OWNER)) {
            queue.trySend(Samples.message(1, 20));
            assertThatExceptionOfType(MessageTooLargeException.class)
                    .isThrownBy(() -> queue.tryReceive(MessageBuffer.fixed(10), Selector.any()))
                    .withMessage(
                            "Cannot receive from queue %d: the message has 20 bytes and the buffer 10 (msgrcv: E2BIG)."
                                            .formatted(queue.id())
                                    + " It stays in the queue.");
        }
    }

    @Test
    void removedNamesTheQueueAndTheCall() {
        try (OwnedQueue queue = OwnedQueue.createPrivate(Mode.OWNER)) {
            queue.remove();
            assertThatExceptionOfType(QueueRemovedException.class)
                    .isThrownBy(queue::status)
                    .withMessage("Cannot read the state of queue %d: the queue was removed (msgctl(IPC_STAT): EINVAL)."
                            .formatted(queue.id()));
        }
    }

    @Test
    void aChangeOfARemovedQueueIsNamedAndNotTheLookBeforeIt() {
        try (OwnedQueue queue = OwnedQueue.createPrivate(Mode.OWNER)) {
            queue.remove();
            assertThatExceptionOfType(QueueRemovedException.class)
                    .isThrownBy(() -> queue.setMode(Mode.OWNER))
                    .withMessage("Cannot set the mode of queue %d: the queue was removed (msgctl(IPC_STAT): EINVAL)."
                            .formatted(queue.id()));
        }
    }

    @Test
    void replacedNamesTheKeyAndBothIds() {
        Key key = Key.free();
        try (OwnedQueue old = OwnedQueue.create(key, Mode.OWNER)) {
            old.remove();
            try (OwnedQueue anew = OwnedQueue.create(key, Mode.OWNER)) {
                assertThatExceptionOfType(QueueReplacedException.class)
                        .isThrownBy(() -> old.tryReceive(MessageBuffer.allocate(), Selector.any()))
                        .withMessage("Cannot receive from queue " + old.id() + " (key " + key
                                + "): the queue was removed and made again under key " + key + "; its id was "
                                + old.id() + " and is " + anew.id() + " now (msgrcv: EINVAL). Open it again.");
            }
        }
    }

    @Test
    void closedNamesTheQueue() {
        MessageQueue handle = MessageQueue.ofId(7);
        handle.close();
        assertThatExceptionOfType(QueueClosedException.class)
                .isThrownBy(handle::status)
                .withMessage("Cannot read the state of queue 7: this handle was closed.");
    }

    @Test
    void everyConditionIsATypeOfItsOwnAndASwitchNeedsNoDefault() {
        QueueException failure = new QueueClosedException("closed");
        // Compiles for as long as the list is complete.
        String handled = switch (failure) {
            case MessageTooLargeException _ -> "too large";
            case NativeAccessDeniedException _ -> "native access denied";
            case NoSuchQueueException _ -> "never seen";
            case QueueAccessException _ -> "denied";
            case QueueClosedException _ -> "closed";
            case QueueExistsException _ -> "exists";
            case QueueFullException _ -> "full";
            case QueueReplacedException _ -> "replaced";
            case QueueRemovedException _ -> "removed";
            case TableFullException _ -> "table full";
            case UnexpectedErrnoException _ -> "unexpected";
            case UnsupportedKernelException _ -> "unsupported";
        };
        assertThat(handled).isEqualTo("closed");
    }

    @Test
    void anErrorCanBeSerialized() throws Exception {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
            out.writeObject(new QueueReplacedException("replaced", "EIDRM", 5, 6));
        }
        try (ObjectInputStream in = new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray()))) {
            QueueReplacedException read = (QueueReplacedException) in.readObject();
            assertThat(read).hasMessage("replaced");
            assertThat(read.errno()).contains("EIDRM");
            assertThat(read.oldId()).isEqualTo(5);
            assertThat(read.newId()).isEqualTo(6);
        }
    }
}
