package dev.letterbox.bench.targets;

import dev.letterbox.testkit.Command;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Says where it was measured.
 *
 * @param processor its model
 * @param cores how many of them this program may use
 * @param kernel Linux's release
 * @param java the JDK
 * @param compiler the C compiler
 * @param files what kind of file system the files are on
 */
record Machine(String processor, int cores, String kernel, String java, String compiler, String files) {
    static Machine here(String files) throws IOException {
        return new Machine(
                processorModel(),
                Runtime.getRuntime().availableProcessors(),
                System.getProperty("os.version"),
                System.getProperty("java.vendor") + " " + Runtime.version(),
                Command.of("cc", "--version").run().expect(0).lines().getFirst(),
                files);
    }

    private static String processorModel() throws IOException {
        try (var lines = Files.lines(Path.of("/proc/cpuinfo"))) {
            // Only x86 names it so.
            return lines.filter(line -> line.startsWith("model name"))
                    .map(line -> line.substring(line.indexOf(':') + 1).strip())
                    .findFirst()
                    .orElse(System.getProperty("os.arch"));
        }
    }

    String text() {
        return "%s, %d cores; Linux %s; %s; %s; files on %s".formatted(processor, cores, kernel, java, compiler, files);
    }

    String json() {
        return """
                {"processor": "%s", "cores": %d, "kernel": "%s", "java": "%s", "compiler": "%s", "files": "%s"}""".formatted(processor, cores, kernel, java, compiler, files);
    }
}
