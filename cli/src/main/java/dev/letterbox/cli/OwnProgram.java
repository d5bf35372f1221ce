package dev.letterbox.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Knows how to start this program again, in another process. */
final class OwnProgram {
    private OwnProgram() {}

    static List<String> command(String... arguments) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.add("-XX:+UseSerialGC");
        command.add("--illegal-native-access=deny");
        String modules = System.getProperty("jdk.module.path");
        if (modules != null && Main.class.getModule().isNamed()) {
            command.addAll(List.of(
                    "--enable-native-access=dev.letterbox.sysv,org.jline.terminal.ffm",
                    "--module-path",
                    modules,
                    "--module",
                    "dev.letterbox.cli/" + Main.class.getName()));
        } else {
            command.addAll(List.of(
                    "--enable-native-access=ALL-UNNAMED",
                    "--class-path",
                    System.getProperty("java.class.path"),
                    Main.class.getName()));
        }
        command.addAll(List.of(arguments));
        return command;
    }
}
