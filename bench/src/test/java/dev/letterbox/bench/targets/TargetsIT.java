package dev.letterbox.bench.targets;

import static org.assertj.core.api.Assertions.assertThat;

import com.networknt.schema.InputFormat;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import dev.letterbox.testkit.Command;
import dev.letterbox.testkit.Finished;
import dev.letterbox.testkit.JavaProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Every row runs and checks what comes; how fast it is depends on the machine and is not tested. */
final class TargetsIT {
    private static final Duration PATIENCE = Duration.ofMinutes(15);
    private static final Path SCHEMA = Path.of(System.getProperty("letterbox.root", ".."), "bench/targets.schema.json");

    /** What is measured only where it is installed, by row; elsewhere the row is skipped by name. */
    private static final Map<String, List<String>> NEEDED = Map.of(
            "curl", List.of("nginx", "curl"),
            "wrk", List.of("nginx", "wrk", "curl"),
            "rabbitmq", List.of("rabbitmq-server"));

    @TempDir
    private Path folder;

    @Test
    void aQuickRunMeasuresEveryRowAndLeavesNothingBehind() throws IOException {
        Path page = Files.writeString(
                folder.resolve("page.md"), "before\n" + Document.BEGIN + "old\n" + Document.END + "after\n");
        Path json = folder.resolve("all.json");
        Path temporary = Files.createDirectory(folder.resolve("tmp"));
        Finished run = JavaProcess.running(Targets.class)
                .options("-Djava.io.tmpdir=" + temporary)
                .command("--quick", "--json", json.toString(), "--write", page.toString())
                .run(PATIENCE)
                .expect(0);

        String schema = Files.readString(SCHEMA);
        assertThat(SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12)
                        .getSchema(schema)
                        .validate(Files.readString(json), InputFormat.JSON))
                .isEmpty();
        List<String> rows =
                List.of("transfer", "get", "requests", "stalled", "idle", "large", "echo", "aeron", "grpc", "garbage");
        for (String row : rows) {
            assertThat(Files.readString(json)).contains("\"row\": \"" + row + "\"");
        }
        assertThat(json).content().contains("\"installed\": \"a quick run makes no package\"");
        NEEDED.forEach((row, programs) -> {
            String place = programs.stream().allMatch(TargetsIT::isInstalled) ? "\"row\": \"%s\"" : "\"%s\": \"";
            assertThat(json).content().contains(place.formatted(row));
        });
        List<String> table = run.lines().stream()
                .filter(line -> line.startsWith("| ") && !line.startsWith("| what"))
                .toList();
        assertThat(table)
                .hasSizeGreaterThan(25)
                .allSatisfy(line -> assertThat(line)
                        .doesNotContain("NaN")
                        .satisfies(text -> assertThat(
                                        Pattern.compile("\\|").matcher(text).results())
                                .hasSize(11)));
        assertThat(Files.readString(page))
                .startsWith("before\n")
                .endsWith(Document.END + "after\n")
                .contains(table)
                .contains("](latencies.svg)")
                .doesNotContain("old");
        assertThat(Files.readString(folder.resolve("latencies.svg")))
                .contains("64 bytes: MessageQueue", "64 bytes: JDK, Unix socket", "1 KB file: gRPC-Java");
        try (Stream<Path> left = Files.list(temporary)) {
            assertThat(left.filter(path -> path.getFileName().toString().startsWith("letterbox-bench")))
                    .isEmpty();
        }
    }

    @Test
    void withoutACompilerItSaysWhatToInstall() {
        Command command = JavaProcess.running(Targets.class).command("--quick").env("PATH", "/nonexistent");

        assertThat(command.run().expect(1).err())
                .startsWith("Targets: a C compiler (cc) is needed")
                .hasLineCount(1);
    }

    @Test
    void whatCannotBeMeasuredIsRefusedBeforeAnythingIs() throws IOException {
        Path page = Files.writeString(folder.resolve("page.md"), "no place here\n");
        assertThat(refusal("--write", page.toString())).contains("page.md has no place for the table");
        assertThat(refusal("--rows", "fast")).startsWith("Targets: there is no row fast");
        assertThat(refusal("--rounds", "0")).startsWith("Targets: --rounds is a number above 0, not 0");
        assertThat(refusal("--json")).startsWith("Targets: --json needs a value");
        assertThat(refusal("--fast")).contains("there is no option --fast", "usage: Targets ");
    }

    private static boolean isInstalled(String program) {
        return Command.of("sh", "-c", "command -v \"$0\"", program).run().status() == 0;
    }

    private static String refusal(String... arguments) {
        return JavaProcess.running(Targets.class)
                .command(arguments)
                .run()
                .expect(2)
                .err();
    }
}
