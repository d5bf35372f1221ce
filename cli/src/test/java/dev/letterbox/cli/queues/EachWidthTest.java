package dev.letterbox.cli.queues;

import static org.assertj.core.api.Assertions.assertThat;

import dev.letterbox.cli.host.IpcNamespaces;
import dev.letterbox.cli.host.KernelLimit;
import dev.letterbox.cli.host.ListedQueue;
import dev.letterbox.cli.host.Processes;
import dev.letterbox.cli.host.QueueColumn;
import dev.letterbox.cli.output.Terminal;
import dev.letterbox.sysv.Mode;
import dev.letterbox.sysv.QueueStatus;
import dev.letterbox.sysv.Usage;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

/** The list of queues at each width, without a terminal. */
final class EachWidthTest {
    private static final Instant NOW = Instant.parse("2026-01-01T12:00:00Z");
    /** Where the commands begin that change a limit. */
    private static final int WAYS = 19;

    private static final String NAME = "a-user-with-a-very-long-name";

    private static ListedQueue queue(int id, int key, long bytes) {
        ListedQueue.Account account = new ListedQueue.Account(61_001, 61_001, NAME, NAME);
        Optional<Processes.User> user = Optional.of(new Processes.User(
                4_194_303, OptionalInt.of(4_194_303), Optional.of("program-of-a-name"), Processes.State.ALIVE));
        QueueStatus status = new QueueStatus(
                id,
                key,
                61_001,
                61_001,
                61_001,
                61_001,
                Mode.OWNER,
                bytes / 8,
                bytes,
                OptionalLong.of(131_072_000),
                4_194_303,
                4_194_303,
                Optional.of(NOW.minusSeconds(100)),
                Optional.of(NOW.minusSeconds(100_000)),
                NOW.minusSeconds(1_000_000));
        return new ListedQueue(
                status, Optional.empty(), Optional.empty(), account, account, user, user, List.of(), false, false, NOW);
    }

    @Test
    void theListFitsEachWidthFrom40To220AndAWiderOneShowsNoLess() {
        List<ListedQueue> queues = List.of(
                queue(2_147_483_647, 0x4242_4242, 131_072_000), queue(123_456, 0x4242, 1_310_720), queue(1, 0, 0));
        int before = 0;
        for (int width = 40; width <= 220; width++) {
            Terminal terminal = new Terminal(true, width, 24, false);
            List<String> lines = Queues.table(queues, List.of(QueueColumn.values()), _ -> false, true, terminal)
                    .lines()
                    .toList();
            int columns = width;
            assertThat(lines)
                    .as("%d columns", width)
                    .hasSize(4)
                    .allSatisfy(line -> assertThat(line.length()).isLessThanOrEqualTo(columns));
            assertThat(lines.getFirst()).contains("ID", "FULL");
            int shown = lines.getFirst().strip().split(" +", -1).length;
            assertThat(shown).isGreaterThanOrEqualTo(before);
            before = shown;
        }
        assertThat(before).as("of %d", QueueColumn.values().length).isGreaterThanOrEqualTo(14);
    }

    private static IpcNamespaces namespaces(int id) {
        IpcNamespaces.Queue queue = new IpcNamespaces.Queue(0x4242_4242, id, 0_600, 131_072_000, 16_384_000, 1_000_000);
        return new IpcNamespaces(
                List.of(
                        new IpcNamespaces.Namespace(
                                "ipc:[4026531839]",
                                true,
                                "/proc/1/ns/ipc",
                                OptionalLong.of(1),
                                Optional.of("init"),
                                1_234,
                                true,
                                Optional.of(List.of(queue)),
                                Optional.empty()),
                        new IpcNamespaces.Namespace(
                                "ipc:[4026532265]",
                                false,
                                "/proc/4194303/ns/ipc",
                                OptionalLong.of(4_194_303),
                                Optional.of("a-program"),
                                1,
                                false,
                                Optional.empty(),
                                Optional.of("nsenter: setns(): Operation not permitted"))),
                12,
                false);
    }

    @Test
    void theQueuesOfAllNamespacesFitEachWidthFrom40To220() {
        for (int id : List.of(1, 123_456, 2_147_483_647)) {
            int before = 0;
            for (int width = 40; width <= 220; width++) {
                int columns = width;
                List<String> lines = NamespaceTable.lines(namespaces(id), new Terminal(true, width, 24, false));
                assertThat(lines)
                        .as("%d columns", width)
                        .allSatisfy(line -> assertThat(line.length()).isLessThanOrEqualTo(columns));
                String headings = lines.stream()
                        .filter(line -> line.contains("BYTES"))
                        .findFirst()
                        .orElseThrow();
                int shown = headings.strip().split(" +", -1).length;
                assertThat(shown).isGreaterThanOrEqualTo(Math.max(2, before));
                before = shown;
            }
            assertThat(before).isEqualTo(6);
        }
    }

    @Test
    void theLimitsFitEachWidthFrom40To220() {
        List<KernelLimit> limits = KernelLimit.all(
                List.of(queue(2_147_483_647, 0x4242_4242, 131_072_000).status()));
        for (int width = 40; width <= 220; width++) {
            int columns = width;
            StringWriter shown = new StringWriter();
            LimitsCommand.show(
                    new PrintWriter(shown), new Terminal(true, width, 24, false), limits, new Usage(1, 1, 131_072_000));
            assertThat(shown.toString().lines())
                    .as("%d columns", width)
                    // A word of a command may be wider.
                    .allSatisfy(line -> assertThat(line.length())
                            .as(line)
                            .isLessThanOrEqualTo(line.lastIndexOf(' ') < WAYS ? 100 : columns));
        }
    }

    @Test
    void theColumnThatSortsTheListIsShownAtAnyWidth() {
        Terminal narrow = new Terminal(true, 40, 24, false);
        for (QueueColumn sort : QueueColumn.values()) {
            String table = Queues.table(
                    List.of(queue(1, 0, 0)), List.of(QueueColumn.values()), column -> column == sort, true, narrow);
            assertThat(table).contains(sort.name());
            assertThat(table.lines())
                    .allSatisfy(line -> assertThat(line.length()).isLessThanOrEqualTo(40));
        }
    }
}
