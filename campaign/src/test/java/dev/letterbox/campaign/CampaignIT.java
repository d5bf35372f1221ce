package dev.letterbox.campaign;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The scenarios of the campaign, a few rounds of each; {@code campaign/run} does many. */
final class CampaignIT {
    /** The same in each run, so that a failure comes again. {@code campaign/run} draws another each time. */
    private static final long SEED = 20_261_130;

    @Test
    void everyScenarioIsRunHereToo() throws NoSuchMethodException {
        CsvSource rows = CampaignIT.class
                .getDeclaredMethod("whatMustHoldHolds", String.class, int.class)
                .getAnnotation(CsvSource.class);
        assertThat(Plan.all())
                .extracting(Plan::name)
                .containsExactlyElementsOf(Arrays.stream(rows.value())
                        .map(row -> row.substring(0, row.indexOf(',')))
                        .toList());
    }

    @ParameterizedTest
    @CsvSource({
        "client-kill, 1",
        "early-kill, 1",
        "server-kill, 1",
        "worker-kill, 2",
        "random-kill, 3",
        "restarts, 1",
        "slow-readers, 2",
        "queue-removed, 2",
        "remove-ipc, 4",
        "squatted-key, 2",
        "table-full, 1",
        "limits-lowered, 7",
        "hostile, 3",
        "attacks, 1",
        "rename-race, 20",
        "soak, 1",
        "lane-kill, 1",
        "lane-hostile, 2",
        "lane-full, 2",
        "lane-soak, 1"
    })
    void whatMustHoldHolds(String name, int rounds) {
        long seed = Long.getLong("letterbox.campaign.seed", SEED);
        Plan plan = Plan.all().stream()
                .filter(each -> each.name().equals(name))
                .findFirst()
                .orElseThrow();
        if (name.equals("attacks")) {
            // Figures need minutes and an idle machine. Here all is to be answered, and TERM to end the server.
            plan = new Plan(name, plan.what(), rounds, plan.patience(), () -> new Attacks(Attacks.Times.SECONDS));
        }
        Result result = new Runner(seed).run(plan, 0, done -> done < rounds);
        assertThat(result.failures())
                .as("%s with -Dletterbox.campaign.seed=%d: %s", name, seed, result.tally())
                .isEmpty();
        result.skipped().ifPresent(why -> Assumptions.abort(why));
        assertThat(result.rounds()).isEqualTo(rounds);
        assertThat(result.tally().counts()).isNotEmpty();
    }
}
