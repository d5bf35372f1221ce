package dev.letterbox.cli.output;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/** Writes ages with the precision that people need. */
public final class Ages {
    private Ages() {}

    public static String words(Optional<Instant> moment, Instant now) {
        return moment.map(when -> words(Duration.between(when, now))).orElse("never");
    }

    public static String words(Duration age) {
        long seconds = age.toSeconds();
        if (seconds < 1) {
            return "now";
        }
        if (seconds < 60) {
            return seconds + " s";
        }
        if (seconds < 60 * 60) {
            return seconds / 60 + " min";
        }
        if (seconds < 48 * 60 * 60) {
            return seconds / 60 / 60 + " h";
        }
        return seconds / 60 / 60 / 24 + " days";
    }
}
