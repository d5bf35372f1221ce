package dev.letterbox.cli.queues;

import static org.assertj.core.api.Assertions.assertThat;

import dev.letterbox.cli.Operator;
import dev.letterbox.cli.Schemas;
import dev.letterbox.cli.queues.QueueChange.Event;
import dev.letterbox.sysv.Mode;
import dev.letterbox.sysv.QueueStatus;
import dev.letterbox.testkit.ChildProcess;
import dev.letterbox.testkit.Command;
import dev.letterbox.testkit.IpcNamespace;
import dev.letterbox.testkit.Peers;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class WatchTest {
    private static final Instant THEN = Instant.parse("2026-01-01T12:00:00Z");

    private static QueueStatus holding(long messages, int sender, int sentAt, int receiver, int receivedAt) {
        return new QueueStatus(
                5,
                0x42,
                0,
                0,
                0,
                0,
                Mode.OWNER,
                messages,
                messages * 10,
                OptionalLong.of(16_384),
                sender,
                receiver,
                Optional.of(THEN.plusSeconds(sentAt)),
                Optional.of(THEN.plusSeconds(receivedAt)),
                THEN);
    }

    private static QueueChange known(Event event, long messages, int by) {
        return new QueueChange(event, OptionalLong.of(messages), OptionalLong.of(messages * 10), by);
    }

    private static QueueChange unknown(Event event, int by) {
        return new QueueChange(event, OptionalLong.empty(), OptionalLong.empty(), by);
    }

    @Test
    void whatTheKernelTellsIsShownAndNoMore() {
        QueueStatus before = holding(3, 71, 0, 72, 0);
        assertThat(QueueChange.between(before, before)).isEmpty();
        assertThat(QueueChange.between(before, holding(5, 71, 0, 72, 0))).containsExactly(known(Event.SENT, 2, 71));
        assertThat(QueueChange.between(before, holding(5, 73, 1, 72, 0))).containsExactly(known(Event.SENT, 2, 73));
        assertThat(QueueChange.between(before, holding(2, 71, 0, 72, 1))).containsExactly(known(Event.RECEIVED, 1, 72));
        assertThat(QueueChange.between(before, holding(3, 71, 1, 72, 1)))
                .as("as many came as went")
                .containsExactly(unknown(Event.SENT, 71), unknown(Event.RECEIVED, 72));
        assertThat(QueueChange.between(before, holding(4, 71, 1, 74, 0)))
                .as("more came than went")
                .containsExactly(unknown(Event.SENT, 71), unknown(Event.RECEIVED, 74));
    }

    @Test
    void showsEventsAsTheyHappenUntilTheQueueIsRemoved() {
        try (IpcNamespace namespace = IpcNamespace.with(Map.of())) {
            Operator letterbox = new Operator(namespace);
            int queue = letterbox.create("-k", "0x4242");
            try (ChildProcess watch = letterbox.command("watch", "0x4242").start();
                    ChildProcess narrow = letterbox
                            .command("watch", "" + queue)
                            .onTerminal(40)
                            .start();
                    ChildProcess lines =
                            letterbox.command("watch", "" + queue, "--json").start()) {
                narrow.awaitLine("a second\\.");
                watch.awaitErrLine(
                        "letterbox: Watching queue %d, which holds 0 messages, every 20 ms\\.".formatted(queue));
                lines.awaitErrLine("Watching");
                letterbox.peer("send", "" + queue, "1", "-s", "hello").expect(0);
                watch.awaitLine("sent 1 message, 5 bytes by process \\d+ \\(.*\\); 1 message, 5 bytes remain");
                letterbox.run("set", "" + queue, "--mode", "0640").expect(0);
                watch.awaitLine("owner, mode or capacity changed");
                letterbox.peer("receive", "" + queue, "0").expect(0);
                watch.awaitLine("received 1 message, 5 bytes by process \\d+ \\(.*\\); 0 messages, 0 bytes remain");
                try (ChildProcess receiver = Command.of(Peers.program("queue"), "receive", "" + queue, "7")
                        .in(namespace)
                        .start()) {
                    watch.awaitLine("process %d \\(queue\\) waits for a message of type 7".formatted(receiver.pid()));
                    lines.awaitLine("\"event\":\"waits\"");
                    narrow.awaitLine("^ {14}.*type 7");
                    receiver.kill();
                    watch.awaitLine("process %d \\(queue\\) no longer waits".formatted(receiver.pid()));
                }
                letterbox.peer("rm", "" + queue).expect(0);
                watch.awaitLine("the queue was removed");
                watch.exit().expect(0);
                assertThat(narrow.exit().expect(0).text().lines())
                        .allSatisfy(line -> assertThat(line.length()).isLessThanOrEqualTo(40));
                lines.exit().expect(0);
                lines.out().lines().forEach(line -> Schemas.checked("watch", line));
                assertThat(lines.out()).contains("\"event\":\"sent\"", "\"event\":\"waits\"", "\"event\":\"removed\"");
            }
            assertThat(letterbox.run("watch", "" + queue).expect(1).err()).contains("There is no queue with the id");
        }
    }
}
