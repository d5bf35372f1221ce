package dev.letterbox.sysv.linux;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

final class ErrnoTest {
    @ParameterizedTest
    @EnumSource
    void everyErrorIsReadBackFromItsResult(Errno errno) {
        assertThat(errno.asResult()).isNegative();
        assertThat(KernelError.of(errno.asResult())).isEqualTo(errno);
        assertThat(errno.in(errno.asResult())).isTrue();
        assertThat(errno.in(errno.number())).isFalse();
    }

    @Test
    void aResultOf0OrMoreIsNoError() {
        assertThat(KernelError.of(0)).isNull();
        assertThat(KernelError.of(Long.MAX_VALUE)).isNull();
    }

    @ParameterizedTest
    @ValueSource(longs = {-133, -4094, -4096, -100_000})
    void anErrorThatTheListLacksIsToldByItsNumber(long result) {
        KernelError error = Objects.requireNonNull(KernelError.of(result));
        assertThat(error.number()).isEqualTo((int) -result);
        assertThat(error).hasToString("errno " + -result);
        assertThat(error.name()).isEqualTo("errno " + -result);
        assertThat(error.text()).isEqualTo("Unknown error " + -result);
        assertThat(new ErrnoException("semop", error)).hasMessage("semop: Unknown error %1$d (errno %1$d)", -result);
    }

    /** A call that neither succeeded nor failed, as no kernel answers. */
    @Test
    void aFailureWithoutANumberIsStillOne() {
        assertThat(KernelError.ofFailure(7).number()).isZero();
        assertThat(KernelError.of(Long.MIN_VALUE)).isNotNull();
    }
}
