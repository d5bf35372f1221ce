package dev.letterbox.sysv;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.letterbox.sysv.error.NoSuchQueueException;
import dev.letterbox.sysv.error.QueueExistsException;
import dev.letterbox.sysv.linux.Errno;
import dev.letterbox.sysv.linux.KernelError;
import dev.letterbox.sysv.linux.Linux;
import dev.letterbox.testkit.JavaProcess;
import dev.letterbox.testkit.Privileges;
import dev.letterbox.testkit.TempFiles;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What msgget(2) does on this kernel, and what the library makes of it. */
final class MsggetConformanceTest {
    private static final Linux LINUX = Linux.host();

    @Test
    void aMessageSentByKeyIsReceivedByTypeWithoutWaitingWithTheSameBytes() {
        Key key = Key.free();
        byte[] body = TempFiles.bytes(1000);
        try (OwnedQueue made = OwnedQueue.create(key, Mode.OWNER);
                MessageQueue opened = MessageQueue.open(key)) {
            assertThat(opened.id()).isEqualTo(made.id());
            assertThat(opened.trySend(MessageBuffer.allocate().put(3, new byte[] {1})))
                    .isTrue();
            assertThat(opened.trySend(MessageBuffer.allocate().put(7, body))).isTrue();

            MessageBuffer received = MessageBuffer.allocate();
            assertThat(made.tryReceive(received, Selector.exactly(7))).isTrue();

            assertThat(received.toMessage()).isEqualTo(new Message(7, body));
        }
    }

    @Test
    void aKeyThatExistsIsRefusedToWhoWantsToMakeIt() {
        Key key = Key.free();
        try (OwnedQueue holder = OwnedQueue.create(key, Mode.OWNER)) {
            assertThatExceptionOfType(QueueExistsException.class)
                    .isThrownBy(() -> MessageQueue.create(key, Mode.OWNER))
                    .satisfies(failure -> assertThat(failure.errno()).contains("EEXIST"));
            assertThatExceptionOfType(QueueExistsException.class).isThrownBy(() -> OwnedQueue.create(key, Mode.OWNER));
            assertThat(LINUX.msgget(key.value(), Linux.IPC_CREAT | Linux.IPC_EXCL | 0_600))
                    .isEqualTo(Errno.EEXIST.asResult());

            assertThat(MessageQueues.find(holder.id()))
                    .as("the queue of the first")
                    .isPresent();
        }
    }

    @Test
    void aKeyThatExistsIsOpenedByWhoWouldMakeItOtherwise() {
        Key key = Key.free();
        try (OwnedQueue holder = OwnedQueue.create(key, Mode.OWNER);
                MessageQueue opened = MessageQueue.openOrCreate(key, Mode.OWNER)) {
            assertThat(opened.id()).isEqualTo(holder.id());
        }
    }

    @Test
    void anUnknownKeyIsMadeByWhoAsksForThat() {
        Key key = Key.free();
        try (MessageQueue made = MessageQueue.openOrCreate(key, Mode.of(0_640))) {
            try {
                assertThat(made.status().mode()).isEqualTo(Mode.of(0_640));
                assertThat(made.key()).contains(key);
            } finally {
                made.remove();
            }
        }
    }

    @Test
    void anUnknownKeyIsNotFoundWithoutAFlag() {
        Key key = Key.free();

        assertThatExceptionOfType(NoSuchQueueException.class)
                .isThrownBy(() -> MessageQueue.open(key))
                .satisfies(failure -> assertThat(failure.errno()).contains("ENOENT"));
        assertThat(LINUX.msgget(key.value(), 0)).isEqualTo(Errno.ENOENT.asResult());
    }

    @Test
    void anUnknownKeyIsNotFoundWithTheExclusiveFlagAlone() {
        assertThat(LINUX.msgget(Key.free().value(), Linux.IPC_EXCL)).isEqualTo(Errno.ENOENT.asResult());
    }

    @Test
    void aQueueOfMode000IsClosedToAnotherUserWhoAsksToReadOrWriteOrBoth() {
        Key key = Key.free();
        try (OwnedQueue closedToAll = OwnedQueue.create(key, Mode.of(0))) {
            Map<String, String> outcomes = Attempt.outcomes(JavaProcess.running(AsksForPermissions.class)
                    .readableByAll()
                    .command(key.toString())
                    .asUser(Privileges.NOBODY)
                    .run());

            assertThat(outcomes).containsOnlyKeys("0400", "0200", "0600", "0");
            for (String asked : List.of("0400", "0200", "0600")) {
                assertThat(outcomes.get(asked)).startsWith("QueueAccessException EACCES ");
            }
            assertThat(outcomes.get("0")).as("to open needs no permission").isEqualTo("done");
            assertThat(MessageQueues.find(closedToAll.id())).isPresent();
        }
    }

    static final class AsksForPermissions {
        public static void main(String[] key) {
            for (int wanted : new int[] {0_400, 0_200, 0_600}) {
                Attempt.print(
                        "0" + Integer.toOctalString(wanted),
                        () -> MessageQueue.open(Key.parse(key[0]), Mode.of(wanted))
                                .close());
            }
            Attempt.print("0", () -> MessageQueue.open(Key.parse(key[0])).close());
        }
    }

    @Test
    void aFullTableIsRefusedWithWhatIsUsedAndTheLimit() {
        Map<String, String> outcomes = Attempt.outcomes(JavaProcess.running(FillsTheTable.class)
                .command()
                .inOwnIpcNamespace(Map.of("msgmni", 16))
                .run());

        assertThat(outcomes.get("made")).isEqualTo("16");
        for (String asked : List.of("private", "key", "key or open")) {
            assertThat(outcomes.get(asked))
                    .startsWith("TableFullException ENOSPC ")
                    .contains("16 of 16 are in use");
        }
        assertThat(outcomes.get("the kernel")).isEqualTo("ENOSPC");
    }

    static final class FillsTheTable {
        public static void main(String[] none) {
            List<OwnedQueue> made = new ArrayList<>();
            for (int count = 0; count < 16; count++) {
                made.add(OwnedQueue.createPrivate(Mode.OWNER));
            }
            Attempt.print("made", made.size());
            Attempt.print("private", () -> OwnedQueue.createPrivate(Mode.OWNER).close());
            Attempt.print("key", () -> OwnedQueue.create(Key.of(1), Mode.OWNER).close());
            Attempt.print(
                    "key or open",
                    () -> MessageQueue.openOrCreate(Key.of(1), Mode.OWNER).close());
            Attempt.print("the kernel", String.valueOf(KernelError.of(LINUX.msgget(Linux.IPC_PRIVATE, 0_600))));
        }
    }

    @Test
    void theNextIdThatWasSetIsGivenOnce() {
        Map<String, String> outcomes = outcomesOfNextId();

        assertThat(outcomes.get("made")).isEqualTo(outcomes.get("wanted"));
        assertThat(outcomes.get("the setting afterwards")).isEqualTo("-1");
    }

    @Test
    void theNextIdThatIsInUseIsNotGivenAgain() {
        Map<String, String> outcomes = outcomesOfNextId();

        assertThat(outcomes.get("made while in use")).isNotEqualTo(outcomes.get("wanted"));
        assertThat(outcomes.get("the setting afterwards, while in use")).isEqualTo("-1");
    }

    private static Map<String, String> outcomesOfNextId() {
        return Attempt.outcomes(JavaProcess.running(SetsTheNextId.class)
                .command()
                .inOwnIpcNamespace(Map.of())
                .run());
    }

    static final class SetsTheNextId {
        public static void main(String[] none) {
            int wanted = 12_345;
            Attempt.print("wanted", wanted);
            Sysctl.write("msg_next_id", wanted);
            try (OwnedQueue made = OwnedQueue.createPrivate(Mode.OWNER)) {
                Attempt.print("made", made.id());
                Attempt.print("the setting afterwards", Sysctl.read("msg_next_id"));
                Sysctl.write("msg_next_id", wanted);
                try (OwnedQueue other = OwnedQueue.createPrivate(Mode.OWNER)) {
                    Attempt.print("made while in use", other.id());
                    Attempt.print("the setting afterwards, while in use", Sysctl.read("msg_next_id"));
                }
            }
        }
    }
}
