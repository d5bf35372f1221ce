package dev.letterbox.queues;

import static org.assertj.core.api.Assertions.assertThat;

import dev.letterbox.Access;
import dev.letterbox.contract.TransportContract;
import dev.letterbox.engine.ClientEndpoint;
import dev.letterbox.engine.ServerEndpoint;
import dev.letterbox.engine.Transport;
import dev.letterbox.error.TransportException;
import dev.letterbox.queues.reaper.Reaper;
import dev.letterbox.sysv.Key;
import dev.letterbox.sysv.Mode;
import dev.letterbox.sysv.OwnedQueue;
import dev.letterbox.testkit.Background;
import dev.letterbox.testkit.Command;
import dev.letterbox.testkit.Deadline;
import dev.letterbox.testkit.IpcTable;
import dev.letterbox.testkit.JavaProcess;
import dev.letterbox.testkit.Peers;
import dev.letterbox.testkit.Privileges;
import dev.letterbox.testkit.Syscall;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The contract on System V message queues, and what the kernel adds to it. */
final class QueueTransportTest extends TransportContract {
    private final Key key = Key.free();

    @Override
    protected Transport transport() {
        return new QueueTransport(key);
    }

    @Override
    protected void assertNothingIsLeft() {
        assertThat(IpcTable.now().items()).noneMatch(item -> item.key() == key.value());
    }

    @Override
    protected void awaitAsleep(Background<?> waiting) {
        waiting.awaitAsleepIn(Syscall.MSGRCV);
    }

    /** Not to be read, and not to be peeked at: requests are for the server alone. */
    @Test
    void onlyTheServersUserReceivesRequests() {
        Privileges.assumeOtherUsers();
        Transport transport = new QueueTransport(key);
        try (ServerEndpoint server = transport.bind(Access.ALL)) {
            for (String[] call : new String[][] {{"receive", "0", "-n"}, {"receive", "0", "-n", "-c"}}) {
                List<String> words = new ArrayList<>(List.of(
                        Peers.programForAll("queue").toString(),
                        call[0],
                        "" + server.queueId().orElseThrow()));
                words.addAll(List.of(call).subList(1, call.length));
                assertThat(Command.of(words)
                                .asUser(Privileges.NOBODY)
                                .run()
                                .expect(1)
                                .err())
                        .isEqualTo("msgrcv: EACCES\n");
            }
        }
    }

    /** Tries to connect when the table of queues is full, and prints what it is told. */
    static final class FullTable {
        private FullTable() {}

        public static void main(String[] none) {
            Key key = Key.free();
            try (ServerEndpoint server = new QueueTransport(key).bind(Access.OWNER)) {
                try (ClientEndpoint client = new QueueTransport(key).connect(Deadline.PATIENCE)) {
                    System.out.println(server.name() + " " + client.address());
                } catch (RuntimeException full) {
                    System.out.println(full.getClass().getSimpleName() + ": " + full.getMessage());
                }
            }
        }
    }

    @Test
    void withoutSpaceForAQueueItSaysWhatIsFull() {
        assertThat(JavaProcess.running(FullTable.class)
                        .command()
                        .inOwnIpcNamespace(Map.of("msgmni", 1))
                        .run()
                        .expect(0)
                        .text())
                .startsWith("TransportException: ")
                .contains("msgget: ENOSPC")
                .contains("kernel.msgmni");
    }

    /** As {@link FullTable}, beside a queue that looks like a client's: the server may remove it, so it is waited for. */
    static final class FullOfClients {
        private FullOfClients() {}

        public static void main(String[] none) {
            Transport transport = new QueueTransport(Key.free());
            try (ServerEndpoint server = transport.bind(Access.OWNER);
                    OwnedQueue likeAClients = OwnedQueue.createPrivate(Mode.OWNER)) {
                long start = System.nanoTime();
                try (ClientEndpoint client = transport.connect(Duration.ofMillis(500))) {
                    System.out.println(server.name() + " " + likeAClients.id() + " " + client.address());
                } catch (TransportException full) {
                    System.out.println(
                            Duration.ofNanos(System.nanoTime() - start).toMillis());
                }
            }
        }
    }

    @Test
    void spaceForAQueueIsWaitedForNoLongerThanTheCallerWaits() {
        String millis = JavaProcess.running(FullOfClients.class)
                .command()
                .inOwnIpcNamespace(Map.of("msgmni", 2))
                .run()
                .expect(0)
                .text()
                .strip();
        // A caller with more patience waits until the server would have removed the queue of a killed client.
        assertThat(Duration.ofMillis(Long.parseLong(millis)))
                .isBetween(Duration.ofMillis(500), Reaper.BETWEEN_STRIKES.plusSeconds(2));
    }
}
