package dev.letterbox.cli.queues;

import static org.assertj.core.api.Assertions.assertThat;

import dev.letterbox.cli.Operator;
import dev.letterbox.sysv.waiters.Waiters;
import dev.letterbox.testkit.Await;
import dev.letterbox.testkit.ChildProcess;
import dev.letterbox.testkit.Command;
import dev.letterbox.testkit.IpcNamespace;
import dev.letterbox.testkit.IpcTable;
import dev.letterbox.testkit.Machine;
import dev.letterbox.testkit.Peers;
import dev.letterbox.testkit.Privileges;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The commands that remove queues keep those in which a program of 32 bits sleeps. Nothing else speaks for them. */
final class SleepersIT {
    /** No process of this user is running, so nothing but the sleep is a sign of life. */
    private static final int DEAD_USER = 61_004;

    private IpcNamespace namespace;
    private Operator letterbox;

    @BeforeEach
    void makeNamespace() {
        Privileges.assumeRoot();
        Machine.BITS_32.assumePresent();
        namespace = IpcNamespace.with(Map.of());
        letterbox = new Operator(namespace);
    }

    @AfterEach
    void endNamespace() {
        if (namespace != null) {
            namespace.close();
        }
    }

    /** A private queue of a user without processes, read and written by programs that have exited. */
    private int abandoned() {
        int queue = Integer.parseInt(Command.of(Peers.programForAll("queue"), "create")
                .asUser(DEAD_USER)
                .in(namespace)
                .run()
                .expect(0)
                .text()
                .strip());
        letterbox.peer("send", "" + queue, "1", "-s", "x").expect(0);
        letterbox.peer("receive", "" + queue, "0").expect(0);
        return queue;
    }

    private ChildProcess asleep(int queue, String... words) {
        ChildProcess program =
                Peers.command(Machine.BITS_32, "queue", words).in(namespace).start();
        Await.until(
                "it sleeps in queue " + queue,
                () -> Waiters.of(program.pid()).all().stream()
                        .anyMatch(waiter -> waiter.queue().orElse(-1) == queue));
        return program;
    }

    private List<Integer> table() {
        return namespace.table().queues().stream().map(IpcTable.Queue::id).toList();
    }

    @Test
    void queuesInWhichAProgramOf32BitsSleepsAreKept() {
        int read = abandoned();
        int written = abandoned();
        int forReap = abandoned();
        letterbox
                .peer("set", "" + written, "" + DEAD_USER, "" + DEAD_USER, "666", "-b", "64")
                .expect(0);
        letterbox.peer("send", "" + written, "1", "-z", "64").expect(0);
        try (ChildProcess reader = asleep(read, "receive", "" + read, "5");
                ChildProcess writer = asleep(written, "send", "" + written, "1", "-z", "50")) {
            Await.until(
                    "all are older than a second",
                    () -> !letterbox
                            .run("queues", "--private", "--older-than", "2s", "--no-header", "--columns", "id")
                            .expect(0)
                            .lines()
                            .stream()
                            .map(String::strip)
                            .filter(id -> id.equals("" + written))
                            .toList()
                            .isEmpty());
            assertThat(letterbox
                            .run("reap", "--classic", "--older-than", "1s", "--remove", "--yes")
                            .expect(0)
                            .text())
                    .contains("Removed queue " + forReap + ".");
            assertThat(table()).containsExactlyInAnyOrder(read, written);

            int forRemove = abandoned();
            assertThat(letterbox
                            .run("rm", "--orphans", "--private", "--yes")
                            .expect(0)
                            .text())
                    .contains("Removed queue " + forRemove + ".");
            assertThat(table()).containsExactlyInAnyOrder(read, written);
            assertThat(letterbox.run("doctor").text()).doesNotContain("rm --orphans");
            assertThat(reader.isAlive()).isTrue();
            assertThat(writer.isAlive()).isTrue();
        }
    }
}
