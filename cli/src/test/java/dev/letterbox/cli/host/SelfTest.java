package dev.letterbox.cli.host;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.letterbox.sysv.linux.ProcessStatus;
import java.io.IOException;
import org.junit.jupiter.api.Test;

/** Which capabilities of a process count. */
final class SelfTest {
    private static final String ALL_USERS = "         0          0 4294967295\n";

    private static ProcessStatus status(String capabilities) {
        return ProcessStatus.of(
                "Name:\tjava\nUid:\t5\t7\t5\t5\nCapInh:\t0000000000000000\nCapEff:\t" + capabilities + "\n");
    }

    @Test
    void theEffectiveUserAndCapabilitiesAreRead() throws IOException {
        Self self = Self.of(status("0000000001008000"), ALL_USERS);
        assertThat(self.uid()).isEqualTo(7);
        assertThat(self.has(Self.CAP_IPC_OWNER)).isTrue();
        assertThat(self.has(Self.CAP_SYS_RESOURCE)).isTrue();
        assertThat(self.has(Self.CAP_SYS_ADMIN)).isFalse();
    }

    /** The kernel asks for it outside. The others count for queues of an IPC namespace that belongs to the user namespace. */
    @Test
    void inAUserNamespaceTheRightToRaiseCapacitiesDoesNotCount() throws IOException {
        for (String users : new String[] {"0 1000 1\n", "0 1000 1\n1 100000 65536\n", ""}) {
            Self self = Self.of(status("000001ffffffffff"), users);
            assertThat(self.has(Self.CAP_SYS_RESOURCE)).as(users).isFalse();
            assertThat(self.has(Self.CAP_IPC_OWNER)).isTrue();
            assertThat(self.has(Self.CAP_SYS_ADMIN)).isTrue();
        }
    }

    @Test
    void whatTheKernelDoesNotTellIsAnError() {
        assertThatExceptionOfType(IOException.class)
                .isThrownBy(() -> Self.of(ProcessStatus.of("Name:\tjava\n"), ALL_USERS));
    }
}
