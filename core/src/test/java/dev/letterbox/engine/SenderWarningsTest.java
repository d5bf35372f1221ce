package dev.letterbox.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.ResourceBundle;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class SenderWarningsTest {
    private final List<String> lines = new ArrayList<>();
    private final SenderWarnings warnings = new SenderWarnings(new Lines());

    private record Numbered(int pid) implements Sender {
        @Override
        public String describe() {
            return "process " + pid;
        }
    }

    @Test
    void eachSenderIsNamedOnceInAPeriod() {
        for (int times = 0; times < 3; times++) {
            warnings.warn(Optional.of(new Numbered(1)), "Wrong.");
            warnings.warn(Optional.of(new Numbered(2)), "Wrong.");
        }
        assertThat(lines).containsExactly("Wrong. Last to send was process 1.", "Wrong. Last to send was process 2.");
    }

    @Test
    void manySendersDoNotFloodTheLog() {
        for (int pid = 1; pid <= 1_000; pid++) {
            warnings.warn(Optional.of(new Numbered(pid)), "Wrong.");
        }
        assertThat(lines).hasSize(17).endsWith("Wrong. Last to send was process 17.");
    }

    @Test
    void aSenderMayBeUnknown() {
        warnings.warn(Optional.empty(), "Wrong.");
        assertThat(lines).containsExactly("Wrong.");
    }

    /** Keeps what is logged. */
    private final class Lines implements System.Logger {
        @Override
        public String getName() {
            return "lines";
        }

        @Override
        public boolean isLoggable(Level level) {
            return true;
        }

        @Override
        public void log(Level level, @Nullable ResourceBundle bundle, String text, @Nullable Throwable thrown) {
            lines.add(text);
        }

        @Override
        public void log(Level level, @Nullable ResourceBundle bundle, String format, Object... parameters) {
            lines.add(format);
        }
    }
}
