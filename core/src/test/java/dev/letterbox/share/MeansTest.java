package dev.letterbox.share;

import static org.assertj.core.api.Assertions.assertThat;

import dev.letterbox.testkit.Logged;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalLong;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

/** No more requests are taken than there are files and memory for. */
final class MeansTest {
    @Test
    void theSoftLimitIsRead() {
        assertThat(Means.mayOpen(List.of(
                        "Limit                     Soft Limit           Hard Limit           Units     ",
                        "Max cpu time              unlimited            unlimited            seconds   ",
                        "Max stack size            8388608              unlimited            bytes     ",
                        "Max open files            1024                 524288               files     ")))
                .hasValue(1024);
        assertThat(Means.mayOpen(List.of("Max open files            unlimited            unlimited            files")))
                .isEmpty();
        assertThat(Means.mayOpen(List.of())).isEmpty();
    }

    @Test
    void whatIsWantedIsGivenWhereThereIsEnough() {
        assertThat(Means.requests(10, 8192, Level.DEBUG)).isEqualTo(10);
    }

    @Test
    void whatIsScarcestDecidesAndTwoAreServedAnyway() {
        assertThat(Means.most(1_000, 500, 800)).isEqualTo(500);
        assertThat(Means.most(1_000, 800, 500)).isEqualTo(500);
        assertThat(Means.most(1_000, 5_000, 5_000)).isEqualTo(1_000);
        assertThat(Means.most(1_000, -7, 5_000)).isEqualTo(2);
        assertThat(Means.most(1_000, 2, 1)).isEqualTo(2);
    }

    @Test
    void whatIsOpenAndWhatOthersNeedIsNotForRequests() {
        assertThat(Means.files(OptionalLong.of(1_024), 36)).isEqualTo(924);
        assertThat(Means.files(OptionalLong.empty(), 36)).isEqualTo(Long.MAX_VALUE);
    }

    @Test
    void messagesTakeThreeFifthsOfTheMemoryAtMost() {
        assertThat(Means.memory(1_000_000, 1_000)).isEqualTo(600);
        long most = Runtime.getRuntime().maxMemory();
        int message = 131_072_000;
        assertThat((long) Means.requests(Integer.MAX_VALUE, message, Level.DEBUG) * message)
                .isLessThanOrEqualTo(Math.max(most * 3 / 5, 2L * message));
    }

    /** Of this JVM: it has its standard streams and its class files open, and less than the limit. */
    @Test
    void theFilesOfThisProcessAreCounted() {
        Assumptions.assumeTrue(Files.exists(Path.of("/proc/self/limits")), "there is no /proc");
        int all = Means.requests(Integer.MAX_VALUE, 1, Level.DEBUG);
        OptionalLong limit = limit();
        Assumptions.assumeTrue(limit.isPresent(), "there is no limit of open files");
        assertThat((long) all).isLessThan(limit.getAsLong() - 64);
    }

    @Test
    void whatIsScarceIsLogged() {
        long mebibytes = Runtime.getRuntime().maxMemory() >> 20;
        try (Logged logged = Logged.by(Means.class)) {
            int most = Means.requests(1_000_000, Integer.MAX_VALUE, Level.INFO);
            assertThat(logged.lines())
                    .containsExactly(
                            "INFO At most " + most + " requests are served at the same time, not 1000000: Java may use "
                                    + mebibytes + " MiB of memory. Raise it with: -Xmx");
        }
        try (Logged logged = Logged.by(Means.class)) {
            assertThat(Means.requests(2, 1, Level.INFO)).isEqualTo(2);
            assertThat(logged.lines()).isEmpty();
        }
        OptionalLong files = limit();
        Assumptions.assumeTrue(files.isPresent(), "there is no limit of open files");
        try (Logged logged = Logged.by(Means.class)) {
            int most = Means.requests(Integer.MAX_VALUE, 1, Level.INFO);
            assertThat(logged.lines())
                    .containsExactly("INFO At most " + most
                            + " requests are served at the same time, not 2147483647: this process" + " may have "
                            + files.getAsLong() + " files open. Raise it with: ulimit -n");
        }
    }

    private static OptionalLong limit() {
        try {
            return Means.mayOpen(Files.readAllLines(Path.of("/proc/self/limits")));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
