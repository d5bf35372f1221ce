package dev.letterbox.cli.files;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

final class FileSourceTest {
    @Test
    void pausesGrowAndStopGrowing() {
        assertThat(FileSource.after(Duration.ofMillis(200))).isEqualTo(Duration.ofMillis(400));
        assertThat(FileSource.after(Duration.ofMillis(6_400))).isEqualTo(Duration.ofSeconds(10));
        assertThat(FileSource.after(Duration.ofSeconds(10))).isEqualTo(Duration.ofSeconds(10));
    }
}
