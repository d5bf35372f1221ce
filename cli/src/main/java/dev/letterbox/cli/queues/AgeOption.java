package dev.letterbox.cli.queues;

import dev.letterbox.cli.command.DurationConverter;
import dev.letterbox.cli.host.ListedQueue;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The option that chooses queues by the time since their last use. */
final class AgeOption {
    @Option(
            names = "--older-than",
            paramLabel = "TIME",
            converter = DurationConverter.class,
            description = "Only queues that have not been used or changed for this time, such as 2h.")
    private @Nullable Duration least;

    Optional<Duration> least() {
        return Optional.ofNullable(least);
    }

    boolean fits(ListedQueue queue) {
        return least == null || queue.idle().compareTo(least) >= 0;
    }
}
