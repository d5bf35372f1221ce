package dev.letterbox.sysv.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ProcessStatusTest {
    @Test
    void whatTheKernelTellsIsRead() {
        ProcessStatus status = ProcessStatus.of("""
                Name:\tjava
                State:\tS (sleeping)
                Uid:\t5\t4294967294\t5\t5
                Groups:\t4 24 4294967295\s
                NStgid:\t1
                CapInh:\tff
                CapEff:\t8000000000008000
                Seccomp:\t2
                Seccomp_filters:\t1
                """);
        assertThat(status.uid()).hasValue(-2);
        assertThat(status.groups()).containsExactlyInAnyOrder(4L, 24L, 0xffff_ffffL);
        assertThat(status.capabilities()).hasValue(0x8000_0000_0000_8000L);
        assertThat(status.has(15)).isTrue();
        assertThat(status.has(63)).isTrue();
        assertThat(status.has(16)).isFalse();
        assertThat(status.isFiltered()).isTrue();
        assertThat(status.hasExited()).isFalse();
    }

    @Test
    void whatItDoesNotTellIsEmpty() {
        ProcessStatus status = ProcessStatus.of("Groups:\t \nSeccomp:\t0\nState:\tZ (zombie)\n");
        assertThat(status.uid()).isEmpty();
        assertThat(status.groups()).isEmpty();
        assertThat(status.capabilities()).isEmpty();
        assertThat(status.has(0)).isFalse();
        assertThat(status.isFiltered()).isFalse();
        assertThat(status.hasExited()).isTrue();
    }

    @Test
    void thisProcessIsRead() {
        ProcessStatus status = ProcessStatus.ofThisProcess();
        assertThat(status.uid()).hasValue((int) Linux.host().geteuid());
        assertThat(status.capabilities()).isPresent();
        assertThat(status.hasExited()).isFalse();
    }

    /** As prctl(PR_SET_NAME) sets it. */
    @Test
    void aProcessMayHaveANameInAnyBytes(@TempDir Path directory) throws IOException {
        Files.write(
                directory.resolve("status"),
                "Name:\t\u00ff\u00fe\nUid:\t1\t2\t1\t1\n".getBytes(StandardCharsets.ISO_8859_1));
        assertThat(ProcessStatus.in(directory).uid()).hasValue(2);
        assertThatExceptionOfType(IOException.class).isThrownBy(() -> ProcessStatus.in(directory.resolve("none")));
    }
}
