package dev.letterbox.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** In which order those in a line have their turn. */
final class FairLineTest {
    private final FairLine<String> line = new FairLine<>();

    private List<String> all() {
        List<String> all = new ArrayList<>();
        for (Optional<String> next = line.poll(); next.isPresent(); next = line.poll()) {
            all.add(next.get());
        }
        return all;
    }

    @Test
    void ofOneUserWhoCameFirstIsFirst() {
        line.add("user 1", "a");
        line.add("user 1", "b");

        assertThat(all()).containsExactly("a", "b");
        assertThat(line.isEmpty()).isTrue();
    }

    @Test
    void usersTakeTurnsHoweverManyEachHas() {
        for (String each : List.of("a1", "a2", "a3", "a4")) {
            line.add("user 1", each);
        }
        line.add("user 2", "b1");
        line.add("user 3", "c1");
        line.add("user 2", "b2");

        assertThat(all()).containsExactly("a1", "b1", "c1", "a2", "b2", "a3", "a4");
    }

    @Test
    void whoGoesAwayIsPassedOver() {
        line.add("user 1", "a1");
        line.add("user 1", "a2");
        line.add("user 2", "b1");

        assertThat(line.remove("user 1", "a1")).isTrue();
        assertThat(line.remove("user 2", "b1")).isTrue();
        assertThat(line.remove("user 2", "b1")).isFalse();
        assertThat(line.remove("user 3", "c1")).isFalse();

        assertThat(all()).containsExactly("a2");
    }
}
