package dev.letterbox.bench;

import static org.assertj.core.api.Assertions.assertThat;

import dev.letterbox.testkit.Finished;
import dev.letterbox.testkit.JavaProcess;
import java.time.Duration;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The benchmark runs, and shows what it promises; how fast it is depends on the machine and is not tested. */
final class WakeUpTest {
    private static final Duration PATIENCE = Duration.ofMinutes(5);

    @Test
    void aShortRunPrintsEveryCaseAsATable() {
        Finished run = JavaProcess.running(WakeUp.class)
                .command("--count", "20", "--idle", "0.1")
                .run(PATIENCE)
                .expect(0);

        for (String cause : new String[] {"interrupt", "deadline", "close"}) {
            for (String call : new String[] {"receive", "send"}) {
                for (String thread : new String[] {"platform", "virtual"}) {
                    assertThat(run.lines())
                            .filteredOn(line -> line.startsWith("| %s | %s | %s | 20 |".formatted(cause, call, thread)))
                            .hasSize(1);
                }
            }
        }
        assertThat(run.text()).contains("| interrupt | park | platform | 20 |", "| deadline | park | virtual | 20 |");
        assertThat(run.text()).contains("| none |", "| 8 platform threads |", "| 8 virtual threads |");
        assertThat(run.err()).isEmpty();
    }

    @Test
    void aShortRunPrintsEveryCaseAsJson() {
        Finished run = JavaProcess.running(WakeUp.class)
                .command("--count", "20", "--idle", "0.1", "--json")
                .run(PATIENCE)
                .expect(0);

        assertThat(run.text()).startsWith("{\"wakeUp\": [").endsWith("]}\n").doesNotContain("NaN");
        assertThat(Pattern.compile("\"count\": 20,").matcher(run.text()).results())
                .hasSize(16);
        assertThat(Pattern.compile("\"cpuMillis\": [0-9.]+").matcher(run.text()).results())
                .hasSize(3);
    }

    @Test
    void aWrongOptionIsAnsweredWithTheUsage() {
        Finished run = JavaProcess.running(WakeUp.class)
                .command("--fast")
                .run(PATIENCE)
                .expect(2);

        assertThat(run.err()).startsWith("usage: WakeUp ");
    }

    @Test
    void timesTellTheMedianAndTheWorst() {
        Times times = new Times(4);
        times.add(3_000);
        times.add(1_000);
        times.add(2_000);
        times.add(10_000);

        assertThat(times.microsAt(0.5)).isEqualTo(2);
        assertThat(times.microsAt(0.99)).isEqualTo(10);
        assertThat(times.microsAt(1)).isEqualTo(10);
    }
}
