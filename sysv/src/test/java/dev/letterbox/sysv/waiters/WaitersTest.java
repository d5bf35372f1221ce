package dev.letterbox.sysv.waiters;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.letterbox.sysv.MessageBuffer;
import dev.letterbox.sysv.MessageQueue;
import dev.letterbox.sysv.Mode;
import dev.letterbox.sysv.OwnedQueue;
import dev.letterbox.sysv.Selector;
import dev.letterbox.sysv.linux.Linux;
import dev.letterbox.sysv.waiters.Waiter.Call;
import dev.letterbox.testkit.Await;
import dev.letterbox.testkit.Background;
import dev.letterbox.testkit.ChildProcess;
import dev.letterbox.testkit.Machine;
import dev.letterbox.testkit.Peers;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Whoever sleeps in a queue is found, whatever its program was compiled for. */
final class WaitersTest {
    private static final String ASLEEP = "70 0x7 0x5570 0x2000 0x0 0x0 0x0 0x7ffd 0x7f53\n";

    @TempDir
    private Path proc;

    private static Waiter onlyWaiterIn(MessageQueue queue) {
        return Await.value(
                        "somebody to sleep in " + queue,
                        () -> Waiters.look().in(queue.id()),
                        waiters -> !waiters.isEmpty())
                .getFirst();
    }

    @ParameterizedTest
    @EnumSource
    void aProgramThatReceivesIsSeen(Machine machine) {
        try (OwnedQueue queue = OwnedQueue.createPrivate(Mode.OWNER);
                ChildProcess program = Peers.command(machine, "queue", "receive", "" + queue.id(), "5")
                        .start()) {
            Waiter waiter = onlyWaiterIn(queue);

            assertThat(waiter.pid()).isEqualTo(program.pid());
            assertThat(waiter.call()).isEqualTo(Call.RECEIVE);
            assertThat(waiter.bytes()).isEmpty();
            // The call of older C libraries for i386 keeps the type in memory.
            assertThat(waiter.type()).isIn(OptionalLong.of(5), OptionalLong.empty());
            if (machine == Machine.NATIVE) {
                assertThat(waiter)
                        .isEqualTo(new Waiter(
                                program.pid(),
                                program.pid(),
                                "queue",
                                Call.RECEIVE,
                                OptionalInt.of(queue.id()),
                                OptionalLong.of(5),
                                OptionalInt.of(0),
                                OptionalLong.empty(),
                                false));
            }
            assertThat(Waiters.of(program.pid()).all()).containsExactly(waiter);
        }
        assertThat(Waiters.look().somewhere()).isEmpty();
    }

    @ParameterizedTest
    @EnumSource
    void aProgramThatSendsIsSeen(Machine machine) {
        try (OwnedQueue queue = OwnedQueue.createPrivate(Mode.OWNER)) {
            queue.setCapacity(64);
            queue.trySend(MessageBuffer.allocate().put(1, new byte[64]));
            try (ChildProcess program = Peers.command(machine, "queue", "send", "" + queue.id(), "1", "-z", "50")
                    .start()) {
                Waiter waiter = onlyWaiterIn(queue);

                assertThat(waiter.pid()).isEqualTo(program.pid());
                assertThat(waiter.call()).isEqualTo(Call.SEND);
                assertThat(waiter.bytes()).hasValue(50);
                assertThat(waiter.type()).isEmpty();
                assertThat(waiter.toString()).endsWith(", thread " + program.pid() + ", sends to queue " + queue.id());
            }
        }
    }

    @Test
    void aThreadOfThisProcessIsSeenByItsOwnNumber() {
        try (OwnedQueue queue = OwnedQueue.createPrivate(Mode.OWNER)) {
            try (Background<Long> receiver = Background.start("receiver", () -> {
                long thread = Linux.host().gettid();
                queue.receive(MessageBuffer.allocate(), Selector.except(9));
                return thread;
            })) {
                Waiter waiter = onlyWaiterIn(queue);
                queue.trySend(MessageBuffer.allocate().put(1, new byte[1]));

                assertThat(waiter.pid()).isEqualTo(ProcessHandle.current().pid());
                assertThat(waiter.tid()).isEqualTo(receiver.result());
                assertThat(waiter.type()).hasValue(9);
                assertThat(waiter.flags()).hasValue(Linux.MSG_EXCEPT);
            }
            assertThat(Waiters.look().in(queue.id())).isEmpty();
        }
    }

    private Path process(int pid, String namespace) throws IOException {
        Path folder = Files.createDirectories(proc.resolve(pid + "/task/" + pid));
        Files.createDirectories(proc.resolve(pid + "/ns"));
        Files.createSymbolicLink(proc.resolve(pid + "/ns/ipc"), Path.of(namespace));
        Files.writeString(proc.resolve(pid + "/stat"), pid + " (x (y) z) S 1\n");
        return folder;
    }

    private Waiters look() {
        return Waiters.look(proc, SyscallTable.X86_64);
    }

    @Test
    void onlyProcessesOfThisNamespaceOrOfAHiddenOneCount() throws IOException {
        Files.createDirectories(proc.resolve("self/ns"));
        Files.createSymbolicLink(proc.resolve("self/ns/ipc"), Path.of("ipc:[1]"));
        for (Map.Entry<Integer, String> each :
                Map.of(10, "ipc:[1]", 11, "ipc:[2]", 12, "ipc:[1]").entrySet()) {
            Files.writeString(process(each.getKey(), each.getValue()).resolve("syscall"), ASLEEP);
        }
        Files.delete(proc.resolve("12/ns/ipc"));

        assertThat(look().in(7)).extracting(Waiter::pid).containsExactlyInAnyOrder(10L, 12L);
        assertThat(look().in(8)).isEmpty();
        assertThat(look().in(7)).extracting(Waiter::command).containsOnly("x (y) z");
    }

    @Test
    void whoseCallIsHiddenButSleepsInAQueueIsAWaiterSomewhere() throws IOException {
        Files.writeString(process(10, "ipc:[1]").resolve("wchan"), "do_msgrcv");
        Files.writeString(process(11, "ipc:[1]").resolve("wchan"), "do_msgsnd");
        Files.writeString(process(12, "ipc:[1]").resolve("wchan"), "futex_wait_queue");
        Files.writeString(process(13, "ipc:[1]").resolve("wchan"), "0");

        assertThat(look().somewhere())
                .extracting(Waiter::pid, Waiter::call)
                .containsExactlyInAnyOrder(tuple(10L, Call.RECEIVE), tuple(11L, Call.SEND));
        assertThat(look().all()).hasSize(2);
        assertThat(look().somewhere())
                .anyMatch(each ->
                        each.toString().equals("process 10 (x (y) z), thread 10, receives from an unknown queue"));
    }

    /** Visible in {@code stat}, which the kernel shows to all: the state, and in the flags whether the kernel itself runs it. */
    @Test
    void onlyAThreadThatMaySleepInAQueueCountsAsHidden() throws IOException {
        Files.createDirectories(proc.resolve("1"));
        Files.writeString(proc.resolve("1/status"), "");
        assertThat(look().areSomeHidden()).isFalse();
        String[] stats = {
            "R 1 1 1 0 -1 4194560", "Z 1 1 1 0 -1 4194560", "S 2 0 0 0 -1 2129984", "I 2 0 0 0 -1 69238880"
        };
        for (int each = 0; each < stats.length; each++) {
            Files.writeString(process(20 + each, "ipc:[1]").resolve("stat"), "20 (x) " + stats[each]);
        }
        Files.writeString(process(30, "ipc:[1]").resolve("stat"), "30 (x) S 1 1 1 0 -1 4194560");
        Files.writeString(proc.resolve("30/task/30/wchan"), "futex_wait_queue");
        assertThat(look().hiddenProcesses()).isEmpty();
        assertThat(look().areSomeHidden()).isFalse();

        Files.writeString(process(31, "ipc:[1]").resolve("stat"), "31 (x) S 1 1 1 0 -1 4194560");
        Files.writeString(proc.resolve("31/task/31/wchan"), "0");
        Files.writeString(process(32, "ipc:[1]").resolve("stat"), "32 (x) T 1 1 1 0 -1 4194560");
        assertThat(look().hiddenProcesses()).containsExactlyInAnyOrder(31L, 32L);
        assertThat(look().areSomeHidden()).isTrue();
        assertThat(look().areProcessesHidden()).isFalse();

        Files.delete(proc.resolve("1/status"));
        assertThat(look().areProcessesHidden()).isTrue();
    }

    @Test
    void onAKernelWhoseNumbersAreNotKnownTheSleeperStillCounts() throws IOException {
        Path thread = process(10, "ipc:[1]");
        Files.writeString(thread.resolve("syscall"), ASLEEP);
        Files.writeString(thread.resolve("wchan"), "do_msgrcv");

        assertThat(Waiters.look(proc, SyscallTable.UNKNOWN).somewhere()).hasSize(1);
    }

    @Test
    void whereThereIsNoProcessNobodyWaits() {
        assertThat(Waiters.look(proc.resolve("absent")).all()).isEmpty();
        assertThat(Waiters.of(Integer.MAX_VALUE).all()).isEmpty();
    }
}
