package dev.letterbox.share;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** Those who wait for the same thing are first in the order in which they came. */
final class LinesTest {
    private final Lines<String, Integer> lines = new Lines<>();

    @Test
    void whoCameFirstIsFirstAndStaysSoUntilItLeaves() {
        lines.join("room", 1);
        lines.join("room", 2);
        lines.join("room", 1);
        assertThat(lines.first("room")).isOne();
        lines.leave("room", 1);
        assertThat(lines.first("room")).isEqualTo(2);
        lines.join("room", 1);
        assertThat(lines.first("room")).isEqualTo(2);
    }

    @Test
    void eachThingHasALineOfItsOwn() {
        lines.join("room", 1);
        lines.join("door", 2);
        assertThat(lines.first("door")).isEqualTo(2);
        lines.leave("door", 1);
        assertThat(lines.first("door")).isEqualTo(2);
        assertThat(lines.first("room")).isOne();
    }

    @Test
    void ofALineThatEverybodyHasLeftNothingIsKept() {
        lines.leave("room", 1);
        assertThat(lines.first("room")).isNull();
        lines.join("room", 1);
        lines.join("room", 2);
        lines.leave("room", 1);
        lines.leave("room", 2);
        lines.leave("room", 2);
        assertThat(lines.first("room")).isNull();
        assertThat(lines.count()).isZero();
    }
}
