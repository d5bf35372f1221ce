package dev.letterbox.sysv.waiters;

import static org.assertj.core.api.Assertions.assertThat;

import dev.letterbox.sysv.waiters.SyscallTable.Sleep;
import dev.letterbox.sysv.waiters.Waiter.Call;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

/** What {@code /proc/PID/syscall} shows is read for every kind of program that a kernel runs. */
final class SyscallTableTest {
    private static final String REST = " 0x7ffd 0x7f53";

    private static Sleep receive(int queue, OptionalLong type, int flags) {
        return new Sleep(Call.RECEIVE, OptionalInt.of(queue), type, OptionalInt.of(flags), OptionalLong.empty());
    }

    private static Sleep send(int queue, long bytes, int flags) {
        return new Sleep(
                Call.SEND, OptionalInt.of(queue), OptionalLong.empty(), OptionalInt.of(flags), OptionalLong.of(bytes));
    }

    @Test
    void callsOfSixtyFourBitsAreRead() {
        String from = " 0x12c 0x5570 0x2000 0xfffffffffffffffb 0x2000 0x0" + REST;
        String to = " 0x12c 0x5570 0x40 0x1000 0x0 0x0" + REST;

        assertThat(SyscallTable.X86_64.sleep("70" + from)).contains(receive(300, OptionalLong.of(-5), 0x2000));
        assertThat(SyscallTable.X86_64.sleep("69" + to)).contains(send(300, 64, 0x1000));
        assertThat(SyscallTable.AARCH64.sleep("188" + from)).contains(receive(300, OptionalLong.of(-5), 0x2000));
        assertThat(SyscallTable.AARCH64.sleep("189" + to)).contains(send(300, 64, 0x1000));
    }

    @Test
    void callsOfThirtyTwoBitsAreRead() {
        String from = " 0x12c 0x5570 0x2000 0xfffffffb 0x2000 0x0" + REST;
        String to = " 0x12c 0x5570 0x40 0x1000 0x0 0x0" + REST;

        assertThat(SyscallTable.X86_64.sleep("401" + from)).contains(receive(300, OptionalLong.of(-5), 0x2000));
        assertThat(SyscallTable.X86_64.sleep("400" + to)).contains(send(300, 64, 0x1000));
        assertThat(SyscallTable.AARCH64.sleep("302" + from)).contains(receive(300, OptionalLong.of(-5), 0x2000));
        assertThat(SyscallTable.AARCH64.sleep("301" + to)).contains(send(300, 64, 0x1000));
    }

    @Test
    void theOneCallThatOlderLibrariesOfI386MakeIsRead() {
        assertThat(SyscallTable.X86_64.sleep("117 0xc 0x12c 0x2000 0x0 0xffd0 0x5" + REST))
                .contains(receive(300, OptionalLong.empty(), 0));
        assertThat(SyscallTable.X86_64.sleep("117 0x1000c 0x12c 0x2000 0x2000 0xffd0 0xfffffffb" + REST))
                .contains(receive(300, OptionalLong.of(-5), 0x2000));
        assertThat(SyscallTable.X86_64.sleep("117 0xb 0x12c 0x40 0x1000 0xffd0 0x0" + REST))
                .contains(send(300, 64, 0x1000));
        assertThat(SyscallTable.X86_64.sleep("117 0x1 0x12c 0x40 0x1000 0xffd0 0x0" + REST))
                .as("semop")
                .isEmpty();
    }

    @Test
    void callsOfTheX32MachineAreRead() {
        assertThat(SyscallTable.X86_64.sleep((0x4000_0000L + 70) + " 0x7 0x5570 0x2000 0x0 0x0 0x0" + REST))
                .contains(receive(7, OptionalLong.of(0), 0));
    }

    @Test
    void whatIsNoSuchCallIsNone() {
        for (SyscallTable each : SyscallTable.values()) {
            for (String line : new String[] {
                "running",
                "",
                "-1 0x7ffd 0x7f53",
                "34 0x7 0x0 0x0 0x0 0x0 0x0" + REST,
                "70 7 0 0 0 0 0" + REST,
                "x 0x7 0x0 0x0 0x0 0x0 0x0" + REST
            }) {
                assertThat(each.sleep(line)).as("%s of %s", line, each).isEmpty();
            }
        }
        assertThat(SyscallTable.UNKNOWN.sleep("70 0x7 0x5570 0x2000 0x0 0x0 0x0" + REST))
                .isEmpty();
    }

    @Test
    void theKernelIsKnownByTheNumberOfTheCallThatLooks() {
        assertThat(SyscallTable.of("0 0x5 0x7f 0x2000 0x0 0x0 0x0" + REST)).isEqualTo(SyscallTable.X86_64);
        assertThat(SyscallTable.of("63 0x5 0x7f 0x2000 0x0 0x0 0x0" + REST)).isEqualTo(SyscallTable.AARCH64);
        assertThat(SyscallTable.of("3 0x5 0x7f 0x2000 0x0 0x0 0x0" + REST)).isEqualTo(SyscallTable.UNKNOWN);
        assertThat(SyscallTable.of("-1 0x7f 0x2000")).isEqualTo(SyscallTable.UNKNOWN);
        assertThat(SyscallTable.of("running")).isEqualTo(SyscallTable.UNKNOWN);
        assertThat(SyscallTable.of("null")).isEqualTo(SyscallTable.UNKNOWN);
    }

    @Test
    void thisKernelIsKnown() {
        assertThat(SyscallTable.ofThisKernel())
                .isEqualTo(System.getProperty("os.arch").equals("amd64") ? SyscallTable.X86_64 : SyscallTable.AARCH64);
    }
}
