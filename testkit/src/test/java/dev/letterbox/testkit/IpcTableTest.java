package dev.letterbox.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class IpcTableTest {
    @Test
    void showsWhatWasMadeSince() {
        IpcTable before = IpcTable.now();
        int queue = make("-Q");
        int segment = make("-M", "5000");
        int semaphores = make("-S", "3");
        try {
            List<IpcTable.Item> made = IpcTable.difference(before, IpcTable.now());
            assertThat(made).extracting(IpcTable.Item::id).containsExactly(queue, segment, semaphores);
            assertThat(made)
                    .extracting(Object::toString)
                    .satisfiesExactly(
                            text -> assertThat(text)
                                    .matches(
                                            "message queue \\d+ \\(key 0x\\p{XDigit}{8}, owner \\d+, creator \\d+, mode 0644\\), 0 messages .*"),
                            text -> assertThat(text)
                                    .contains("shared memory segment", "5000 bytes", "attached 0 times"),
                            text -> assertThat(text)
                                    .startsWith("semaphore set ")
                                    .endsWith(" of 3"));
            assertThat(IpcTable.difference(IpcTable.now(), before)).isEmpty();
        } finally {
            Command.of("ipcrm", "-q", "" + queue, "-m", "" + segment, "-s", "" + semaphores)
                    .run()
                    .expect(0);
        }
        assertThat(IpcTable.difference(before, IpcTable.now())).isEmpty();
    }

    @Test
    void readsTheKernelsNumbers() {
        String line =
                "-1430532895         65   622       4100          1  1234  5678 65534 65534 4294967294     0 5 6 7";
        IpcTable table =
                IpcTable.readBy(file -> file.endsWith("msg") ? List.of("key msqid ...", line) : List.of("key ..."));
        IpcTable.Queue queue = table.queue(65).orElseThrow();
        assertThat(queue).isEqualTo(new IpcTable.Queue(0xaabbcce1, 65, 0622, 4100, 1, 1234, 5678, 65534, 65534, -2, 0));
        assertThat(table.queueOfKey(0xaabbcce1)).contains(queue);
        assertThat(table.queueOfKey(0)).isEmpty();
        assertThat(table.queue(66)).isEmpty();
    }

    private static int make(String... arguments) {
        String line = Command.of("ipcmk", arguments).run().expect(0).text();
        return Pattern.compile("\\d+")
                .matcher(line)
                .results()
                .map(MatchResult::group)
                .map(Integer::valueOf)
                .findFirst()
                .orElseThrow();
    }
}
