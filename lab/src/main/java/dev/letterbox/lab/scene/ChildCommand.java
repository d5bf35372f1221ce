package dev.letterbox.lab.scene;

import dev.letterbox.lab.role.Child;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Knows how to start a process of the laboratory: this JVM with these classes, small and quick. */
final class ChildCommand {
    private ChildCommand() {}

    static List<String> of(String role, Path logging) {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                "-Xshare:auto",
                "-Xmx256m",
                "-Djava.util.logging.config.file=" + logging));
        if (!role.equals("server")) {
            // A client lives too short for the second compiler tier.
            command.add("-XX:TieredStopAtLevel=1");
        }
        String modules = System.getProperty("jdk.module.path");
        if (modules != null && Child.class.getModule().isNamed()) {
            command.addAll(List.of(
                    "--enable-native-access=dev.letterbox.sysv",
                    "--module-path",
                    modules,
                    "--module",
                    "dev.letterbox.lab/" + Child.class.getName()));
        } else {
            command.addAll(List.of(
                    "--enable-native-access=ALL-UNNAMED",
                    "--class-path",
                    System.getProperty("java.class.path"),
                    Child.class.getName()));
        }
        return command;
    }
}
