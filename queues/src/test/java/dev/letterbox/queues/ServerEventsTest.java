package dev.letterbox.queues;

import static org.assertj.core.api.Assertions.assertThat;

import dev.letterbox.Drop;
import dev.letterbox.FailureKind;
import dev.letterbox.Outcome;
import dev.letterbox.Request;
import dev.letterbox.contract.TestServices;
import dev.letterbox.server.Server;
import dev.letterbox.server.ServerObserver;
import dev.letterbox.sysv.Key;
import dev.letterbox.testkit.Await;
import dev.letterbox.wire.SessionWire;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the flight recorder and observers are told of a server. */
final class ServerEventsTest {
    @TempDir
    private Path folder;

    /** Writes down what it is told. */
    private static final class Notes implements ServerObserver {
        private final List<String> lines = Collections.synchronizedList(new ArrayList<>());
        private volatile long nanos;

        @Override
        public void started(Server server) {
            lines.add("started " + server.statistics().received());
        }

        @Override
        public void ended(Request request, Outcome outcome, long took, long bytes) {
            nanos = took;
            lines.add("ended %s %s %s %d".formatted(request.dialect(), request.service(), outcome, bytes));
        }

        @Override
        public void refused(Request request, FailureKind why) {
            lines.add("refused %s %s".formatted(request.service(), why));
        }

        @Override
        public void stalled(Request request) {
            lines.add("stalled " + request.service());
        }

        @Override
        public void dropped(Drop why) {
            lines.add("dropped " + why);
        }

        void await(String line, int times) {
            Await.value(line, () -> List.copyOf(lines), told -> Collections.frequency(told, line) >= times);
        }
    }

    private static Server start(ServerObserver observer) {
        return Server.on(new QueueTransport(Key.free()))
                .service("echo", TestServices.echo())
                .service("endless", new TestServices.Endless())
                .observer(observer)
                .start();
    }

    private static void ask(HandmadeClient client, long id, String service) throws InterruptedException {
        client.request(id, service, "hello");
        client.last();
    }

    @Test
    void anObserverIsToldOfEachRequestOnce() throws InterruptedException {
        Notes notes = new Notes();
        try (Server server = start(notes);
                HandmadeClient client = HandmadeClient.inSessionWith(server)) {
            ask(client, 1, "echo");
            ask(client, 2, "nothing");
            client.request(2, "echo", "");

            notes.await("dropped REPEATED", 1);
            notes.await("ended session echo END 5", 1);
            notes.await("ended session nothing FAILURE 0", 1);
            assertThat(List.copyOf(notes.lines))
                    .containsExactlyInAnyOrder(
                            "started 0",
                            "ended session echo END 5",
                            "refused nothing REFUSED",
                            "ended session nothing FAILURE 0",
                            "dropped REPEATED");
            assertThat(notes.nanos).isPositive();
        }
    }

    @Test
    void aClientThatTakesNothingForASecondStallsUntilItTakesSomething() throws InterruptedException {
        Notes notes = new Notes();
        try (Server server = start(notes);
                HandmadeClient client = HandmadeClient.inSessionWith(server)) {
            client.request(client.credentials(), 1, "endless", "", 0, HandmadeClient.ENDLESS);
            notes.await("stalled endless", 1);
            assertThat(server.statistics().stalled()).isEqualTo(1);

            // It stalls anew, and is told of anew, a second after it took something for the last time.
            Await.until("it goes on", () -> {
                client.next();
                return server.statistics().stalled() == 0;
            });
            notes.await("stalled endless", 2);
        }
    }

    /** It has room in its queue, but does not say that it takes more. */
    @Test
    void aClientThatDoesNotAskForMoreStallsToo() throws InterruptedException {
        Notes notes = new Notes();
        try (Server server = start(notes);
                HandmadeClient client = HandmadeClient.inSessionWith(server)) {
            client.request(client.credentials(), 1, "endless", "", 0, 100);
            notes.await("stalled endless", 1);

            AtomicLong allowed = new AtomicLong(100);
            Await.until("it goes on", () -> {
                client.control(client.credentials(), 1, SessionWire.CREDIT, allowed.addAndGet(100));
                return server.statistics().stalled() == 0;
            });
        }
    }

    @Test
    void anObserverThatFailsDoesNoHarm() throws InterruptedException {
        ServerObserver broken = new ServerObserver() {
            @Override
            public void ended(Request request, Outcome outcome, long nanos, long bytes) {
                throw new AssertionError("broken");
            }

            @Override
            public void refused(Request request, FailureKind why) {
                throw new IllegalStateException("broken");
            }
        };
        Notes notes = new Notes();
        try (Server server = Server.on(new QueueTransport(Key.free()))
                        .service("echo", TestServices.echo())
                        .observer(broken)
                        .observer(notes)
                        .start();
                HandmadeClient client = HandmadeClient.inSessionWith(server)) {
            ask(client, 1, "nothing");
            ask(client, 2, "echo");
            notes.await("ended session echo END 5", 1);
            notes.await("refused nothing REFUSED", 1);
        }
    }

    @Test
    void theFlightRecorderTellsOfRequestsStallsRefusalsAndDrops() throws Exception {
        try (Recording recording = new Recording()) {
            recording.enable("dev.letterbox.Request").withoutThreshold();
            recording.enable("dev.letterbox.Stall").withoutThreshold();
            recording.enable("dev.letterbox.Refusal");
            recording.enable("dev.letterbox.Drop");
            recording.start();
            Notes notes = new Notes();
            int queue;
            try (Server server = start(notes);
                    HandmadeClient client = HandmadeClient.inSessionWith(server)) {
                queue = client.queue().id();
                ask(client, 1, "echo");
                ask(client, 2, "nothing");
                client.request(2, "echo", "");
                notes.await("dropped REPEATED", 1);
                client.request(client.credentials(), 3, "endless", "", 0, 100);
                notes.await("stalled endless", 1);
            }
            recording.stop();

            List<RecordedEvent> events = read(recording);
            RecordedEvent request = only(events, "dev.letterbox.Request", "echo");
            assertThat(request.getString("dialect")).isEqualTo("session");
            assertThat(request.getString("outcome")).isEqualTo("END");
            assertThat(request.getLong("bytes")).isEqualTo(5);
            assertThat(request.getInt("queue")).isEqualTo(queue);
            assertThat(request.getLong("uid")).isNotNegative();
            assertThat(request.getDuration()).isPositive();
            assertThat(request.getStackTrace()).isNull();
            assertThat(only(events, "dev.letterbox.Refusal", "nothing").getString("reason"))
                    .isEqualTo("REFUSED");
            RecordedEvent stall = only(events, "dev.letterbox.Stall", "endless");
            assertThat(stall.getLong("bytes")).isEqualTo(100);
            assertThat(stall.getBoolean("resumed")).isFalse();
            assertThat(events)
                    .filteredOn(event -> event.getEventType().getName().equals("dev.letterbox.Drop"))
                    .extracting(event -> event.getString("reason"))
                    .containsExactly("REPEATED");
        }
    }

    private List<RecordedEvent> read(Recording recording) throws IOException {
        Path file = folder.resolve("recording.jfr");
        recording.dump(file);
        return RecordingFile.readAllEvents(file);
    }

    private static RecordedEvent only(List<RecordedEvent> events, String name, String service) {
        List<RecordedEvent> found = events.stream()
                .filter(event -> event.getEventType().getName().equals(name))
                .filter(event -> service.equals(event.getString("service")))
                .toList();
        assertThat(found).hasSize(1);
        return found.getFirst();
    }
}
