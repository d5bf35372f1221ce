package dev.letterbox.sysv.waiters;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.letterbox.fuzz.Check;
import java.util.Arrays;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.MethodSource;

/** /proc/PID/task/TID/syscall, whose arguments are whatever a program passed. */
final class SyscallTableFuzzTest {
    static Stream<String> lines() {
        return Stream.of(
                "running",
                "-1 0x7ffd2a7c1c38 0x7f0e1c2a3b4c",
                "70 0x8000 0x7ffd2a7c 0x2000 0x0 0x0 0x0 0x7ffd2a7c1c38 0x7f0e1c2a3b4c",
                "117 0x1000c 0x1 0x2000 0x0 0xffee0 0xfffffffe 0x7ffd 0x7f0e",
                "69 0xffffffffffffffff 0x0 0x2000 0x800 0x0 0x0 0x7ffd 0x7f0e");
    }

    @MethodSource("lines")
    @FuzzTest
    void anyLineIsASleepInAQueueOrNone(String line) {
        if (line == null) {
            return;
        }
        for (SyscallTable table : SyscallTable.values()) {
            Optional<SyscallTable.Sleep> sleep = table.sleep(line);
            Check.that(sleep.isEmpty() || line.strip().split(" ", -1).length > 6, "it has too few words");
        }
        Check.that(Arrays.asList(SyscallTable.values()).contains(SyscallTable.of(line)), "its table");
    }
}
