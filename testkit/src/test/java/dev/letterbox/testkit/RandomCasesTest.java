package dev.letterbox.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

final class RandomCasesTest {
    private static List<Long> drawn() {
        List<Long> drawn = new ArrayList<>();
        RandomCases.check(200, random -> drawn.add(random.nextLong()));
        return drawn;
    }

    @Test
    void eachRunHasTheSameCasesAndNoTwoAreAlike() {
        assertThat(drawn()).isEqualTo(drawn()).doesNotHaveDuplicates().hasSize(200);
    }

    @Test
    void aFailureNamesItsCase() {
        assertThatExceptionOfType(AssertionError.class)
                .isThrownBy(() -> RandomCases.check(10, random -> {
                    if (random.nextInt(3) == 0) {
                        throw new IllegalStateException("three");
                    }
                }))
                .withMessageMatching("Case \\d: java.lang.IllegalStateException: three");
    }

    @Test
    void numbersReachTheEndsOfTheirRangeAndNeverLeaveIt() {
        Set<Long> small = new HashSet<>();
        Set<Long> large = new HashSet<>();
        Set<Integer> lengths = new HashSet<>();
        RandomCases.check(2_000, random -> {
            small.add(RandomCases.number(random, 1, 4));
            large.add(RandomCases.number(random, 1, Long.MAX_VALUE));
            lengths.add(RandomCases.bytes(random, 5).length);
        });
        assertThat(small).containsExactlyInAnyOrder(1L, 2L, 3L, 4L);
        assertThat(large).contains(1L, 2L, Long.MAX_VALUE - 1, Long.MAX_VALUE).allMatch(number -> number > 0);
        assertThat(lengths).containsExactlyInAnyOrder(0, 1, 2, 3, 4, 5);
    }

    @Test
    void textsHaveCharactersOfAllPlanesAndNoHalfOfOne() {
        Set<Integer> points = new HashSet<>();
        RandomCases.check(
                2_000, random -> RandomCases.text(random, 20).codePoints().forEach(points::add));
        assertThat(points).contains(0, (int) 'a', 0xe9).anyMatch(point -> point > 0xffff);
        assertThat(points).noneMatch(point -> Character.getType(point) == Character.SURROGATE);
    }
}
