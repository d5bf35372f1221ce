package dev.letterbox.share;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The limits of both versions of control groups, as their files say them. */
final class ControlGroupTest {
    @TempDir
    private Path root;

    private void write(String file, String text) throws IOException {
        Path path = root.resolve(file);
        Files.createDirectories(path.getParent());
        Files.writeString(path, text);
    }

    private ControlGroup group() {
        return new ControlGroup(root);
    }

    @Test
    void theLowestLimitOfTheGroupsAroundAProcessCounts() throws IOException {
        write("proc/self/cgroup", "0::/system.slice/letterbox.service\n");
        write("sys/fs/cgroup/system.slice/letterbox.service/memory.max", "max\n");
        assertThat(group().memoryLimit()).isEmpty();
        write("sys/fs/cgroup/system.slice/memory.max", "134217728\n");
        assertThat(group().memoryLimit()).hasValue(134_217_728);
        write("sys/fs/cgroup/system.slice/letterbox.service/memory.max", "67108864\n");
        assertThat(group().memoryLimit()).hasValue(67_108_864);
    }

    @Test
    void versionOneSaysALargeNumberForNoLimit() throws IOException {
        write("proc/self/cgroup", "9:name=systemd:/\n4:cpu,memory:/jobs/one\n0::/\n");
        write("sys/fs/cgroup/memory/memory.limit_in_bytes", "9223372036854771712\n");
        write("sys/fs/cgroup/memory/jobs/one/memory.limit_in_bytes", "9223372036854771712\n");
        assertThat(group().memoryLimit()).isEmpty();
        write("sys/fs/cgroup/memory/jobs/one/memory.limit_in_bytes", "1048576\n");
        assertThat(group().memoryLimit()).hasValue(1_048_576);
    }

    /** There the path is that on the host, and what is mounted is the container's own group. */
    @Test
    void inAContainerTheRootsLimitCounts() throws IOException {
        write("proc/self/cgroup", "4:memory:/docker/0123456789abcdef\n");
        write("sys/fs/cgroup/memory/memory.limit_in_bytes", "536870912\n");
        assertThat(group().memoryLimit()).hasValue(536_870_912);
    }

    @Test
    void whatCannotBeReadIsNoLimit() throws IOException {
        assertThat(group().memoryLimit()).isEmpty();
        write("proc/self/cgroup", "nonsense\n0::/../../etc\n");
        write("etc/memory.max", "1\n");
        assertThat(group().memoryLimit()).isEmpty();
        write("proc/self/cgroup", "0::/\n");
        write("sys/fs/cgroup/memory.max", "a lot\n");
        assertThat(group().memoryLimit()).isEmpty();
    }
}
