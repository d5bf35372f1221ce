package dev.letterbox.share;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

/** No more requests are taken than there are files and memory for. */
final class MeansTest {
    @Test
    void theSoftLimitIsRead() {
        assertThat(Means.mayOpen(List.of(
                        "Limit                     Soft Limit           Hard Limit           Units     ",
                        "Max cpu time              unlimited            unlimited            seconds   ",
                        "Max open files            1024                 524288               files     ")))
                .hasValue(1024);
        assertThat(Means.mayOpen(List.of("Max open files            unlimited            unlimited            files")))
                .isEmpty();
        assertThat(Means.mayOpen(List.of())).isEmpty();
    }

    @Test
    void whatIsWantedIsGivenWhereThereIsEnough() {
        assertThat(Means.requests(10, 8192)).isEqualTo(10);
    }

    @Test
    void messagesTakeAPartOfTheMemoryAtMost() {
        long most = Runtime.getRuntime().maxMemory();
        int message = 131_072_000;
        assertThat((long) Means.requests(Integer.MAX_VALUE, message) * message)
                .isLessThanOrEqualTo(Math.max(most * 3 / 5, 2L * message));
    }
}
