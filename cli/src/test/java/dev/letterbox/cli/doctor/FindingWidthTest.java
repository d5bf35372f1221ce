package dev.letterbox.cli.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import dev.letterbox.cli.output.Terminal;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The doctor's findings at each width, without a terminal. */
final class FindingWidthTest {
    private static final List<Finding> FINDINGS = List.of(
            Finding.wrong(
                    "queues",
                    "Queue 2147483647 (key 0x42424242, owner a-user) is full, and its reader, process 4194303, has exited.",
                    "letterbox rm 2147483647, if its program is not going to be started again"),
            Finding.note(
                    "capabilities", "Root lacks CAP_SYS_RESOURCE here: it cannot raise a queue's capacity.", "none"),
            Finding.fine("namespace", "This is the machine's first IPC namespace."));

    @Test
    void findingsAreWrappedAtWordsAtEachWidthFrom40To220() {
        for (Finding finding : FINDINGS) {
            int before = Integer.MAX_VALUE;
            for (int columns = 40; columns <= 220; columns++) {
                int width = columns;
                List<String> lines = Doctor.lines(finding, new Terminal(true, columns, 24, false));
                assertThat(lines)
                        .as("%d columns", columns)
                        .allSatisfy(line -> assertThat(line.length()).isLessThanOrEqualTo(width));
                assertThat(String.join(" ", lines).replaceAll(" +", " ")).contains(finding.says());
                assertThat(lines.size()).isLessThanOrEqualTo(before);
                before = lines.size();
            }
        }
    }
}
