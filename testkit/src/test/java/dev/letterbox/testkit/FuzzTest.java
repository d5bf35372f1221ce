package dev.letterbox.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

final class FuzzTest {
    private static final byte[] VALID = "a valid input".getBytes(StandardCharsets.UTF_8);

    private static List<String> inputs(long seed) {
        Fuzz fuzz = Fuzz.seeded(seed, 40, List.of(VALID));
        List<String> inputs = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            inputs.add(Arrays.toString(fuzz.next()));
        }
        return inputs;
    }

    @Test
    void theSameSeedGivesTheSameInputs() {
        assertThat(inputs(1)).isEqualTo(inputs(1)).isNotEqualTo(inputs(2));
    }

    @Test
    void inputsAreOfManyKindsAndNeverTooLong() {
        Set<Integer> lengths = new HashSet<>();
        Fuzz.bytes(5_000, 40, List.of(VALID), input -> lengths.add(input.length));
        assertThat(lengths).contains(0, 1, VALID.length - 1, VALID.length, VALID.length + 1, 40);
        assertThat(lengths).allMatch(length -> length <= 40);
        assertThat(VALID).asString(StandardCharsets.UTF_8).isEqualTo("a valid input");
    }

    @Test
    void aFailureNamesSeedAndStepAndShowsTheInput() {
        assertThatExceptionOfType(AssertionError.class)
                .isThrownBy(() -> Fuzz.bytes(1_000, 40, List.of(VALID), input -> {
                    if (input.length == 0) {
                        throw new IllegalStateException("empty");
                    }
                }))
                .withMessageMatching(
                        "Step \\d+ of -Dletterbox.fuzz.seed=-?\\d+, 0 bytes \\(\\): java.lang.IllegalStateException: empty");
    }

    @Test
    void textsAreNearlyRight() {
        Set<String> texts = new HashSet<>();
        Fuzz.texts(20_000, List.of("30s"), texts::add);
        assertThat(texts).contains("", "3", "30", "30-", "+30s").hasSizeGreaterThan(5_000);
    }
}
