package dev.letterbox.cli.host;

import static org.assertj.core.api.Assertions.assertThat;

import dev.letterbox.cli.host.OrphanSearch.Row;
import dev.letterbox.cli.host.OrphanSearch.Rule;
import dev.letterbox.queues.reaper.Reaper.Fate;
import dev.letterbox.sysv.MessageQueue;
import dev.letterbox.sysv.MessageQueues;
import dev.letterbox.sysv.waiters.Waiters;
import dev.letterbox.testkit.Await;
import dev.letterbox.testkit.ChildProcess;
import dev.letterbox.testkit.Command;
import dev.letterbox.testkit.Machine;
import dev.letterbox.testkit.Peers;
import dev.letterbox.testkit.Privileges;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A process that sleeps in a queue keeps it, however often the search looks and whatever the process was compiled for. */
final class SleepersTest {
    /** More for a run by hand: {@code -Dletterbox.scans=10000}. */
    private static final int SCANS = Integer.getInteger("letterbox.scans", 100);

    /** No process of this user is running, so nothing but the sleep is a sign of life. */
    private static final int DEAD_USER = 61_003;

    private final Set<Integer> queues = new HashSet<>();

    @ParameterizedTest
    @EnumSource(names = {"NATIVE", "BITS_32"})
    void noScanRemovesAQueueInWhichAProcessSleeps(Machine machine) {
        Privileges.assumeRoot();
        int read = newQueue();
        int written = newQueue();
        int abandoned = newQueue();
        // Full, by a sender that has exited.
        MessageQueue.ofId(written).setCapacity(64);
        queue("send", written, "1", "-z", "64");
        try (ChildProcess reader = Peers.command(machine, "queue", "receive", "" + read, "5")
                        .start();
                ChildProcess writer = Peers.command(machine, "queue", "send", "" + written, "1", "-z", "50")
                        .start()) {
            awaitAsleep(reader, read);
            awaitAsleep(writer, written);
            for (int scan = 0; scan < SCANS; scan++) {
                // Each one looks at the processes itself.
                OrphanSearch search = new OrphanSearch(
                        status -> queues.contains(status.id()), Optional.of(new Rule(Duration.ZERO, true)));
                Map<Integer, Row> rows = search.look().stream().collect(Collectors.toMap(Row::id, Function.identity()));

                assertThat(rows.get(abandoned).fate())
                        .as("scan %d would remove a queue in which nobody sleeps", scan)
                        .isEqualTo(Fate.SUSPECTED);
                for (Map.Entry<Integer, ChildProcess> each :
                        Map.of(read, reader, written, writer).entrySet()) {
                    Row row = rows.get(each.getKey());
                    assertThat(row.fate()).isEqualTo(Fate.LEFT);
                    assertThat(row.evidence())
                            .isEqualTo("process " + each.getValue().pid() + " (queue) sleeps in it");
                    assertThat(row.queue().looksOrphaned()).isFalse();
                    // Whatever led there: the last check, right before the removal, sees it too.
                    assertThat(search.remove(row).fate()).isEqualTo(Fate.LEFT);
                }
            }
            assertThat(MessageQueues.list()).extracting(status -> status.id()).contains(read, written);
        } finally {
            queues.forEach(id -> MessageQueue.ofId(id).remove());
        }
    }

    private int newQueue() {
        int id = Integer.parseInt(Command.of(Peers.programForAll("queue"), "create")
                .asUser(DEAD_USER)
                .run()
                .expect(0)
                .text()
                .strip());
        queues.add(id);
        return id;
    }

    private static void queue(String what, int id, String... words) {
        List<String> all = new ArrayList<>(List.of(what, "" + id));
        all.addAll(List.of(words));
        Command.of(Peers.program("queue"), all.toArray(String[]::new)).run().expect(0);
    }

    private static void awaitAsleep(ChildProcess program, int id) {
        Await.until(
                "process %d sleeps in queue %d".formatted(program.pid(), id),
                () -> Waiters.of(program.pid()).all().stream()
                        .anyMatch(waiter -> waiter.queue().orElse(-1) == id));
    }
}
