package dev.letterbox.lab.report;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/** Describes this machine. */
final class Machine {
    private Machine() {}

    /** Returns a sentence with the time, the kernel, the processor and the Java version. */
    static String measuredOn() {
        return "Measured on %s: Linux %s (%s), %s, %d cores; Java %s."
                .formatted(
                        ZonedDateTime.now(ZoneOffset.UTC)
                                .format(DateTimeFormatter.ofPattern("d MMMM yyyy, HH:mm 'UTC'", Locale.ENGLISH)),
                        System.getProperty("os.version"),
                        System.getProperty("os.arch"),
                        processor(),
                        Runtime.getRuntime().availableProcessors(),
                        Runtime.version().feature());
    }

    private static String processor() {
        try (var lines = Files.lines(Path.of("/proc/cpuinfo"))) {
            return lines.filter(line -> line.startsWith("model name"))
                    .map(line -> line.substring(line.indexOf(':') + 1).strip())
                    .findFirst()
                    .orElse("an unnamed processor");
        } catch (IOException hidden) {
            return "an unknown processor";
        }
    }
}
