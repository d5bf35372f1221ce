package dev.letterbox.sysv.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Holds docs/library.md to the truth: its code is what is compiled, and its outputs are what the code prints. */
final class LibraryPageTest {
    private static final Path ROOT = root();
    private static final Path EXAMPLES = ROOT.resolve("sysv/src/test/java/dev/letterbox/sysv/examples");

    /** A fenced block, and the comment before it that says where it is from. */
    private static final Pattern BLOCK = Pattern.compile(
            "(?:<!-- (?<label>[^\\n]*) -->\\n)?```(?<language>\\w+)\\n(?<text>.*?)```\\n", Pattern.DOTALL);

    private static final Pattern REGION = Pattern.compile(
            "^ *// region (?<name>\\S+)\\n(?<text>.*?)^ *// endregion\\n", Pattern.DOTALL | Pattern.MULTILINE);

    /** What differs from one run to the next. */
    private static final Pattern CHANCE =
            Pattern.compile("0x[0-9a-f]{8}|(?<=queue )\\d+|(?<=uid )\\d+|(?<=find\\()\\d+");

    @Test
    void everyBlockOfJavaIsARegionOfAnExampleAndEveryRegionIsShown() throws IOException {
        List<Block> shown = blocks().stream()
                .filter(block -> block.language().equals("java"))
                .toList();

        assertThat(shown).containsExactlyInAnyOrderElementsOf(regions());
    }

    @ParameterizedTest
    @ValueSource(strings = {"FirstMessage", "AskCalculator", "Waiting", "EveryCondition", "AllQueues"})
    void everyOutputIsWhatTheExamplePrints(String example) throws IOException {
        List<String> shown = blocks().stream()
                .filter(block -> block.label().equals("output of " + example))
                .flatMap(block -> block.text().lines())
                .map(LibraryPageTest::withoutChance)
                .toList();

        assertThat(ExampleRun.output(example))
                .map(LibraryPageTest::withoutChance)
                .isEqualTo(shown)
                .isNotEmpty();
    }

    private record Block(String label, String language, String text) {}

    private static List<Block> blocks() throws IOException {
        List<Block> blocks = new ArrayList<>();
        Matcher block = BLOCK.matcher(Files.readString(ROOT.resolve("docs/library.md")));
        while (block.find()) {
            String label = Objects.requireNonNullElse(block.group("label"), "");
            blocks.add(new Block(label, block.group("language"), block.group("text")));
        }
        return blocks;
    }

    private static List<Block> regions() throws IOException {
        List<Block> regions = new ArrayList<>();
        try (Stream<Path> files = Files.list(EXAMPLES)) {
            for (Path file : files.toList()) {
                String example = file.getFileName().toString().replace(".java", "");
                Matcher region = REGION.matcher(Files.readString(file));
                while (region.find()) {
                    String label = example + " " + region.group("name");
                    regions.add(new Block(label, "java", unindented(region.group("text"))));
                }
            }
        }
        return regions;
    }

    private static String unindented(String lines) {
        // Without the last line end: stripIndent would count what comes after it as a line without indent.
        return lines.stripTrailing().stripIndent() + "\n";
    }

    private static String withoutChance(String line) {
        return CHANCE.matcher(line).replaceAll("N");
    }

    private static Path root() {
        String named = System.getProperty("letterbox.root");
        if (named != null) {
            return Path.of(named);
        }
        return Stream.iterate(Path.of("").toAbsolutePath(), Objects::nonNull, Path::getParent)
                .filter(folder -> Files.exists(folder.resolve("docs/library.md")))
                .findFirst()
                .orElseThrow();
    }
}
