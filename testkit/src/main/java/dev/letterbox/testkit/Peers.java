package dev.letterbox.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;

/**
 * Compiles the C programs under {@code peers/src} when they are needed, into {@code peers/target}.
 *
 * <p>The folder {@code peers} is looked for in the folder that the system property {@code letterbox.root} names, by
 * default the working directory, and in those above it. A machine without a C compiler fails the test: what speaks to C
 * is tested against C.
 */
public final class Peers {
    private static final Duration COMPILATION = Duration.ofMinutes(2);

    private final Path folder;
    private final Map<String, Path> programs = new ConcurrentHashMap<>();

    Peers(Path folder) {
        this.folder = folder;
    }

    /**
     * Returns the program of that name, compiled: {@code tlpi-NAME} and {@code compact-NAME} are NAME.c with
     * {@code DIALECT_TLPI} or {@code DIALECT_COMPACT} defined, any other is NAME.c as it is.
     */
    public static Path program(String name) {
        return Default.PEERS.compiled(name);
    }

    /** Returns the program of that name at a place where every user can run it. */
    public static Path programForAll(String name) {
        Path program = program(name);
        return OpenFolder.isOpen(program) ? program : OpenFolder.ofThisJvm().copyOf(program);
    }

    /** Makes the command that runs the program of that name, compiled for a machine; skips the test without that. */
    public static Command command(Machine machine, String name, String... arguments) {
        machine.assumePresent();
        List<String> words = new ArrayList<>(machine.emulator());
        words.add(ofThisTree().compiled(name, machine.compiler()).toString());
        words.addAll(List.of(arguments));
        return Command.of(words);
    }

    static Peers ofThisTree() {
        return Default.PEERS;
    }

    /** Returns a file in the folder. */
    Path source(String name) {
        return folder.resolve(name);
    }

    Path compiled(String name) {
        return compiled(name, List.of("cc"));
    }

    /** Compiles with that compiler. One that is not the machine's own gets a folder of its own for its programs. */
    Path compiled(String name, List<String> compiler) {
        String source = name.replaceFirst("^(tlpi|compact)-", "");
        List<String> words = new ArrayList<>(compiler);
        words.addAll(List.of("-std=gnu11", "-O2", "-Wall", "-Wextra", "-Werror"));
        if (!name.equals(source)) {
            String dialect = name.substring(0, name.length() - source.length() - 1);
            words.add("-DDIALECT_" + dialect.toUpperCase(Locale.ROOT));
        }
        String machine = String.join("", compiler).replaceAll("[^a-z0-9-]", "");
        return built(machine.equals("cc") ? name : machine + "/" + name, "src/" + source + ".c", words);
    }

    /**
     * Compiles a source, unless that was done since its last change.
     *
     * @param name the program's name, in {@code target}
     * @param source the source, in the folder
     * @param compiler the compiler and its options; the output and the source follow
     */
    Path built(String name, String source, List<String> compiler) {
        return programs.computeIfAbsent(name, _ -> {
            Path program = folder.resolve("target").resolve(name);
            try {
                if (!Files.exists(program)
                        || lastChange(folder.resolve(source)).compareTo(Files.getLastModifiedTime(program)) > 0) {
                    build(program, folder.resolve(source), compiler);
                }
                return program;
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
    }

    private static FileTime lastChange(Path source) throws IOException {
        FileTime last = Files.getLastModifiedTime(source);
        try (DirectoryStream<Path> headers =
                Files.newDirectoryStream(Objects.requireNonNull(source.getParent()), "*.h")) {
            for (Path header : headers) {
                FileTime change = Files.getLastModifiedTime(header);
                last = change.compareTo(last) > 0 ? change : last;
            }
        }
        return last;
    }

    private static void build(Path program, Path source, List<String> compiler) throws IOException {
        Files.createDirectories(program.getParent());
        // Renamed when whole: another JVM may compile, or run, the same program at this moment.
        Path unfinished = program.resolveSibling(
                "." + program.getFileName() + "." + ProcessHandle.current().pid());
        List<String> words = new ArrayList<>(compiler);
        words.addAll(List.of("-o" + unfinished, source.toString())); // in one word, as Free Pascal wants it
        compiler(Command.of(words)).expect(0);
        Files.setPosixFilePermissions(unfinished, PosixFilePermissions.fromString("rwxr-xr-x"));
        Files.move(unfinished, program, StandardCopyOption.ATOMIC_MOVE);
    }

    private static Finished compiler(Command command) {
        try {
            return command.run(COMPILATION);
        } catch (UncheckedIOException e) {
            throw new AssertionError("The tests need a C compiler called cc, and a C library to compile against", e);
        }
    }

    private static final class Default {
        static final Peers PEERS = new Peers(root().resolve("peers"));

        private static Path root() {
            Path start = Path.of(System.getProperty("letterbox.root", "")).toAbsolutePath();
            return Stream.iterate(start, Objects::nonNull, Path::getParent)
                    .filter(folder -> Files.isDirectory(folder.resolve("peers/src")))
                    .findFirst()
                    .orElseThrow(() -> new AssertionError("There is no folder peers/src in or above " + start));
        }
    }
}
