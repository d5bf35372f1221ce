package dev.letterbox.campaign;

import dev.letterbox.testkit.Command;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;

/** Makes the commands that run {@code ./letterbox}, as its users do. */
final class Letterbox {
    private Letterbox() {}

    /** Runs it with those arguments. What is built is run, and nothing is built. */
    static Command command(String... arguments) {
        List<String> words = new ArrayList<>();
        words.add(Root.LAUNCHER.toString());
        words.addAll(List.of(arguments));
        return Command.of(words).env("LETTERBOX_NO_BUILD", "1");
    }

    private static final class Root {
        static final Path LAUNCHER = find();

        private static Path find() {
            Path start = Path.of(System.getProperty("letterbox.root", "")).toAbsolutePath();
            return Stream.iterate(start, Objects::nonNull, Path::getParent)
                    .map(folder -> folder.resolve("letterbox"))
                    .filter(Files::isRegularFile)
                    .findFirst()
                    .orElseThrow(() -> new AssertionError("There is no ./letterbox in or above " + start));
        }
    }
}
