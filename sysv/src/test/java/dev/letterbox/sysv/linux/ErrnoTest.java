package dev.letterbox.sysv.linux;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

final class ErrnoTest {
    @ParameterizedTest
    @EnumSource
    void everyErrorIsReadBackFromItsResult(Errno errno) {
        assertThat(errno.asResult()).isNegative();
        assertThat(Errno.of(errno.asResult())).isEqualTo(errno);
        assertThat(errno.in(errno.asResult())).isTrue();
        assertThat(errno.in(errno.number())).isFalse();
    }

    @Test
    void aResultOf0OrMoreIsNoError() {
        assertThat(Errno.of(0)).isNull();
        assertThat(Errno.of(Long.MAX_VALUE)).isNull();
    }

    @ParameterizedTest
    @ValueSource(longs = {-133, -4094, -4096, -100_000})
    void anErrorThatTheListLacksIsUnknownAndNeverASuccess(long result) {
        assertThat(Errno.of(result)).isEqualTo(Errno.UNKNOWN);
    }
}
