package dev.letterbox.queues.reaper;

import static org.assertj.core.api.Assertions.assertThat;

import dev.letterbox.sysv.Mode;
import dev.letterbox.sysv.OwnedQueue;
import dev.letterbox.sysv.QueueStatus;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the flight recorder is told of orphans. */
final class ReapEventTest {
    @TempDir
    private Path folder;

    @Test
    void theFlightRecorderTellsOfOrphans() throws Exception {
        try (Recording recording = new Recording();
                OwnedQueue queue = OwnedQueue.createPrivate(Mode.OWNER)) {
            recording.enable("dev.letterbox.Reap");
            recording.start();
            QueueStatus state = queue.status();
            ReapEvent.record(new Reaper.Case(
                    state, Optional.empty(), new Verdict.Dead("its process is gone", true), Reaper.Fate.REMOVED));
            recording.stop();

            RecordedEvent reap = read(recording).getFirst();
            assertThat(reap.getEventType().getName()).isEqualTo("dev.letterbox.Reap");
            assertThat(reap.getInt("queue")).isEqualTo(state.id());
            assertThat(reap.getLong("uid")).isEqualTo(Integer.toUnsignedLong(state.creatorUid()));
            assertThat(reap.getLong("messages")).isZero();
            assertThat(reap.getString("fate")).isEqualTo("REMOVED");
            assertThat(reap.getString("evidence")).isEqualTo("its process is gone");
        }
    }

    private List<RecordedEvent> read(Recording recording) throws IOException {
        Path file = folder.resolve("recording.jfr");
        recording.dump(file);
        return RecordingFile.readAllEvents(file);
    }
}
