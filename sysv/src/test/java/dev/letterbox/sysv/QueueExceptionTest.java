package dev.letterbox.sysv;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

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
import dev.letterbox.sysv.support.ForwardingLinux;
import dev.letterbox.testkit.JavaProcess;
import dev.letterbox.testkit.Privileges;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
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
                        + " (msgget: ENOENT). See which there are: ipcs -q");
    }

    @Test
    void noSuchQueueByIdNamesTheIdAndTheCall() {
        int gone = Samples.goneId();
        assertThatExceptionOfType(NoSuchQueueException.class)
                .isThrownBy(() -> MessageQueue.ofId(gone).trySend(Samples.message(1, 1)))
                .withMessage("Cannot send to queue " + gone
                        + ": there is no such queue (msgsnd: EINVAL). See which there are: ipcs -q");
    }

    @Test
    void existsNamesKeyIdOwnerCreatorModeAndHowToRemoveIt() {
        Key key = Key.free();
        try (OwnedQueue holder = OwnedQueue.create(key, Mode.of(0_640))) {
            long uid = Linux.host().geteuid();
            assertThatExceptionOfType(QueueExistsException.class)
                    .isThrownBy(() -> MessageQueue.create(key, Mode.OWNER))
                    .withMessage("A message queue with key " + key + " exists already: queue " + holder.id()
                            + ", owner uid " + uid + ", creator uid " + uid
                            + ", mode 0640 (msgget: EEXIST). If nobody uses it, remove it: ipcrm -Q " + key);
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
            String told = whose + " Run this as uid " + uid + ", or let its owner widen the mode.";
            String control =
                    whose + " Whatever its mode, only its owner, its creator and root (CAP_SYS_ADMIN) may do that:"
                            + " run this as uid " + uid + ".";
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
                    .withMessageEndingWith("you are uid 4000000000 gid %d. You may widen its mode yourself."
                            .formatted(Linux.host().getegid()));
        }
    }

    @Test
    void tableFullNamesUsedAndLimitAndTheCommandsForBoth() {
        Map<String, String> outcomes = Attempt.outcomes(JavaProcess.running(FillsTheTable.class)
                .command()
                .inOwnIpcNamespace(Map.of("msgmni", 2))
                .run());
        String told =
                ": the table of queues is full, 2 of 2 are in use (msgget: ENOSPC). See whose they are: ipcs -q -c"
                        + " - and raise the limit: sysctl -w kernel.msgmni=64";
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
                            + ": it stayed full (64 of 64 bytes in 1 messages; msgsnd: EAGAIN). Nobody reads it fast"
                            + " enough: ipcs -q -i " + full.id() + " shows who read last.");
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
                            "Cannot send 101 bytes to queue %d: the whole queue holds only 100 (msgsnd: EAGAIN), so it"
                                            .formatted(queue.id())
                                    + " would never fit. Send it in parts.");
            assertThat(queue.trySend(Samples.message(1, 101)))
                    .as("not waiting, it is full like any other")
                    .isFalse();
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
                                    + " It is still in the queue.");
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
    void replacedNamesTheKeyAndBothIds() {
        Key key = Key.free();
        try (OwnedQueue old = OwnedQueue.create(key, Mode.OWNER)) {
            old.remove();
            try (OwnedQueue anew = OwnedQueue.create(key, Mode.OWNER)) {
                assertThatExceptionOfType(QueueReplacedException.class)
                        .isThrownBy(() -> old.tryReceive(MessageBuffer.allocate(), Selector.any()))
                        .withMessage("Cannot receive from queue " + old.id() + " (key " + key
                                + "): the queue was removed and made again under key " + key + "; its id was "
                                + old.id() + " and is " + anew.id() + " now (msgrcv: EINVAL). Open it anew.");
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
