package dev.letterbox.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;

class IpcNamespaceTest {
    private static final Map<String, Integer> SMALL = Map.of("msgmni", 2, "msgmax", 100);

    @Test
    void givesOneCommandATableOfItsOwn() {
        IpcTable before = IpcTable.now();
        Finished finished = Command.of(
                        "sh", "-c", "ipcmk -Q && ipcmk -Q && ! ipcmk -Q 2>/dev/null && cat /proc/sys/kernel/msgmax")
                .inOwnIpcNamespace(SMALL)
                .run()
                .expect(0);
        assertThat(finished.lines()).hasSize(3).last().isEqualTo("100");
        assertThat(IpcTable.difference(before, IpcTable.now())).isEmpty();
    }

    @Test
    void isSharedByTheCommandsInItAndByNoOther() {
        IpcTable before = IpcTable.now();
        try (IpcNamespace namespace = IpcNamespace.with(SMALL)) {
            Command.of("ipcmk", "-Q", "-p", "0622").in(namespace).run().expect(0);
            Command.of("ipcmk", "-Q")
                    .asUser(Privileges.NOBODY)
                    .in(namespace)
                    .run()
                    .expect(0);
            Command.of("ipcmk", "-Q").in(namespace).run().expect(1);
            assertThat(namespace.table().queues())
                    .extracting(IpcTable.Queue::cuid)
                    .containsExactly(0, Privileges.NOBODY);
            assertThat(namespace.table().queues().getFirst().mode()).isEqualTo(0622);
        }
        assertThat(IpcTable.difference(before, IpcTable.now())).isEmpty();
    }

    @Test
    void mayBeLeftWithItsLimitsAsTheyAre() {
        String fresh = Command.of("unshare", "--ipc", "cat", "/proc/sys/kernel/msgmni")
                .run()
                .expect(0)
                .text();
        try (IpcNamespace namespace = IpcNamespace.with(Map.of())) {
            assertThat(namespace.table().items()).isEmpty();
            assertThat(Command.of("cat", "/proc/sys/kernel/msgmni")
                            .in(namespace)
                            .run()
                            .expect(0)
                            .text())
                    .isEqualTo(fresh);
        }
    }
}
