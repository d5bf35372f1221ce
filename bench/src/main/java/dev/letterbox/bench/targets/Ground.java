package dev.letterbox.bench.targets;

import dev.letterbox.sysv.Key;
import dev.letterbox.testkit.Command;
import dev.letterbox.testkit.JavaProcess;
import dev.letterbox.testkit.Peers;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Is what all rows stand on: the folder that is served, the files in it, and how servers are started. */
final class Ground implements AutoCloseable {
    /** Has the launcher look for no changed sources, as an installed program looks for none. */
    static final String NO_BUILD = "LETTERBOX_NO_BUILD";

    private static final Duration PACKAGING = Duration.ofMinutes(10);
    private static final Path MEMORY = Path.of("/dev/shm");

    private final Settings settings;
    private final Path folder;
    private final Path launcher;
    private final ServedFile small;
    private final ServedFile medium;
    private final ServedFile large;
    private final ServedFile huge;

    private Ground(Settings settings, Path folder, Path launcher) throws IOException {
        this.settings = settings;
        this.folder = folder;
        this.launcher = launcher;
        this.small = ServedFile.create(folder, "small.bin", 1 << 10);
        // More than a queue holds.
        this.medium = ServedFile.create(folder, "medium.bin", 1 << 20);
        this.large = ServedFile.create(folder, "large.bin", settings.largeBytes());
        this.huge = ServedFile.create(folder, "huge.bin", settings.hugeBytes());
    }

    static Ground prepare(Settings settings) throws IOException {
        Path launcher = launcher();
        Path folder = Files.createTempDirectory(place(settings), "letterbox-bench");
        try {
            return new Ground(settings, folder, launcher);
        } catch (IOException full) {
            remove(folder);
            throw full;
        }
    }

    /** In memory, where there is room for the files and two copies: no disk is measured. */
    private static Path place(Settings settings) throws IOException {
        long needed = 3 * settings.hugeBytes() + settings.largeBytes();
        return !settings.quick()
                        && Files.isWritable(MEMORY)
                        && Files.getFileStore(MEMORY).getUsableSpace() > needed
                ? MEMORY
                : Path.of(System.getProperty("java.io.tmpdir"));
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

    /** Returns a file of 1 GiB, in a run whose figures count. */
    ServedFile huge() {
        return huge;
    }

    /** Returns what kind of file system the files are on. */
    String fileSystem() throws IOException {
        return Files.getFileStore(folder).type();
    }

    /** Our client as a user starts it, which writes a file to standard output. */
    WholeProcess get(FileServer server, ServedFile file, Path copy) {
        return WholeProcess.toNowhere(
                server.name(), server::cpuNanos, getCommand(server, file), getCommand(server, file), copy, file);
    }

    /** Our client as a user starts it, which writes the copy itself. */
    WholeProcess getToFile(FileServer server, ServedFile file, Path copy) {
        return WholeProcess.toFile(
                server.name(), server::cpuNanos, getCommand(server, file, "-o", copy.toString()), copy, file);
    }

    private Command getCommand(FileServer server, ServedFile file, String... options) {
        List<String> words = new ArrayList<>(List.of("get", file.name(), "--key", server.key()));
        words.addAll(List.of(options));
        return letterbox(words.toArray(String[]::new));
    }

    /** Makes the command for our program, as installed: it does not look for changed sources. */
    Command letterbox(String... arguments) {
        return Command.of(launcher, arguments).env(NO_BUILD, "1");
    }

    /** Makes the archive that brings its own Java, in a folder, and returns it. */
    Path archive(Path in) throws IOException {
        Command.of(launcher.resolveSibling("package"), in.toString())
                .run(PACKAGING)
                .expect(0);
        try (Stream<Path> made = Files.list(in)) {
            Path archive = null;
            for (Path each : made.toList()) {
                if (each.toString().endsWith(".tar.gz")) {
                    archive = each;
                } else {
                    Files.delete(each);
                }
            }
            return Objects.requireNonNull(archive, "./package made no archive");
        }
    }

    /** Makes the command for a main class of this package: as java runs it by default, where figures count. */
    Command java(Class<?> mainClass, String... arguments) {
        return java(mainClass, List.of(), arguments);
    }

    /** Makes the command for a main class of this package, with more options of the JVM. */
    Command java(Class<?> mainClass, List<String> options, String... arguments) {
        // Netty's use of it, which would be told on standard error.
        JavaProcess program = JavaProcess.running(mainClass).options("--sun-misc-unsafe-memory-access=allow");
        program.options(options.toArray(String[]::new));
        if (settings.quick()) {
            program.options("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1");
        }
        return program.command(arguments);
    }

    /** Starts our server, as a user would, on a key of its own: it logs each request, to a file. */
    FileServer serve(String... options) {
        String key = freeKey();
        return start(key, folder.resolve("letterbox-%s.log".formatted(key)), options);
    }

    /** Starts our server without its log: for what is compared with those that do not log. */
    FileServer serveQuiet() {
        return start(freeKey(), null, "--quiet");
    }

    /** Starts our server with two worker processes. */
    FileServer serveIsolated() {
        return serve("--isolation", "process", "--workers", "2");
    }

    private FileServer start(String key, @Nullable Path log, String... options) {
        List<String> words = new ArrayList<>(List.of("serve", folder.toString(), "--key", key));
        words.addAll(List.of(options));
        return FileServer.start("Letterbox", key, letterbox(words.toArray(String[]::new)), "^Serving ", log);
    }

    /**
     * Starts the C server of the book's dialect: it forks for each request, reaps its children, logs each request to a file,
     * and was compiled with -O2.
     */
    FileServer serveInC() {
        String key = freeKey();
        Command command =
                Command.of(Peers.program("tlpi-server"), "-k", key, "-l").inDirectory(folder);
        return FileServer.start(
                "forking C server", key, command, "^ready", folder.resolve("c-server-%s.log".formatted(key)));
    }

    private static String freeKey() {
        return Key.free().toString();
    }

    @Override
    public void close() throws IOException {
        remove(folder);
    }

    static void remove(Path folder) throws IOException {
        try (Stream<Path> inside = Files.walk(folder)) {
            for (Path each : inside.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(each);
            }
        }
    }
}
