package dev.letterbox.cli.command;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** The command that starts this program in another process. */
public final class OwnProgram {
    /** Only by name: {@code Main} depends on all commands, and so on this class. */
    private static final String MAIN = "dev.letterbox.cli.Main";

    private OwnProgram() {}

    /** Returns the command that runs {@code letterbox} with these arguments. */
    public static List<String> command(String... arguments) {
        return command(List.of(), MAIN, arguments);
    }

    /** Returns the command that runs a main class of this program. */
    public static List<String> command(List<String> options, Class<?> main, String... arguments) {
        return command(options, main.getName(), arguments);
    }

    private static List<String> command(List<String> options, String main, String... arguments) {
        Module module = OwnProgram.class.getModule();
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        if (!environmentNamesACollector()) {
            command.add("-XX:+UseSerialGC");
        }
        command.add("--illegal-native-access=deny");
        command.addAll(options);
        String modules = System.getProperty("jdk.module.path");
        if (modules != null && module.isNamed()) {
            cache().ifPresent(option -> command.addAll(List.of(option, "-Xlog:disable")));
            command.addAll(List.of(
                    "--enable-native-access=dev.letterbox.sysv,org.jline.terminal.ffm",
                    "--module-path",
                    modules,
                    "--module",
                    module.getName() + "/" + main));
        } else {
            command.addAll(List.of(
                    "--enable-native-access=ALL-UNNAMED", "--class-path", System.getProperty("java.class.path"), main));
        }
        command.addAll(List.of(arguments));
        return command;
    }

    /** Returns whether the environment selects a garbage collector: Java does not start with two. */
    private static boolean environmentNamesACollector() {
        return Stream.of("JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS", "_JAVA_OPTIONS")
                .map(System::getenv)
                .anyMatch(options -> options != null && options.matches(".*-XX:\\+Use\\w*GC.*"));
    }

    /**
     * Returns the cache of classes that this JVM uses. The launcher knows whether the cache fits the JDK and the environment;
     * a JVM that was started in another way has none.
     */
    private static Optional<String> cache() {
        return ProcessHandle.current().info().arguments().stream()
                .flatMap(Arrays::stream)
                .takeWhile(word -> !word.equals("--module"))
                .filter(word -> word.startsWith("-XX:AOTCache="))
                .findFirst();
    }
}
