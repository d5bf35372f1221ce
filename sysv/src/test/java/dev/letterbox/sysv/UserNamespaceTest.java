package dev.letterbox.sysv;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.letterbox.testkit.ChildProcess;
import dev.letterbox.testkit.Command;
import dev.letterbox.testkit.JavaProcess;
import dev.letterbox.testkit.Privileges;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** A change of a queue never gives it to another user unasked: the kernel sets the owner with every change. */
final class UserNamespaceTest {
    private static final int UNMAPPED = 41_002;

    @Test
    void changesThatWouldAlsoChangeAnUnmappedOwnerAreRefused() throws IOException {
        Privileges.assumeRoot();
        assumeTrue(
                Command.of("unshare", "--user", "true").run().status() == 0,
                "This test needs user namespaces, and there are none here");
        try (OwnedQueue queue = OwnedQueue.createPrivate(Mode.OWNER)) {
            queue.setOwner(UNMAPPED, UNMAPPED);
            List<String> words = new ArrayList<>(List.of("unshare", "--user"));
            words.addAll(JavaProcess.running(ChangesAQueue.class)
                    .command(String.valueOf(queue.id()))
                    .words());
            try (ChildProcess child = Command.of(words).openInput().start()) {
                child.awaitLine("not mapped yet");
                // Root alone may map more than itself: 65534, as which unmapped users are shown, is somebody here.
                map(child.pid(), "uid_map");
                map(child.pid(), "gid_map");
                child.writeLine("mapped");
                Map<String, String> outcomes = Attempt.outcomes(child.exit());

                String told = "QueueAccessException EPERM Cannot set the %s of queue " + queue.id()
                        + ": its owner is not mapped in this user namespace and is shown as uid 65534 gid 65534. Every"
                        + " change sets the owner too, so it would give the queue to that user. Set the owner first, or"
                        + " change the queue from outside the namespace.";
                assertThat(outcomes)
                        .containsEntry("mode", told.formatted("mode"))
                        .containsEntry("capacity", told.formatted("capacity"));
                assertThat(outcomes.get("owner")).isEqualTo("done");
                assertThat(outcomes.get("mode then")).isEqualTo("done");
            }
            assertThat(queue.status().ownerUid()).isZero();
        }
    }

    private static void map(long pid, String map) throws IOException {
        Files.writeString(Path.of("/proc/" + pid, map), "0 0 1\n65534 165534 1\n");
    }

    static final class ChangesAQueue {
        public static void main(String[] args) throws IOException {
            System.out.println("not mapped yet");
            if (System.in.read() < 0) {
                throw new IOException("nobody mapped users");
            }
            MessageQueue queue = MessageQueue.ofId(Integer.parseInt(args[0]));
            Attempt.print("mode", () -> queue.setMode(Mode.of(0_660)));
            Attempt.print("capacity", () -> queue.setCapacity(1000));
            Attempt.print("owner", () -> queue.setOwner(0, 0));
            Attempt.print("mode then", () -> queue.setMode(Mode.of(0_660)));
        }
    }

    @Test
    void aMapIsWholeWhereEveryIdIsInIt() {
        assertThat(UserNamespace.mapsAll(List.of("         0          0 4294967295")))
                .isTrue();
        assertThat(UserNamespace.mapsAll(List.of("0 0 1", "1 1 4294967294"))).isTrue();
        assertThat(UserNamespace.mapsAll(List.of("0 0 1", "65534 165534 1"))).isFalse();
        assertThat(UserNamespace.mapsAll(List.of())).isFalse();
    }
}
