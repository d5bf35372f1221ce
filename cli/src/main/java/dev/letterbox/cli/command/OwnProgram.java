package dev.letterbox.cli.command;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** Knows how to start this program again, in another process. */
public final class OwnProgram {
    /** The command line knows everything beside it; only its name may be known here. */
    private static final String MAIN = "dev.letterbox.cli.Main";

    private OwnProgram() {}

    /** Makes the command that runs the command line with those arguments. */
    public static List<String> command(String... arguments) {
        return command(List.of(), MAIN, arguments);
    }

    /** Makes the command that runs a main class of this program. */
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

    /** Java does not start with two collectors. */
    private static boolean environmentNamesACollector() {
        return Stream.of("JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS", "_JAVA_OPTIONS")
                .map(System::getenv)
                .anyMatch(options -> options != null && options.matches(".*-XX:\\+Use\\w*GC.*"));
    }

    /**
     * The cache of classes that this JVM itself has. The launcher knows whether it fits the JDK and the environment; a
     * JVM that was started otherwise has none.
     */
    private static Optional<String> cache() {
        return ProcessHandle.current().info().arguments().stream()
                .flatMap(Arrays::stream)
                .takeWhile(word -> !word.equals("--module"))
                .filter(word -> word.startsWith("-XX:AOTCache="))
                .findFirst();
    }
}
