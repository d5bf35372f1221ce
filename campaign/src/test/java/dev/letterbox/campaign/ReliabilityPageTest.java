package dev.letterbox.campaign;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Holds docs/reliability.md to the truth: each promise names tests and scenarios that are there, and no scenario is missing. */
final class ReliabilityPageTest {
    private static final Pattern METHOD = Pattern.compile("`(\\w+(?:Test|IT))\\.(\\w+)`");
    private static final Pattern SCENARIO = Pattern.compile("`([a-z]+(?:-[a-z]+)?)`(?=[^|]*\\|$)", Pattern.MULTILINE);

    @Test
    void everyTestThatThePageNamesIsThere() throws IOException {
        assertThat(METHOD.matcher(page()).results()).hasSizeGreaterThan(40).allSatisfy(named -> {
            Optional<Path> file = source(named.group(1) + ".java");
            assertThat(file).as(named.group(1)).isPresent();
            assertThat(Files.readString(file.orElseThrow())).containsPattern("\\bvoid " + named.group(2) + "\\(");
        });
    }

    @Test
    void thePageNamesExactlyTheScenariosOfTheCampaign() throws IOException {
        Set<String> named = new TreeSet<>();
        SCENARIO.matcher(page())
                .results()
                .map(MatchResult::group)
                .map(name -> name.replace("`", ""))
                .forEach(named::add);
        assertThat(named)
                .containsExactlyInAnyOrderElementsOf(
                        Plan.all().stream().map(Plan::name).toList());
    }

    private static Optional<Path> source(String name) throws IOException {
        try (DirectoryStream<Path> modules =
                Files.newDirectoryStream(root(), module -> Files.isDirectory(tests(module)))) {
            for (Path module : modules) {
                try (Stream<Path> files = Files.walk(tests(module))) {
                    Optional<Path> found =
                            files.filter(file -> file.endsWith(name)).findFirst();
                    if (found.isPresent()) {
                        return found;
                    }
                }
            }
        }
        return Optional.empty();
    }

    private static Path tests(Path module) {
        return module.resolve("src/test/java");
    }

    private static String page() throws IOException {
        return Files.readString(root().resolve("docs/reliability.md"));
    }

    private static Path root() {
        return Stream.iterate(
                        Path.of(System.getProperty("letterbox.root", "")).toAbsolutePath(),
                        Objects::nonNull,
                        Path::getParent)
                .filter(folder -> Files.exists(folder.resolve("docs/reliability.md")))
                .findFirst()
                .orElseThrow(() -> new AssertionError("No docs/reliability.md here or above"));
    }
}
