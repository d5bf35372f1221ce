package dev.letterbox.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import dev.letterbox.Outcome;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class UserTableTest {
    private final UserTable table = new UserTable();

    @Test
    void eachUserHasAPlaceOfItsOwn() {
        // The second and third fall on the place of the first.
        for (int uid : new int[] {7, 7 + 512, 7 + 1024, -2}) {
            assertThat(table.of(uid)).isSameAs(table.of(uid));
            assertThat(table.of(uid).uid()).isEqualTo(Integer.toUnsignedLong(uid));
        }
        assertThat(table.read()).hasSize(4);
    }

    @Test
    void allBeyondTheMostShareOne() {
        IntStream.range(0, 1000).forEach(uid -> table.of(uid).ended(Outcome.END, 5, 1));
        List<Snapshot.User> users = table.read();
        assertThat(users).hasSize(UserTable.MOST_USERS + 1);
        Snapshot.User others = users.getLast();
        assertThat(others.uid()).isEqualTo(Snapshot.OTHERS);
        assertThat(others.bytes()).isEqualTo(1000 - UserTable.MOST_USERS);
        assertThat(table.of(3).uid()).isEqualTo(3);
    }

    @Test
    void threadsThatMeetAUserAtOnceCountIntoOnePlace() {
        IntStream.range(0, 20_000).parallel().forEach(i -> table.of(i % 50).ended(Outcome.GONE, 5, 2));
        List<Snapshot.User> users = table.read();
        assertThat(users).hasSize(50).allSatisfy(user -> {
            assertThat(user.latencies().count()).isEqualTo(400);
            assertThat(user.failed()).isEqualTo(400);
            assertThat(user.bytes()).isEqualTo(800);
        });
    }
}
