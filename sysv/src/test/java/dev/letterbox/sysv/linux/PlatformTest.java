package dev.letterbox.sysv.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatNoException;

import dev.letterbox.sysv.error.UnsupportedKernelException;
import java.nio.ByteOrder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class PlatformTest {
    @ParameterizedTest
    @ValueSource(strings = {"amd64", "aarch64"})
    void linuxOnBothArchitecturesIsTaken(String architecture) {
        assertThatNoException().isThrownBy(() -> Platform.check("Linux", architecture, ByteOrder.LITTLE_ENDIAN));
    }

    @ParameterizedTest
    @CsvSource({
        "Mac OS X, aarch64",
        "Windows 11, amd64",
        "FreeBSD, amd64",
        "Linux, x86",
        "Linux, arm",
        "Linux, riscv64",
        "Linux, s390x"
    })
    void anyOtherSystemIsRefusedInOnePlainSentence(String system, String architecture) {
        assertThatExceptionOfType(UnsupportedKernelException.class)
                .isThrownBy(() -> Platform.check(system, architecture, ByteOrder.LITTLE_ENDIAN))
                .withMessage("Letterbox needs 64-bit Linux on x86-64 or aarch64. This is " + system + " on "
                        + architecture + ".");
    }

    @Test
    void theOtherByteOrderIsRefused() {
        assertThatExceptionOfType(UnsupportedKernelException.class)
                .isThrownBy(() -> Platform.check("Linux", "aarch64", ByteOrder.BIG_ENDIAN));
    }

    @Test
    void thisMachineIsTaken() {
        assertThatNoException().isThrownBy(Platform::check);
        assertThat(Linux.host()).isSameAs(Linux.host());
    }
}
