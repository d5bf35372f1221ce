package dev.letterbox.cli.command;

import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Option;

/** The options that limit how long to wait. */
public final class Waiting {
    @ArgGroup
    private Choice choice = new Choice();

    private static final class Choice {
        @Option(
                names = {"-t", "--timeout"},
                paramLabel = "TIME",
                converter = DurationConverter.class,
                description = "Give up after this time, such as 5s. Default: wait for ever.")
        private @Nullable Duration timeout;

        @Option(
                names = {"-n", "--no-wait"},
                description = "Do not wait.")
        private boolean not;
    }

    /** Returns the longest time to wait; empty means for ever. */
    public Optional<Duration> limit() {
        return choice.not ? Optional.of(Duration.ZERO) : Optional.ofNullable(choice.timeout);
    }
}
