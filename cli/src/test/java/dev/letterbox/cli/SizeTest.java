package dev.letterbox.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Nothing in the main code of any module grows too large to be read at once. Here, where the sources of all are in sight. */
final class SizeTest {
    private static final Path ROOT = Path.of(System.getProperty("letterbox.root", ".."));

    /** Of a file, with its licence and imports. */
    private static final int MOST_LINES = 400;

    /** In one package; some 20, and two more before anybody has to move. */
    private static final int MOST_CLASSES = 22;

    /** How the Javadoc of a class gives its reason for being longer. */
    private static final Pattern REASON = Pattern.compile("(?s)/\\*\\*(?:(?!\\*/).)*Long because(?:(?!\\*/).)*\\*/");

    /** Beside the house: these measure, attack and help, and are no part of what is installed. */
    private static final Set<String> BESIDE = Set.of("bench", "campaign", "peers", "testkit");

    @Test
    void noClassIsLongWithoutAReasonInItsJavadoc() {
        assertThat(sources())
                .filteredOn(file -> lines(file).size() > MOST_LINES)
                .filteredOn(
                        file -> !REASON.matcher(String.join("\n", lines(file))).find())
                .as("with over " + MOST_LINES + " lines, and no 'Long because'")
                .isEmpty();
    }

    @Test
    void noPackageHasTooManyClasses() {
        Map<Path, Long> sizes = sources().stream()
                .filter(file -> !BESIDE.contains(module(file)))
                .filter(file -> !file.endsWith("package-info.java") && !file.endsWith("module-info.java"))
                .collect(Collectors.groupingBy(Path::getParent, TreeMap::new, Collectors.counting()));
        assertThat(sizes).isNotEmpty();
        sizes.values().removeIf(size -> size <= MOST_CLASSES);
        assertThat(sizes).as("with more than " + MOST_CLASSES + " classes").isEmpty();
    }

    @Test
    void everyPackageOfTheHouseSaysWhatItIsFor() {
        assertThat(sources())
                .filteredOn(file -> !file.endsWith("module-info.java"))
                .extracting(Path::getParent)
                .allSatisfy(folder -> assertThat(ROOT.resolve(folder).resolve("package-info.java"))
                        .content()
                        .startsWith("/**"));
    }

    private static String module(Path file) {
        return file.getName(0).toString();
    }

    /** The main code of all modules, relative to the root. */
    private static List<Path> sources() {
        try (Stream<Path> modules = Files.list(ROOT)) {
            return modules.map(module -> module.resolve("src/main/java"))
                    .filter(Files::isDirectory)
                    .flatMap(SizeTest::under)
                    .map(ROOT::relativize)
                    .sorted()
                    .toList();
        } catch (IOException broken) {
            throw new UncheckedIOException(broken);
        }
    }

    private static Stream<Path> under(Path folder) {
        try (Stream<Path> files = Files.walk(folder)) {
            return files.filter(file -> file.toString().endsWith(".java")).toList().stream();
        } catch (IOException broken) {
            throw new UncheckedIOException(broken);
        }
    }

    private static List<String> lines(Path file) {
        try {
            return Files.readAllLines(ROOT.resolve(file));
        } catch (IOException broken) {
            throw new UncheckedIOException(broken);
        }
    }
}
