package dev.letterbox.lab.scene;

import dev.letterbox.lab.role.Child;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The command that starts a process of an experiment: this JVM with these classes. */
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
            // The second compiler tier would take processor time from the server during the short life of a client.
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
