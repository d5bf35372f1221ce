package dev.letterbox.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;

/**
 * The clients under {@code clients} that are not Java: compiles those in C, for any {@link Machine}, and says how to run
 * them. What is compiled is left for the next run in {@code testkit/target/clients}, unless its source is newer.
 */
public final class ClientPrograms {
    private static final Duration COMPILATION = Duration.ofMinutes(2);
    private static final Path ROOT = root();
    private static final ConcurrentHashMap<String, Path> COMPILED = new ConcurrentHashMap<>();

    private ClientPrograms() {}

    /** Makes the command that runs a C program, such as {@code letterbox-get}, on a machine; skips the test without it. */
    public static Command c(Machine machine, String program, String... arguments) {
        machine.assumePresent();
        return run(machine.emulator(), program(machine, program), arguments);
    }

    /** Makes the command that runs a C program under other programs, such as valgrind. */
    public static Command cUnder(List<String> prefix, String program, String... arguments) {
        return run(prefix, program(Machine.NATIVE, program), arguments);
    }

    /** Returns the program, compiled for a machine, at a place where every user can run it. */
    public static Path programForAll(Machine machine, String program) {
        machine.assumePresent();
        Path compiled = program(machine, program);
        return OpenFolder.isOpen(compiled) ? compiled : OpenFolder.ofThisJvm().copyOf(compiled);
    }

    /** Makes the command that runs the Python client; skips the test where there is no Python. */
    public static Command python(String... arguments) {
        Machine.assumeInstalled("python3");
        return run(List.of("python3"), ROOT.resolve("clients/python/letterbox.py"), arguments);
    }

    /** Makes the command that runs a test of the Python client; skips the test where there is no Python. */
    public static Command pythonTest(String program, String... arguments) {
        Machine.assumeInstalled("python3");
        return run(List.of("python3"), ROOT.resolve("clients/python/test").resolve(program + ".py"), arguments);
    }

    /** Makes the command that runs a test of the C client of which the client's source is a part. */
    public static Command cTest(String program, String... arguments) {
        return run(
                List.of(), compiled(Machine.NATIVE, program, List.of(), List.of("test/" + program + ".c")), arguments);
    }

    /** Compiles the driver that feeds the C client nonsense, with the compiler's checks of memory and of arithmetic. */
    public static Command fuzz(String... arguments) {
        return run(
                List.of(),
                compiled(
                        Machine.NATIVE,
                        "fuzz",
                        List.of("-fsanitize=address,undefined", "-fno-sanitize-recover=all"),
                        List.of("test/fuzz.c")),
                arguments);
    }

    /** Reads a file of this tree, by its path from the root. */
    public static String text(String file) throws IOException {
        return Files.readString(ROOT.resolve(file));
    }

    private static Command run(List<String> prefix, Path program, String... arguments) {
        List<String> words = new ArrayList<>(prefix);
        words.add(program.toString());
        words.addAll(List.of(arguments));
        return Command.of(words);
    }

    private static Path program(Machine machine, String program) {
        String source = Files.exists(ROOT.resolve("clients/c/" + program + ".c")) ? program : "test/" + program;
        return compiled(machine, program, List.of(), List.of(source + ".c", "letterbox.c"));
    }

    private static Path compiled(Machine machine, String program, List<String> options, List<String> sources) {
        String name = machine.name().toLowerCase(Locale.ROOT) + "/" + program;
        return COMPILED.computeIfAbsent(name, _ -> {
            Path target = ROOT.resolve("testkit/target/clients").resolve(name);
            try {
                if (isOld(target)) {
                    compile(machine, target, options, sources);
                }
                return target;
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
    }

    private static boolean isOld(Path program) throws IOException {
        if (!Files.exists(program)) {
            return true;
        }
        long made = Files.getLastModifiedTime(program).toMillis();
        try (Stream<Path> sources = Files.walk(ROOT.resolve("clients/c"))) {
            return sources.filter(source -> source.toString().matches(".*\\.[ch]"))
                    .anyMatch(source -> source.toFile().lastModified() >= made);
        }
    }

    private static void compile(Machine machine, Path target, List<String> options, List<String> sources)
            throws IOException {
        Files.createDirectories(target.getParent());
        // Renamed when whole: another JVM may compile, or run, the same program at this moment.
        Path unfinished = target.resolveSibling(
                "." + target.getFileName() + "." + ProcessHandle.current().pid());
        List<String> words = new ArrayList<>(machine.compiler());
        words.addAll(List.of("-std=c11", "-O2", "-g", "-Wall", "-Wextra", "-Wshadow", "-Werror", "-pthread"));
        words.addAll(options);
        words.addAll(List.of("-o", unfinished.toString()));
        sources.forEach(
                source -> words.add(ROOT.resolve("clients/c").resolve(source).toString()));
        Command.of(words).run(COMPILATION).expect(0);
        Files.move(unfinished, target, StandardCopyOption.ATOMIC_MOVE);
    }

    private static Path root() {
        Path start = Path.of(System.getProperty("letterbox.root", "")).toAbsolutePath();
        return Stream.iterate(start, Objects::nonNull, Path::getParent)
                .filter(folder -> Files.isDirectory(folder.resolve("clients/c")))
                .findFirst()
                .orElseThrow(() -> new AssertionError("There is no folder clients/c in or above " + start));
    }
}
