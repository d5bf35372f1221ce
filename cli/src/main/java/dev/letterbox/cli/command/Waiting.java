package dev.letterbox.cli.command;

import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Option;

/** Is the options that say how long to wait. */
public final class Waiting {
    @ArgGroup
    private Choice choice = new Choice();

    private static final class Choice {
        @Option(
                names = {"-t", "--timeout"},
                paramLabel = "TIME",
                converter = DurationConverter.class,
                description = "Wait for so long at most, as in 5s. Default: for ever.")
        private @Nullable Duration timeout;

        @Option(
                names = {"-n", "--no-wait"},
                description = "Do not wait at all.")
        private boolean not;
    }

    /** Tells how long to wait at most; empty for ever. */
    public Optional<Duration> limit() {
        return choice.not ? Optional.of(Duration.ZERO) : Optional.ofNullable(choice.timeout);
    }
}
