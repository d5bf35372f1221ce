package dev.letterbox.sysv;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Holds docs/conformance.md to the truth: each line names a test that is there, and no test is missing. */
final class ConformancePageTest {
    private static final Pattern METHOD = Pattern.compile("\\| `(\\w+)\\.(\\w+)` \\|");
    private static final Pattern CLASS = Pattern.compile("`(\\w+Test)`");

    private static final List<Class<?>> CLASSES = List.of(
            MsggetConformanceTest.class,
            MsgsndConformanceTest.class,
            MsgrcvConformanceTest.class,
            MsgctlConformanceTest.class,
            WholeConformanceTest.class);

    @Test
    void thePageNamesExactlyTheTestsOfTheConformanceClasses() throws IOException {
        Set<String> named = new TreeSet<>();
        METHOD.matcher(page())
                .results()
                .map(test -> test.group(1) + "." + test.group(2))
                .forEach(named::add);
        Set<String> present = new TreeSet<>();
        for (Class<?> type : CLASSES) {
            Arrays.stream(type.getDeclaredMethods())
                    .filter(method -> method.getAnnotations().length > 0)
                    .forEach(method -> present.add(type.getSimpleName() + "." + method.getName()));
        }
        assertThat(named).isEqualTo(present);
    }

    @Test
    void theOtherClassesThatThePageNamesAreThere() throws IOException {
        Path tests = root().resolve("sysv/src/test/java");
        try (Stream<Path> files = Files.walk(tests)) {
            Set<String> present = new TreeSet<>();
            files.map(file -> file.getFileName().toString()).forEach(present::add);
            assertThat(CLASS.matcher(page()).results().map(ConformancePageTest::file))
                    .isNotEmpty()
                    .allSatisfy(file -> assertThat(present).contains(file));
        }
    }

    private static String file(MatchResult type) {
        return type.group(1) + ".java";
    }

    private static String page() throws IOException {
        return Files.readString(root().resolve("docs/conformance.md"));
    }

    private static Path root() {
        String named = System.getProperty("letterbox.root");
        return Stream.iterate(Path.of(named == null ? "" : named).toAbsolutePath(), Path::getParent)
                .takeWhile(folder -> folder != null)
                .filter(folder -> Files.exists(folder.resolve("docs/conformance.md")))
                .findFirst()
                .orElseThrow(() -> new AssertionError("No docs/conformance.md here or above"));
    }
}
