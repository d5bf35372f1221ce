package dev.letterbox.cli.doctor;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Reads whether systemd-logind removes the queues of users who have logged out: the setting {@code RemoveIPC} of
 * logind.conf(5), which is on unless it is turned off.
 */
final class RemoveIpc {
    private static final List<String> FOLDERS = List.of("usr/lib/systemd", "run/systemd", "etc/systemd");
    private static final Pattern SETTING = Pattern.compile("(?m)^\\s*RemoveIPC\\s*=\\s*(\\S*)\\s*$");
    private static final Pattern OFF = Pattern.compile("(?i)no|n|false|f|off|0");

    private final Path root;

    /** Reads beneath this root. */
    RemoveIpc(Path root) {
        this.root = root;
    }

    /** Returns whether systemd runs here and removes the queues of users whose last session has ended. */
    boolean isOn() {
        return Files.isDirectory(root.resolve("run/systemd/system")) && isSet();
    }

    /** Returns whether a user, who must not be a system user, counts as logged in for ever. */
    boolean lingers(String user) {
        return Files.exists(root.resolve("var/lib/systemd/linger").resolve(user));
    }

    private boolean isSet() {
        // The last setting counts: first the main file of the highest folder, then all drop-ins by name.
        Stream<Path> main = FOLDERS.reversed().stream()
                .map(folder -> root.resolve(folder).resolve("logind.conf"))
                .filter(Files::isReadable)
                .limit(1);
        Map<String, Path> dropIns = new TreeMap<>(Comparator.naturalOrder());
        FOLDERS.forEach(folder -> addAll(root.resolve(folder).resolve("logind.conf.d"), dropIns));
        return Stream.concat(main, dropIns.values().stream())
                .flatMap(RemoveIpc::settings)
                .reduce((earlier, later) -> later)
                .map(value -> !OFF.matcher(value).matches())
                .orElse(true);
    }

    private static void addAll(Path folder, Map<String, Path> byName) {
        try (Stream<Path> files = Files.list(folder)) {
            files.filter(file -> file.toString().endsWith(".conf"))
                    .forEach(file -> byName.put(String.valueOf(file.getFileName()), file));
        } catch (IOException | UncheckedIOException none) {
            return;
        }
    }

    private static Stream<String> settings(Path file) {
        try {
            return SETTING.matcher(Files.readString(file)).results().map(found -> found.group(1));
        } catch (IOException unreadable) {
            return Stream.empty();
        }
    }
}
