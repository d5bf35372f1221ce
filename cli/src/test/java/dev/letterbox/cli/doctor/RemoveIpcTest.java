package dev.letterbox.cli.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RemoveIpcTest {
    @TempDir
    private Path root;

    @BeforeEach
    void runSystemd() throws IOException {
        Files.createDirectories(root.resolve("run/systemd/system"));
    }

    @Test
    void isOffWithoutSystemd() throws IOException {
        Files.delete(root.resolve("run/systemd/system"));
        assertThat(isOn()).isFalse();
    }

    @Test
    void isOnByDefault() throws IOException {
        assertThat(isOn()).isTrue();
        write("etc/systemd/logind.conf", "[Login]\n#RemoveIPC=no\n");
        assertThat(isOn()).isTrue();
        write("etc/systemd/logind.conf", "[Login]\nKillUserProcesses=no\n RemoveIPC = No\n");
        assertThat(isOn()).isFalse();
    }

    @Test
    void theLastDropInCountsAndEtcHidesUsr() throws IOException {
        write("etc/systemd/logind.conf", "[Login]\nRemoveIPC=no\n");
        write("usr/lib/systemd/logind.conf.d/50.conf", "[Login]\nRemoveIPC=yes\n");
        assertThat(isOn()).isTrue();
        write("etc/systemd/logind.conf.d/50.conf", "[Login]\n");
        assertThat(isOn()).isFalse();
        write("run/systemd/logind.conf.d/60.conf", "[Login]\nRemoveIPC=1\n");
        assertThat(isOn()).isTrue();
    }

    @Test
    void knowsUsersThatLinger() throws IOException {
        write("var/lib/systemd/linger/alice", "");
        assertThat(new RemoveIpc(root).lingers("alice")).isTrue();
        assertThat(new RemoveIpc(root).lingers("bob")).isFalse();
    }

    /** Root's doctor speaks of the server of another user too. */
    @Test
    void eachUserWithoutLingeringIsWarned() throws IOException {
        write("var/lib/systemd/linger/alice", "");
        Map<Integer, String> users = new LinkedHashMap<>(Map.of(0, "root"));
        users.put(1_000, "alice");
        assertThat(says(users)).singleElement().asString().endsWith("but not those of root, alice.");
        users.put(1_001, "bob");
        users.put(-2, "carol");
        assertThat(says(users))
                .hasSize(2)
                .anyMatch(text -> text.startsWith("systemd removes the queues of bob when"))
                .anyMatch(text -> text.startsWith("systemd removes the queues of carol when"));
    }

    @Test
    void theAdviceNamesTheRestartWithoutWhichTheSettingDoesNotCount() {
        assertThat(LogoutCheck.findings(new RemoveIpc(root), Map.of(1_001, "bob")))
                .singleElement()
                .extracting(finding -> finding.remedy().orElseThrow())
                .asString()
                .startsWith("loginctl enable-linger bob; or RemoveIPC=no in /etc/systemd/logind.conf")
                .endsWith(": systemctl restart systemd-logind");
    }

    private List<String> says(Map<Integer, String> users) {
        return LogoutCheck.findings(new RemoveIpc(root), users).stream()
                .map(Finding::says)
                .toList();
    }

    private boolean isOn() {
        return new RemoveIpc(root).isOn();
    }

    private void write(String file, String text) throws IOException {
        Path path = root.resolve(file);
        Files.createDirectories(path.getParent());
        Files.writeString(path, text);
    }
}
