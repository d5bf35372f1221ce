package dev.letterbox.metrics;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.letterbox.fuzz.Check;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.MethodSource;

/** What a server tells of itself, as {@code letterbox top} reads it. */
final class SnapshotFuzzTest {
    static Stream<String> texts() {
        return Stream.of("""
                letterbox-metrics 1
                pid 4711
                queue 32769
                key 447392417
                started 2026-01-02T03:04:05Z
                uptime 60000000000
                cpu 1000000
                received 12
                dropped malformed 3
                refused busy 1
                ended end 3000 1000:2 2000:1
                bytes 1024
                stalls 0
                at-work 1
                stalled 0
                sessions 1
                waiting 1 24 16384
                queues 3
                max-queues 32000
                workers 2 0
                users 1
                user 1000 1 0 0 1024 3000 1000:2 2000:1
                later something
                """);
    }

    @MethodSource("texts")
    @FuzzTest
    void metricsAreReadOrRefusedInWords(String text) {
        if (text == null) {
            return;
        }
        try {
            Snapshot read = SnapshotText.parse(text);
            String written = SnapshotText.write(read);
            Check.that(SnapshotText.write(SnapshotText.parse(written)).equals(written), "written again, it is another");
        } catch (IllegalArgumentException refused) {
            Check.that(String.valueOf(refused.getMessage()).contains("metrics"), "no words for it");
        }
    }
}
