package dev.letterbox.share;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.letterbox.share.Admission.Place;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class AdmissionTest {
    private static int takeAll(Admission admission, String user) {
        int taken = 0;
        while (taken <= admission.limit() && admission.tryEnter(user)) {
            taken++;
        }
        return taken;
    }

    /** Each user takes all that it gets before the next one comes. */
    @ParameterizedTest
    @CsvSource({"1024, 512 170 85 51", "2, 1 0", "3, 1 0", "4, 2 0", "100, 50 16 8 5", "32768, 16384 5461 2730"})
    void usersGetTheseShares(int limit, String shares) {
        Admission admission = new Admission(limit);
        List<String> got = new ArrayList<>();
        for (int uid = 0; uid < shares.split(" ", -1).length; uid++) {
            got.add("" + takeAll(admission, "user " + uid));
        }
        assertThat(String.join(" ", got)).isEqualTo(shares);
        assertThat(admission.used()).isLessThanOrEqualTo(limit);
    }

    @Test
    void whatIsGivenBackCanBeTakenAgain() {
        Admission admission = new Admission(1024);
        takeAll(admission, "user 1");
        assertThat(admission.tryEnter("user 1")).isFalse();
        admission.leave("user 1");
        assertThat(admission.tryEnter("user 1")).isTrue();
        assertThat(admission.tryEnter("user 1")).isFalse();
    }

    @Test
    void aUserWhoHasLeftCountsNoMore() {
        Admission admission = new Admission(1024);
        int first = takeAll(admission, "user 1");
        for (int i = 0; i < first; i++) {
            admission.leave("user 1");
        }
        assertThat(admission.used()).isZero();
        assertThat(takeAll(admission, "user 2")).isEqualTo(512);
    }

    @Test
    void aServerTakesTwoRequestsAtLeast() {
        assertThatIllegalArgumentException().isThrownBy(() -> new Admission(1)).withMessageContaining("2 or more");
    }

    @Test
    void inAnyOrderTheSumIsRightAndNothingIsLeft() {
        Admission admission = new Admission(64);
        Random random = new Random(4);
        List<String> inside = new ArrayList<>();
        for (int step = 0; step < 20_000; step++) {
            if (random.nextBoolean()) {
                String user = "user " + random.nextInt(5);
                if (admission.tryEnter(user)) {
                    inside.add(user);
                }
            } else if (!inside.isEmpty()) {
                admission.leave(inside.remove(random.nextInt(inside.size())));
            }
            assertThat(admission.used()).isEqualTo(inside.size()).isLessThanOrEqualTo(64);
        }
        inside.forEach(admission::leave);
        assertThat(admission.used()).isZero();
        assertThat(takeAll(admission, "user 9")).isEqualTo(32);
    }

    @Test
    void aPlaceIsGivenBackOnceAndTakenAgainOnce() {
        Admission admission = new Admission(4);
        assertThat(admission.limit()).isEqualTo(4);
        Place place = Objects.requireNonNull(Place.tryTake(admission, "a"));
        assertThat(Place.tryTake(admission, "a")).isNotNull();
        assertThat(Place.tryTake(admission, "a")).isNull();
        assertThat(admission.used()).isEqualTo(2);
        place.comeBack();
        assertThat(admission.used()).isEqualTo(2);
        place.leave();
        place.leave();
        assertThat(admission.used()).isOne();
        place.comeBack();
        place.comeBack();
        assertThat(admission.used()).isEqualTo(2);
    }

    /** Its last message found no room, and meanwhile another one has taken its place. */
    @Test
    void aPlaceIsTakenAgainWhateverIsFair() {
        Admission admission = new Admission(2);
        Place place = Objects.requireNonNull(Place.tryTake(admission, "a"));
        place.leave();
        Place next = Objects.requireNonNull(Place.tryTake(admission, "a"));
        place.comeBack();
        assertThat(admission.used()).isEqualTo(2);
        place.leave();
        next.leave();
        assertThat(admission.used()).isZero();
        assertThat(admission.tryEnter("b")).isTrue();
    }

    /** Its user counts as one at work, beside whom others get less. */
    @Test
    void aPlaceThatIsTakenAgainCountsBesideTheOthersOfItsUser() {
        Admission admission = new Admission(8);
        Place place = Objects.requireNonNull(Place.tryTake(admission, "a"));
        Place other = Objects.requireNonNull(Place.tryTake(admission, "a"));
        place.leave();
        place.comeBack();
        other.leave();
        assertThat(admission.tryEnter("b")).isTrue();
        assertThat(admission.tryEnter("b")).isTrue();
        assertThat(admission.tryEnter("b")).as("alone it would get this one").isFalse();
    }

    @Test
    void whatNeedsNoPlaceIsChargedToNobody() {
        Admission admission = new Admission(4);
        assertThat(Objects.requireNonNull(Place.tryTake(admission, "a")).share())
                .isEqualTo("a");
        Place free = Place.uncharged("b");
        free.comeBack();
        free.leave();
        assertThat(free.share()).isEqualTo("b");
        assertThat(admission.used()).isOne();
    }
}
