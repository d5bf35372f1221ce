package dev.letterbox.sysv;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.letterbox.sysv.error.MessageTooLargeException;
import dev.letterbox.sysv.error.QueueAccessException;
import dev.letterbox.sysv.error.QueueException;
import dev.letterbox.sysv.error.UnexpectedErrnoException;
import dev.letterbox.sysv.error.UnsupportedKernelException;
import dev.letterbox.sysv.linux.Errno;
import dev.letterbox.sysv.linux.Linux;
import dev.letterbox.sysv.support.ForwardingLinux;
import dev.letterbox.testkit.Background;
import dev.letterbox.testkit.Deadline;
import dev.letterbox.testkit.JavaProcess;
import dev.letterbox.testkit.Privileges;
import dev.letterbox.testkit.TempFiles;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Kernels that lack something, change under the library's feet, or say what nobody expects. */
final class OddKernelTest {
    private static final int COPY = Linux.MSG_COPY;

    @Test
    void aKernelWithoutMessageQueuesIsNamedAsSuch() {
        Linux none = new Filtered(Errno.ENOSYS) {
            @Override
            public boolean hasMessageQueues() {
                return false;
            }
        };
        List<Runnable> calls = List.of(
                () -> MessageQueue.get(none, Key.of(1), 0),
                () -> OwnedQueue.createPrivate(none, Mode.OWNER),
                () -> MessageQueues.limits(none),
                () -> MessageQueues.usage(none),
                () -> MessageQueues.list(none),
                () -> MessageQueues.canPeek(none),
                () -> MessageQueues.checkFilters(none),
                () -> MessageQueue.ofId(none, 0).tryReceive(MessageBuffer.allocate(), Selector.any()),
                () -> Key.free(none));
        assertThat(calls)
                .allSatisfy(call -> assertThatExceptionOfType(UnsupportedKernelException.class)
                        .isThrownBy(call::run)
                        .withMessageContainingAll("this kernel is built without System V IPC", "ENOSYS")
                        .satisfies(failure -> assertThat(failure.errno()).contains("ENOSYS")));
    }

    /** As a security module or a system call filter does, which the kernel's own rules do not know of. */
    private static Linux refusing(Errno errno, Integer... commands) {
        return new ForwardingLinux() {
            @Override
            public long msgctl(int id, int command, MemorySegment argument) {
                return List.of(commands).contains(command) ? errno.asResult() : super.msgctl(id, command, argument);
            }
        };
    }

    @ParameterizedTest
    @EnumSource(names = {"EPERM", "EACCES", "ENOSYS"})
    void whatASecurityModuleRefusesIsReadFromProcAndNamed(Errno errno) {
        Linux refusing = refusing(errno, Linux.IPC_INFO, Linux.MSG_INFO, Linux.MSG_STAT_ANY);
        try (OwnedQueue queue = OwnedQueue.createPrivate(Mode.OWNER)) {
            Samples.queue(queue, 1, 2, 3);
            QueueStatus status = MessageQueues.find(queue.id()).orElseThrow();

            assertThat(MessageQueues.limits(refusing)).isEqualTo(MessageQueues.limits());
            assertThat(MessageQueues.usage(refusing)).isEqualTo(MessageQueues.usage());
            assertThat(MessageQueues.list(refusing)).isEqualTo(MessageQueues.list());
            assertThat(MessageQueues.find(refusing, queue.id())).contains(status);
            assertThat(MessageQueue.ofId(refusing, queue.id()).isStill(status)).isTrue();
            assertThat(MessageQueues.find(refusing, Integer.MAX_VALUE)).isEmpty();
            assertThat(MessageQueues.refusals(refusing))
                    .containsExactly(
                            new Refusal("msgctl(IPC_INFO)", errno.name(), "/proc/sys/kernel/msg*"),
                            new Refusal("msgctl(MSG_INFO)", errno.name(), "/proc/sysvipc/msg"),
                            new Refusal("msgctl(MSG_STAT_ANY)", errno.name(), "/proc/sysvipc/msg"));
            assertThat(MessageQueues.refusals()).isEmpty();
        }
    }

    /** A security module decides for each queue. */
    @Test
    void aQueueWhoseStateIsRefusedIsListedAndFoundAllTheSame() {
        try (OwnedQueue open = OwnedQueue.createPrivate(Mode.OWNER);
                OwnedQueue secret = OwnedQueue.createPrivate(Mode.OWNER)) {
            Linux refusing = new ForwardingLinux() {
                @Override
                public long msgctl(int id, int command, MemorySegment argument) {
                    long result = super.msgctl(id, command, argument);
                    return command == MSG_STAT_ANY && result == secret.id() ? Errno.EACCES.asResult() : result;
                }
            };
            assertThat(MessageQueues.list(refusing)).extracting(QueueStatus::id).contains(open.id(), secret.id());
            assertThat(MessageQueues.find(refusing, secret.id())).isPresent();
            assertThat(MessageQueues.refusals(refusing))
                    .extracting(Refusal::call)
                    .containsExactly("msgctl(MSG_STAT_ANY)");
        }
    }

    @Test
    void theCapacityIsStillToldWhereOnlyTheListIsRefused() {
        Linux refusing = refusing(Errno.EPERM, Linux.MSG_INFO, Linux.IPC_STAT);
        try (OwnedQueue queue = OwnedQueue.createPrivate(Mode.OWNER)) {
            assertThat(MessageQueues.list(refusing))
                    .filteredOn(status -> status.id() == queue.id())
                    .singleElement()
                    .satisfies(status -> assertThat(status.capacity())
                            .isEqualTo(queue.status().capacity()));
        }
    }

    private static final String LAYER =
            "The kernel's own rules allow it, so a security module (SELinux, AppArmor, Smack) or a system call filter refused it";

    /** The kernel's rules never answer EPERM to these, and EACCES only where the mode denies it. */
    @ParameterizedTest
    @EnumSource(names = {"EPERM", "EACCES"})
    void aCallThatTheKernelsRulesAllowAndThatIsRefusedNamesTheLayer(Errno errno) {
        Linux refusing = new Refusing(errno);
        Key key = Key.free();
        try (OwnedQueue queue = OwnedQueue.create(key, Mode.OWNER)) {
            String it = "It is queue %d, owner uid ".formatted(queue.id());
            Map<String, ThrowingCallable> calls = Map.of(
                    "msgsnd", () -> MessageQueue.ofId(refusing, queue.id()).trySend(Samples.message(1, 1)),
                    "msgrcv",
                            () -> MessageQueue.ofId(refusing, queue.id())
                                    .tryReceive(MessageBuffer.allocate(), Selector.any()),
                    "msgget", () -> MessageQueue.get(refusing, key, 0));
            calls.forEach((call, made) -> assertThatExceptionOfType(QueueAccessException.class)
                    .isThrownBy(made)
                    .withMessageContainingAll("(" + call + ": " + errno + "). " + it, "; you are uid ", LAYER)
                    .withMessageNotContaining("Run this as"));
        }
        assertThatExceptionOfType(QueueAccessException.class)
                .isThrownBy(() -> MessageQueue.getPrivate(refusing, Mode.OWNER))
                .withMessageContainingAll(
                        "Cannot create a private queue", "(msgget: " + errno + "). You are uid ", LAYER);
    }

    /** Programs with users of their own say where to look next in their own words. */
    @Test
    void theAdviceOfALayersRefusalIsNoPartOfTheProblem() {
        assertThatExceptionOfType(QueueAccessException.class)
                .isThrownBy(() -> MessageQueue.getPrivate(new Refusing(Errno.EPERM), Mode.OWNER))
                .withMessageContaining("See: journalctl -k")
                .matches(QueueAccessException::isByLayer)
                .satisfies(refused -> assertThat(refused.problem()).endsWith(LAYER + "."));
    }

    /** Refuses to open, to send and to receive. */
    private static class Refusing extends ForwardingLinux {
        final Errno errno;

        Refusing(Errno errno) {
            this.errno = errno;
        }

        @Override
        public long msgget(int key, int flags) {
            return errno.asResult();
        }

        @Override
        public long msgsnd(int id, MemorySegment message, long size, int flags) {
            return errno.asResult();
        }

        @Override
        public long msgrcv(int id, MemorySegment message, long size, long type, int flags) {
            return errno.asResult();
        }
    }

    /** Refuses all four calls, as container runtimes do with calls that they do not know. */
    private static class Filtered extends Refusing {
        Filtered(Errno errno) {
            super(errno);
        }

        @Override
        public long msgctl(int id, int command, MemorySegment argument) {
            return errno.asResult();
        }
    }

    @Test
    void aFilterThatSaysThereIsNoSuchCallIsNotTakenForAKernelWithoutIt() {
        Linux filtered = new Filtered(Errno.ENOSYS);
        try (OwnedQueue queue = OwnedQueue.createPrivate(Mode.OWNER)) {
            MessageQueue same = MessageQueue.ofId(filtered, queue.id());
            List<ThrowingCallable> calls = List.of(
                    () -> MessageQueue.getPrivate(filtered, Mode.OWNER),
                    () -> MessageQueue.get(filtered, Key.of(1), 0),
                    () -> Key.free(filtered),
                    () -> same.trySend(Samples.message(1, 1)),
                    () -> same.tryReceive(MessageBuffer.allocate(), Selector.any()),
                    () -> same.peek(MessageBuffer.allocate(), 0),
                    () -> MessageQueues.canPeek(filtered),
                    same::status,
                    same::remove,
                    () -> same.setMode(Mode.OWNER));
            assertThat(calls)
                    .allSatisfy(call -> assertThatExceptionOfType(QueueAccessException.class)
                            .isThrownBy(call)
                            .withMessageContainingAll(
                                    ": ENOSYS). ", "a system call filter (seccomp) refused it", "logs nothing"));
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"EPERM", "EACCES", "ENOSYS"})
    void aRefusedPeekIsNotBlamedOnAQueueThatDoesNotExist(Errno errno) {
        assertThatExceptionOfType(QueueAccessException.class)
                .isThrownBy(() -> MessageQueues.canPeek(new Filtered(errno)))
                .withMessageStartingWith("Cannot peek into queues: ")
                .withMessageContainingAll("(msgrcv: " + errno + ")", "system call filter");
        assertThatExceptionOfType(QueueAccessException.class)
                .isThrownBy(() ->
                        MessageQueue.ofId(new Filtered(errno), Samples.goneId()).peek(MessageBuffer.allocate(), 0))
                .withMessageContaining("system call filter");
        assertThatExceptionOfType(QueueAccessException.class)
                .isThrownBy(() -> MessageQueues.checkFilters(new Filtered(errno)))
                .withMessageContainingAll("Cannot send to queues", "(msgsnd: " + errno + ")", "system call filter")
                .matches(QueueAccessException::isByLayer);
        MessageQueues.checkFilters();
        assertThat(MessageQueues.canPeek(Linux.host())).isTrue();
        assertThat(MessageQueues.canPeek(new WithoutCopy())).isFalse();
    }

    /** The kernel grants msgget what its flags ask the mode for, and 0 asks for nothing. */
    @Test
    void whoMayOpenAQueueByItsModeIsNotToldToChangeTheMode() {
        Privileges.assumeRoot();
        Linux refusing = new ForwardingLinux() {
            @Override
            public long geteuid() {
                return Privileges.NOBODY;
            }

            @Override
            public long getegid() {
                return Privileges.NOBODY;
            }

            @Override
            public long msgget(int key, int flags) {
                return Errno.EACCES.asResult();
            }
        };
        Key key = Key.free();
        try (OwnedQueue _ = OwnedQueue.create(key, Mode.of(0_602))) {
            for (int flags : new int[] {0, 0_200, 0_222}) {
                assertThatExceptionOfType(QueueAccessException.class)
                        .isThrownBy(() -> MessageQueue.get(refusing, key, flags))
                        .withMessageContaining(LAYER)
                        .withMessageNotContaining("Run this as");
            }
            for (int flags : new int[] {0_400, 0_660}) {
                assertThatExceptionOfType(QueueAccessException.class)
                        .isThrownBy(() -> MessageQueue.get(refusing, key, flags))
                        .withMessageContaining("have its owner widen the mode")
                        .withMessageNotContaining(LAYER);
            }
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"EPERM", "EACCES"})
    void aRefusedChangeIsNotBlamedOnAnOldKernel(Errno errno) {
        try (OwnedQueue queue = OwnedQueue.createPrivate(Mode.OWNER)) {
            assertThatExceptionOfType(QueueAccessException.class)
                    .isThrownBy(() ->
                            MessageQueue.ofId(new Filtered(errno), queue.id()).setMode(Mode.of(0_620)))
                    .withMessageContaining(LAYER)
                    .withMessageNotContaining("4.17");
        }
    }

    /** To change a queue, its whole state is written: what could not be read would be written as 0. */
    @Test
    void aQueueForAnotherUserWhoseStateCannotBeReadKeepsItsCapacity() {
        Linux host = Linux.host();
        MessageBuffer first = MessageBuffer.fixed(1).put(1, new byte[1]);
        Linux refusing = refusing(Errno.EACCES, Linux.IPC_STAT);
        try (OwnedQueue queue = OwnedQueue.createPrivate(refusing, (int) host.geteuid(), (int) host.getegid(), first)) {
            assertThat(MessageQueues.find(queue.id()).orElseThrow().capacity())
                    .hasValue(MessageQueues.limits().queueBytes());
            assertThat(MessageQueues.find(queue.id()).orElseThrow().mode()).isEqualTo(Mode.OWNER);
        }
    }

    /** Why a queue cannot be removed is a consequence; the reason to give up came first. */
    @Test
    void aQueueThatCanNeitherBeCompletedNorRemovedSaysWhyItCannotBeCompleted() {
        Linux host = Linux.host();
        Linux refusing = refusing(Errno.EPERM, Linux.IPC_SET, Linux.IPC_RMID);
        MessageBuffer first = MessageBuffer.fixed(1).put(1, new byte[1]);
        assertThatExceptionOfType(QueueAccessException.class)
                .isThrownBy(() -> OwnedQueue.createPrivate(refusing, (int) host.geteuid(), (int) host.getegid(), first))
                .withMessageContainingAll("Cannot set the owner of queue ", "msgctl(IPC_SET): EPERM", LAYER)
                .satisfies(said -> MessageQueue.ofId(
                                Integer.parseInt(said.getMessage().replaceAll("^\\D+(\\d+)[\\s\\S]*$", "$1")))
                        .remove());
    }

    @Test
    void nobodyIsToldToBecomeTheOwnerWhereTheModeIsNotTheReason() {
        Privileges.assumeRoot();
        Linux refusing = new ForwardingLinux() {
            @Override
            public long geteuid() {
                return Privileges.NOBODY;
            }

            @Override
            public long msgsnd(int id, MemorySegment message, long size, int flags) {
                return Errno.EPERM.asResult();
            }
        };
        try (OwnedQueue queue = OwnedQueue.createPrivate(Mode.of(0_622))) {
            assertThatExceptionOfType(QueueAccessException.class)
                    .isThrownBy(() -> MessageQueue.ofId(refusing, queue.id()).trySend(Samples.message(1, 1)))
                    .withMessageContaining(LAYER)
                    .withMessageNotContaining("Only its owner");
        }
    }

    /** As Linux before 4.17: the command is not known. */
    private static class WithoutStatAny extends ForwardingLinux {
        @Override
        public long msgctl(int id, int command, MemorySegment argument) {
            return command == MSG_STAT_ANY ? Errno.EINVAL.asResult() : super.msgctl(id, command, argument);
        }
    }

    @Test
    void withoutStatAnyTheListComesFromProcAndIsTheSame() {
        Linux old = new WithoutStatAny();
        try (OwnedQueue queue = OwnedQueue.create(Key.free(), Mode.of(0_640));
                OwnedQueue used = OwnedQueue.createPrivate(Mode.OWNER)) {
            Samples.queue(used, 1, 2, 3);

            assertThat(MessageQueues.list(old))
                    .containsAll(List.of(queue.status(), used.status()))
                    .hasSameSizeAs(MessageQueues.list());
        }
    }

    @Test
    void withoutStatAnyAnEmptyTableIsEmpty() {
        Map<String, String> outcomes = Attempt.outcomes(JavaProcess.running(ListsNothing.class)
                .command()
                .inOwnIpcNamespace(Map.of())
                .run());

        assertThat(outcomes).containsEntry("new", "[]").containsEntry("old", "[]");
    }

    static final class ListsNothing {
        public static void main(String[] none) {
            Attempt.print("new", MessageQueues.list());
            Attempt.print("old", MessageQueues.list(new WithoutStatAny()));
        }
    }

    @Test
    void withoutStatAnyAQueueIsFoundAndAStrangersIdIsNot() {
        Linux old = new WithoutStatAny();
        try (OwnedQueue queue = OwnedQueue.createPrivate(Mode.OWNER)) {
            assertThat(MessageQueues.find(old, queue.id())).contains(queue.status());
            assertThat(MessageQueues.find(old, Samples.goneId())).isEmpty();
        }
    }

    @Test
    void withoutStatAnyAndWithoutReadPermissionAQueueIsFoundInProcWithoutItsCapacity() {
        Linux old = new WithoutStatAny() {
            @Override
            public long msgctl(int id, int command, MemorySegment argument) {
                return command == IPC_STAT ? Errno.EACCES.asResult() : super.msgctl(id, command, argument);
            }
        };
        try (OwnedQueue queue = OwnedQueue.createPrivate(Mode.OWNER)) {
            QueueStatus status = MessageQueues.find(old, queue.id()).orElseThrow();
            assertThat(status.mode()).isEqualTo(Mode.OWNER);
            assertThat(status.capacity()).isEmpty();
        }
    }

    @Test
    void withoutStatAnyAQueueIsChangedAndClosedAllTheSame() {
        OwnedQueue queue = OwnedQueue.createPrivate(new WithoutStatAny(), Mode.OWNER);
        try (queue) {
            queue.setMode(Mode.of(0_620));
            queue.setCapacity(100);
            assertThat(queue.status().mode()).isEqualTo(Mode.of(0_620));
            assertThat(queue.status().capacity()).hasValue(100);
        }
        assertThat(MessageQueues.find(queue.id())).isEmpty();
    }

    /** That it can widen the mode itself is no help: that is what it tried. */
    @Test
    void withoutStatAnyTheOwnerOfAWriteOnlyQueueIsToldWhyItCannotChangeIt() {
        Linux old = new WithoutStatAny() {
            @Override
            public long msgctl(int id, int command, MemorySegment argument) {
                return command == IPC_STAT ? Errno.EACCES.asResult() : super.msgctl(id, command, argument);
            }
        };
        try (OwnedQueue queue = OwnedQueue.createPrivate(Mode.OWNER)) {
            assertThatExceptionOfType(QueueAccessException.class)
                    .isThrownBy(() -> MessageQueue.ofId(old, queue.id()).setMode(Mode.of(0_620)))
                    .withMessageStartingWith("Cannot set the mode of queue " + queue.id() + ": ")
                    .withMessageContaining("the capacity cannot be read")
                    .withMessageEndingWith("Run this as root.");
            assertThat(queue.status().mode()).isEqualTo(Mode.OWNER);
        }
    }

    @Test
    void withoutStatAnyAMessageThatNeverFitsIsRefusedToo() {
        try (OwnedQueue queue = OwnedQueue.createPrivate(new WithoutStatAny(), Mode.OWNER)) {
            queue.setCapacity(10);
            assertThatExceptionOfType(MessageTooLargeException.class)
                    .isThrownBy(() -> queue.trySend(Samples.message(1, 11), Duration.ofMillis(1)));
        }
    }

    /** As a kernel without CONFIG_CHECKPOINT_RESTORE. */
    private static final class WithoutCopy extends ForwardingLinux {
        @Override
        public long msgrcv(int id, MemorySegment message, long size, long type, int flags) {
            return (flags & MSG_COPY) != 0 ? Errno.ENOSYS.asResult() : super.msgrcv(id, message, size, type, flags);
        }
    }

    @Test
    void withoutCopyPeekingSaysThatThisKernelCannot() {
        try (OwnedQueue queue = OwnedQueue.createPrivate(new WithoutCopy(), Mode.OWNER)) {
            Samples.queue(queue, 1);
            for (MessageBuffer buffer : List.of(MessageBuffer.allocate(), MessageBuffer.truncating(1))) {
                assertThatExceptionOfType(UnsupportedKernelException.class)
                        .isThrownBy(() -> queue.peek(buffer, 0))
                        .withMessageContainingAll(
                                "peek into queue " + queue.id(), "CONFIG_CHECKPOINT_RESTORE", "ENOSYS");
            }
            assertThat(queue.status().messages()).isEqualTo(1);
        }
    }

    @Test
    void withoutCopyAMessageTooLargeIsRefusedWithoutItsSize() {
        try (OwnedQueue queue = OwnedQueue.createPrivate(new WithoutCopy(), Mode.OWNER)) {
            queue.trySend(Samples.message(1, 100));
            assertThatExceptionOfType(MessageTooLargeException.class)
                    .isThrownBy(() -> queue.tryReceive(MessageBuffer.fixed(99), Selector.any()))
                    .withMessageContaining("the buffer 99");
        }
    }

    @Test
    void aMessageThatWaitsWhileMsgmaxIsLoweredBelowItIsReceivedWhole() {
        Map<String, String> outcomes = outcomesOfALoweredLimit();

        assertThat(outcomes).containsEntry("messages", "3").containsEntry("limit", "1000");
        assertThat(outcomes.get("fixed")).startsWith("MessageTooLargeException E2BIG ");
        assertThat(outcomes.get("truncated")).isEqualTo("true, 100 bytes as sent");
        assertThat(outcomes.get("growing")).isEqualTo("15000 bytes as sent");
        assertThat(outcomes.get("growing asleep")).isEqualTo("15000 bytes as sent");
    }

    @Test
    void aMessageThatWaitsWhileMsgmaxIsLoweredBelowItCannotBeCopiedAndThatIsSaidSo() {
        Map<String, String> outcomes = outcomesOfALoweredLimit();

        for (String peeked : List.of("peeked growing", "peeked truncating", "peeked fixed")) {
            assertThat(outcomes.get(peeked))
                    .startsWith("MessageTooLargeException EINVAL ")
                    .contains("msgmax");
        }
        assertThat(outcomes.get("messages after the peeks")).isEqualTo("3");
    }

    private static Map<String, String> outcomesOfALoweredLimit() {
        return Attempt.outcomes(JavaProcess.running(LowersTheLimit.class)
                .command()
                .inOwnIpcNamespace(Map.of("msgmax", 20_000, "msgmnb", 65_536))
                .run());
    }

    static final class LowersTheLimit {
        private static final byte[] BODY = TempFiles.bytes(15_000);

        public static void main(String[] none) throws InterruptedException {
            try (OwnedQueue queue = OwnedQueue.createPrivate(Mode.OWNER)) {
                for (int message = 0; message < 3; message++) {
                    queue.trySend(MessageBuffer.allocate().put(1, BODY));
                }
                Attempt.print("messages", queue.status().messages());
                Sysctl.write("msgmax", 1000);
                Attempt.print("limit", MessageQueues.limits().maxMessageBytes());
                Attempt.print("peeked growing", () -> queue.peek(MessageBuffer.allocate(), 0));
                Attempt.print("peeked truncating", () -> queue.peek(MessageBuffer.truncating(100), 0));
                Attempt.print("peeked fixed", () -> queue.peek(MessageBuffer.fixed(16_000), 0));
                Attempt.print("messages after the peeks", queue.status().messages());
                Attempt.print("fixed", () -> queue.tryReceive(MessageBuffer.fixed(100), Selector.any()));
                MessageBuffer truncating = MessageBuffer.truncating(100);
                queue.tryReceive(truncating, Selector.any());
                Attempt.print("truncated", truncating.truncated() + ", " + told(truncating));
                MessageBuffer growing = MessageBuffer.allocate();
                queue.tryReceive(growing, Selector.any());
                Attempt.print("growing", told(growing));
                MessageBuffer asleep = MessageBuffer.allocate();
                queue.receive(asleep, Selector.any());
                Attempt.print("growing asleep", told(asleep));
            }
        }

        private static String told(MessageBuffer buffer) {
            boolean asSent = buffer.body().mismatch(MemorySegment.ofArray(BODY).asSlice(0, buffer.size())) < 0;
            return buffer.size() + " bytes" + (asSent ? " as sent" : " of something else");
        }
    }

    @Test
    void anErrnoThatNobodyKnowsIsAFailureAndNamedAsUnknown() {
        Linux odd = new ForwardingLinux() {
            @Override
            public long msgsnd(int id, MemorySegment message, long size, int flags) {
                return -133;
            }

            @Override
            public long msgrcv(int id, MemorySegment message, long size, long type, int flags) {
                return -133;
            }
        };
        try (OwnedQueue queue = OwnedQueue.createPrivate(odd, Mode.OWNER)) {
            assertUnknown(() -> queue.trySend(Samples.message(1, 1)), "msgsnd");
            assertUnknown(() -> queue.offer(Samples.message(1, 1)), "msgsnd");
            assertUnknown(() -> queue.tryReceive(MessageBuffer.allocate(), Selector.any()), "msgrcv");
            assertUnknown(() -> queue.peek(MessageBuffer.allocate(), 0), "msgrcv");
        }
    }

    private static void assertUnknown(Runnable call, String name) {
        assertThatExceptionOfType(UnexpectedErrnoException.class)
                .isThrownBy(call::run)
                .withMessageContaining("unknown error 133 (" + name + ": errno 133)")
                .satisfies(failure -> assertThat(failure.errno()).contains("errno 133"));
    }

    @Test
    void aKernelWithoutMemorySaysWhereToLook() {
        Linux poor = new ForwardingLinux() {
            @Override
            public long msgget(int key, int flags) {
                return Errno.ENOMEM.asResult();
            }

            @Override
            public long msgsnd(int id, MemorySegment message, long size, int flags) {
                return Errno.ENOMEM.asResult();
            }
        };
        MessageQueue queue = MessageQueue.ofId(poor, 7);
        List<Runnable> calls =
                List.of(() -> OwnedQueue.createPrivate(poor, Mode.OWNER), () -> queue.trySend(Samples.message(1, 1)));
        assertThat(calls)
                .allSatisfy(call -> assertThatExceptionOfType(UnexpectedErrnoException.class)
                        .isThrownBy(call::run)
                        .withMessageContainingAll("ENOMEM", "cannot allocate memory", "memory.max"));
    }

    @Test
    void anArgumentThatTheKernelRefusesThoughTheQueueIsThereIsNoRemoval() {
        Linux odd = new ForwardingLinux() {
            @Override
            public long msgrcv(int id, MemorySegment message, long size, long type, int flags) {
                return Errno.EINVAL.asResult();
            }
        };
        try (OwnedQueue queue = OwnedQueue.createPrivate(odd, Mode.OWNER)) {
            assertThatExceptionOfType(UnexpectedErrnoException.class)
                    .isThrownBy(() -> queue.tryReceive(MessageBuffer.allocate(), Selector.any()))
                    .withMessageContaining("the kernel rejects an argument (msgrcv: EINVAL)");
        }
    }

    @Test
    void aSleepThatEndsOverAndOverForNoReasonIsBegunAgain() throws InterruptedException {
        AtomicInteger brokenOff = new AtomicInteger();
        Linux restless = new ForwardingLinux() {
            @Override
            public long msgrcv(int id, MemorySegment message, long size, long type, int flags) {
                boolean asleep = (flags & (IPC_NOWAIT | COPY)) == 0;
                return asleep && brokenOff.incrementAndGet() < 1000
                        ? Errno.EINTR.asResult()
                        : super.msgrcv(id, message, size, type, flags);
            }
        };
        try (OwnedQueue queue = OwnedQueue.createPrivate(restless, Mode.OWNER);
                Background<Message> receiver = Background.start("receiver", () -> queue.receive(Selector.any()))) {
            Samples.queue(MessageQueue.ofId(queue.id()), 5);
            assertThat(receiver.result().type()).isEqualTo(5);
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = Errno.class,
            names = {"EIDRM", "ENOMEM"})
    void anInterruptStaysPendingOnAVirtualThreadWhoseCallFailedForAnotherReason(Errno reason)
            throws InterruptedException {
        CountDownLatch asleep = new CountDownLatch(1);
        CountDownLatch mayFail = new CountDownLatch(1);
        Linux slow = new ForwardingLinux() {
            @Override
            public long msgrcv(int id, MemorySegment message, long size, long type, int flags) {
                if ((flags & IPC_NOWAIT) != 0) {
                    return Errno.ENOMSG.asResult();
                }
                asleep.countDown();
                // As deep in the kernel as it gets: no interrupt ends it.
                boolean interrupted = false;
                while (mayFail.getCount() > 0) {
                    try {
                        mayFail.await();
                    } catch (InterruptedException later) {
                        interrupted = true;
                    }
                }
                if (interrupted) {
                    Thread.currentThread().interrupt();
                }
                return reason.asResult();
            }
        };
        AtomicInteger pending = new AtomicInteger(-1);
        MessageQueue queue = MessageQueue.ofId(slow, Samples.goneId());
        Thread victim = Thread.ofVirtual().start(() -> {
            try {
                queue.receive(Selector.any());
            } catch (QueueException wanted) {
                pending.set(Thread.currentThread().isInterrupted() ? 1 : 0);
            } catch (InterruptedException unwanted) {
                pending.set(-2);
            }
        });
        asleep.await();
        victim.interrupt();
        // The interrupt was taken note of before the call fails.
        while (victim.isInterrupted()) {
            Thread.onSpinWait();
        }
        mayFail.countDown();
        assertThat(victim.join(Deadline.PATIENCE)).isTrue();
        assertThat(pending.get()).as("1 for pending").isEqualTo(1);
    }

    @Test
    void aProcessInWhichAllWakeSignalsAreTakenIsToldSoAndWorksWithoutWaiting() {
        Map<String, String> outcomes = Attempt.outcomes(
                JavaProcess.running(TakesAllSignals.class).command().run());

        assertThat(outcomes.get("send without waiting")).isEqualTo("done");
        assertThat(outcomes.get("receive without waiting")).isEqualTo("done");
        for (String waiting : List.of("wait", "wait again", "wait with a deadline")) {
            assertThat(outcomes.get(waiting))
                    .startsWith("UnsupportedKernelException EBUSY ")
                    .contains("other code in this process uses every real-time signal from 47 to 58");
        }
        assertThat(outcomes.get("close")).isEqualTo("done");
    }

    static final class TakesAllSignals {
        public static void main(String[] none) throws Throwable {
            SymbolLookup libc = Linker.nativeLinker().defaultLookup();
            // sighandler_t signal(int signum, sighandler_t handler);
            MethodHandle signal = Linker.nativeLinker()
                    .downcallHandle(
                            libc.findOrThrow("signal"),
                            FunctionDescriptor.of(ValueLayout.ADDRESS, ValueLayout.JAVA_INT, ValueLayout.ADDRESS));
            for (int number = 47; number <= 58; number++) {
                MemorySegment before = (MemorySegment) signal.invokeExact(number, libc.findOrThrow("getppid"));
                if (before.address() != 0) {
                    throw new AssertionError("signal " + number + " was taken already");
                }
            }
            OwnedQueue queue = OwnedQueue.createPrivate(Mode.OWNER);
            MessageBuffer buffer = MessageBuffer.allocate();
            Attempt.print("send without waiting", () -> queue.trySend(buffer));
            Attempt.print("receive without waiting", () -> queue.tryReceive(buffer, Selector.any(), Duration.ZERO));
            Attempt.print("wait", () -> queue.receive(buffer, Selector.any()));
            Attempt.print("wait again", () -> queue.receive(buffer, Selector.any()));
            Attempt.print("wait with a deadline", () -> queue.tryReceive(buffer, Selector.any(), Duration.ofMillis(1)));
            Attempt.print("close", queue::close);
        }
    }

    @Test
    void aQueueIsStillReceivedFromWhileItsTableIsGarbage() {
        // The figures of an error are a courtesy: where they cannot be had, the error itself must come through.
        Linux blind = new ForwardingLinux() {
            @Override
            public long msgctl(int id, int command, MemorySegment argument) {
                return Errno.EACCES.asResult();
            }

            @Override
            public long msgrcv(int id, MemorySegment message, long size, long type, int flags) {
                return Errno.EACCES.asResult();
            }
        };
        assertThatExceptionOfType(QueueAccessException.class)
                .isThrownBy(() ->
                        MessageQueue.ofId(blind, Samples.goneId()).tryReceive(MessageBuffer.fixed(1), Selector.any()))
                .withMessageContaining("EACCES");
    }

    @Test
    void theStandInChangesNothingByItself() {
        Linux same = new ForwardingLinux();
        try (OwnedQueue queue = OwnedQueue.createPrivate(same, Mode.OWNER);
                Arena arena = Arena.ofConfined()) {
            Samples.queue(queue, 1, 2);
            assertThat(MessageQueues.list(same)).isEqualTo(MessageQueues.list());
            assertThat(same.msgrcv(queue.id(), Samples.raw(arena, 0, 10), 10, 1, Linux.IPC_NOWAIT))
                    .isEqualTo(1);
            assertThat(same.geteuid()).isEqualTo(Linux.host().geteuid());
            assertThat(same.getegid()).isEqualTo(Linux.host().getegid());
            assertThat(same.gettid()).isEqualTo(Linux.host().gettid());
        }
    }
}
