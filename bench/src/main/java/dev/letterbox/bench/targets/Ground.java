package dev.letterbox.bench.targets;

import dev.letterbox.sysv.Key;
import dev.letterbox.testkit.Command;
import dev.letterbox.testkit.JavaProcess;
import dev.letterbox.testkit.Peers;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;

/** Is what all rows stand on: the folder that is served, the files in it, and how servers are started. */
final class Ground implements AutoCloseable {
    private final Settings settings;
    private final Path folder;
    private final Path launcher;
    private final ServedFile small;
    private final ServedFile medium;
    private final ServedFile large;

    private Ground(Settings settings, Path folder, Path launcher) throws IOException {
        this.settings = settings;
        this.folder = folder;
        this.launcher = launcher;
        this.small = ServedFile.create(folder, "small.bin", 1 << 10);
        // More than a queue holds.
        this.medium = ServedFile.create(folder, "medium.bin", 1 << 20);
        this.large = ServedFile.create(folder, "large.bin", settings.largeBytes());
    }

    static Ground prepare(Settings settings) throws IOException {
        Path launcher = launcher();
        Path folder = Files.createTempDirectory("letterbox-bench");
        try {
            return new Ground(settings, folder, launcher);
        } catch (IOException full) {
            remove(folder);
            throw full;
        }
    }

    private static Path launcher() {
        Path start = Path.of(System.getProperty("letterbox.root", "")).toAbsolutePath();
        return Stream.iterate(start, Objects::nonNull, Path::getParent)
                .map(above -> above.resolve("letterbox"))
                .filter(Files::isExecutable)
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("There is no program letterbox in or above " + start));
    }

    Settings settings() {
        return settings;
    }

    Rounds rounds() {
        return new Rounds(settings);
    }

    Path folder() {
        return folder;
    }

    /** Returns a file of 1 KB. */
    ServedFile small() {
        return small;
    }

    /** Returns a file that no queue has room for. */
    ServedFile medium() {
        return medium;
    }

    /** Returns a file of 256 MiB, in a run whose figures count. */
    ServedFile large() {
        return large;
    }

    /** Makes the command for our program, as installed: it does not look for changed sources. */
    Command letterbox(String... arguments) {
        return Command.of(launcher, arguments).env("LETTERBOX_NO_BUILD", "1");
    }

    /** Makes the command for a main class of this package: as java runs it by default, where figures count. */
    Command java(Class<?> mainClass, String... arguments) {
        // Netty's use of it, which would be told on standard error.
        JavaProcess program = JavaProcess.running(mainClass).options("--sun-misc-unsafe-memory-access=allow");
        if (settings.quick()) {
            program.options("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1");
        }
        return program.command(arguments);
    }

    /** Starts our server, as a user would, on a key of its own; requests are not logged, as no other server here logs them. */
    FileServer serve(String... options) {
        String key = freeKey();
        List<String> words = new ArrayList<>(List.of("serve", folder.toString(), "--key", key, "--quiet"));
        words.addAll(List.of(options));
        return FileServer.start("Letterbox", key, letterbox(words.toArray(String[]::new)), "^Serving ");
    }

    /** Starts our server with two worker processes. */
    FileServer serveIsolated() {
        String key = freeKey();
        Command command = letterbox(
                "serve", folder.toString(), "--key", key, "--quiet", "--isolation", "process", "--workers", "2");
        return FileServer.start("Letterbox", key, command, "^Serving ");
    }

    /** Starts the C server of the book's dialect: it forks for each request, reaps its children, and was compiled with -O2. */
    FileServer serveInC() {
        String key = freeKey();
        Command command = Command.of(Peers.program("tlpi-server"), "-k", key).inDirectory(folder);
        return FileServer.start("forking C server", key, command, "^ready");
    }

    private static String freeKey() {
        return Key.free().toString();
    }

    @Override
    public void close() throws IOException {
        remove(folder);
    }

    private static void remove(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.toList()) {
                Files.deleteIfExists(file);
            }
        }
        Files.delete(folder);
    }
}
