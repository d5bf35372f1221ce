package dev.letterbox.lab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.letterbox.testkit.Command;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Runs Spin on the models of both designs, and compares docs/models/README.md with what it finds. */
final class ModelsTest {
    private static final Path MODELS = Path.of(System.getProperty("letterbox.root", ".."), "docs/models");
    private static final Duration LONGEST = Duration.ofMinutes(3);
    private static final Pattern ERRORS = Pattern.compile("errors: (\\d+)");
    private static final Pattern STATES = Pattern.compile("(?m)^ *(\\d+) states, stored");

    /** Ends a search that needs more memory than the models are known to need. */
    private static final String MOST_MEGABYTES = "-DMEMLIM=2000";

    @TempDir
    private Path folder;

    @BeforeEach
    void needsSpin() {
        assumeTrue(
                Command.of("sh", "-c", "command -v spin && command -v gcc")
                                .run()
                                .status()
                        == 0,
                "This test needs Spin and gcc (Debian, Ubuntu: apt-get install spin gcc)");
    }

    /**
     * What a search found, as the verifier's output says it. Its exit status says nothing: it is 0 for a model with errors too.
     */
    private record Verdict(int errors, long states, String text) {
        void foundNothing() {
            assertThat(errors).as(text).isZero();
            assertThat(text).doesNotContain("max search depth too small", "Search not completed", "out of memory");
        }
    }

    private Verdict search(String model, List<String> bounds, List<String> compiled, String... options)
            throws IOException {
        Files.copy(MODELS.resolve(model), folder.resolve(model));
        List<String> spin = new ArrayList<>(List.of("spin", "-a"));
        spin.addAll(bounds);
        spin.add(model);
        run(spin);
        List<String> gcc = new ArrayList<>(List.of("gcc", "-O2", "-w", MOST_MEGABYTES, "-o", "pan", "pan.c"));
        gcc.addAll(compiled);
        run(gcc);
        List<String> pan = new ArrayList<>(List.of("./pan"));
        pan.addAll(List.of(options));
        String text = run(pan);
        return new Verdict((int) number(ERRORS, text), number(STATES, text), text);
    }

    private String run(List<String> command) {
        return Command.of(command).inDirectory(folder).run(LONGEST).expect(0).text();
    }

    private static long number(Pattern pattern, String text) {
        Matcher found = pattern.matcher(text);
        assertThat(found.find()).as(text).isTrue();
        return Long.parseLong(found.group(1));
    }

    @Test
    void oneQueueForAllEndsInADeadlockWithThreeClientsThatKeepToTheRules() throws IOException {
        Verdict verdict = search("single-queue.pml", List.of(), List.of("-DBFS"));

        assertThat(verdict.errors()).isEqualTo(1);
        assertThat(verdict.text()).contains("invalid end state");
        String end = run(List.of("spin", "-t", "-g", "single-queue.pml"));
        assertThat(end)
                .contains(
                        "used = 8200",
                        "server_is = asleep_in_msgsnd",
                        "client_is[0] = asleep_in_msgrcv",
                        "client_is[1] = asleep_in_msgrcv",
                        "client_is[2] = asleep_in_msgrcv");
    }

    @Test
    void oneQueueForAllDoesNotDeadlockWithTwoClients() throws IOException {
        search("single-queue.pml", List.of("-DCLIENTS=2"), List.of("-DNFAIR=3")).foundNothing();
    }

    @Test
    void withPrivateQueuesThereIsNoStateThatNobodyCanLeave() throws IOException {
        Verdict verdict = search("private-queues.pml", List.of("-DDEATHS=2"), List.of("-DNOCLAIM"), "-m100000");

        verdict.foundNothing();
        isOnThePage(verdict);
    }

    @Test
    void withPrivateQueuesEveryRequestEnds() throws IOException {
        Verdict verdict = search("private-queues.pml", List.of(), List.of("-DNFAIR=3"), "-a", "-f", "-m1000000");

        verdict.foundNothing();
        isOnThePage(verdict);
    }

    @Test
    void theClaimFailsIfNobodyAnswersInAKilledWorkersPlace() throws IOException {
        Verdict verdict = search(
                "private-queues.pml", List.of("-DSILENT_SUPERVISOR"), List.of("-DNFAIR=3"), "-a", "-f", "-m1000000");

        assertThat(verdict.errors()).isEqualTo(1);
        assertThat(verdict.text()).contains("acceptance cycle");
    }

    private static void isOnThePage(Verdict verdict) {
        assertThat(MODELS.resolve("README.md")).content().contains("all %,d states".formatted(verdict.states()));
    }
}
