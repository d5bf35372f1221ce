package dev.letterbox.testkit;

import java.io.File;
import java.lang.StackWalker.Option;
import java.lang.module.ResolvedModule;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Makes the command that runs a main class in a JVM of its own: the same JDK, and all the classes that this test sees.
 *
 * <p>They are all on the class path there, also when the tests run as modules: a patched module cannot be named again
 * from outside. Native access is allowed for them and denied to all else.
 */
public final class JavaProcess {
    private static final StackWalker CALLERS = StackWalker.getInstance(Option.RETAIN_CLASS_REFERENCE);

    private final String mainClass;
    private final List<String> options =
            new ArrayList<>(List.of("--enable-native-access=ALL-UNNAMED", "--illegal-native-access=deny"));
    private List<Path> classPath;

    private JavaProcess(String mainClass, Stream<Class<?>> tests) {
        this.mainClass = mainClass;
        classPath = Stream.of(
                        tests.flatMap(test -> locationOf(test).stream()),
                        pathsOf("java.class.path"),
                        pathsOf("jdk.module.path"),
                        ModuleLayer.boot().configuration().modules().stream()
                                .flatMap(module -> locationOf(module).stream()))
                .flatMap(paths -> paths)
                .map(Path::toAbsolutePath)
                .filter(Files::exists)
                .distinct()
                .toList();
    }

    /** Runs that class. */
    public static JavaProcess running(Class<?> mainClass) {
        return new JavaProcess(mainClass.getName(), Stream.of(mainClass, CALLERS.getCallerClass()));
    }

    /** Runs the class of that name. */
    public static JavaProcess running(String mainClass) {
        return new JavaProcess(mainClass, Stream.of(CALLERS.getCallerClass()));
    }

    /** Adds options of the JVM, after those that are always there. */
    public JavaProcess options(String... more) {
        options.addAll(List.of(more));
        return this;
    }

    /**
     * Copies all classes to where every user can read them: what {@link Command#asUser(int)} needs, as a Maven
     * repository mostly is for its owner alone. Skips the test where the JDK itself is closed to others.
     */
    public JavaProcess readableByAll() {
        Privileges.assume(
                OpenFolder.isOpen(java()),
                "This test needs a JDK that every user can run, and %s is not".formatted(java()));
        classPath = classPath.stream()
                .map(path -> OpenFolder.isOpen(path) && !Files.isDirectory(path)
                        ? path
                        : OpenFolder.ofThisJvm().copyOf(path))
                .toList();
        return this;
    }

    /** Makes the command with those arguments of the main class. */
    public Command command(String... arguments) {
        List<String> words = new ArrayList<>();
        words.add(java().toString());
        words.addAll(options);
        words.add("-cp");
        words.add(classPath.stream().map(Path::toString).collect(Collectors.joining(File.pathSeparator)));
        words.add(mainClass);
        words.addAll(List.of(arguments));
        // They are meant for the JVM of the tests, a debugger's for one, and every JVM announces them on standard
        // error.
        return Command.of(words).withoutEnv("JAVA_TOOL_OPTIONS").withoutEnv("JDK_JAVA_OPTIONS");
    }

    private static Path java() {
        return Path.of(System.getProperty("java.home"), "bin", "java");
    }

    private static Stream<Path> pathsOf(String property) {
        return Stream.of(System.getProperty(property, "").split(File.pathSeparator, -1))
                .filter(path -> !path.isEmpty())
                .map(Path::of);
    }

    private static Optional<Path> locationOf(ResolvedModule module) {
        return module.reference()
                .location()
                .filter(location -> "file".equals(location.getScheme()))
                .map(Path::of);
    }

    /** Finds the folder or jar of a class by the class file: the code source of a patched module knows nothing of the patch. */
    private static Optional<Path> locationOf(Class<?> type) {
        String file = type.getName().replace('.', '/') + ".class";
        String url = String.valueOf(type.getResource("/" + file));
        if (!url.endsWith(file)) {
            return Optional.empty();
        }
        String place = url.substring(0, url.length() - file.length());
        if (place.startsWith("jar:")) {
            place = place.substring("jar:".length(), place.length() - "!/".length());
        }
        return place.startsWith("file:") ? Optional.of(Path.of(URI.create(place))) : Optional.empty();
    }
}
