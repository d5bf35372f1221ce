package dev.letterbox.queues.examples;

import static org.assertj.core.api.Assertions.assertThat;

import dev.letterbox.testkit.Finished;
import dev.letterbox.testkit.JavaProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** Holds docs/services.md against the examples, which are compiled and run. */
class ServicesPageTest {
    private static final Path ROOT = Path.of(System.getProperty("letterbox.root"));
    private static final Pattern BLOCK = Pattern.compile("<!-- (\\S+) -->\n```java\n(.*?)```", Pattern.DOTALL);
    private static final Pattern EXAMPLE = Pattern.compile("// example\n(.*?) *// end", Pattern.DOTALL);

    @Test
    void theEchoExamplePrintsWhatItSent() {
        Finished echo = JavaProcess.running(Echo.class).command().run().expect(0);

        assertThat(echo.lines()).containsExactly("hello");
    }

    @Test
    void theUptimeExampleSaysWhoAsksAndThenWritesWhileItSends() {
        Finished uptime = JavaProcess.running(Uptime.class).command().run().expect(0);

        assertThat(uptime.lines()).hasSize(4);
        assertThat(uptime.lines().getFirst()).startsWith("hello, uid ");
        assertThat(uptime.lines().subList(1, 4)).allMatch(line -> line.startsWith("up for PT"));
    }

    @Test
    void theIsolatedExampleOutlivesItsWorker() {
        Finished isolated = JavaProcess.running(Isolated.class).command().run().expect(0);

        assertThat(isolated.lines())
                .containsExactly("The worker process that answered ended with status 1 before it was done", "alive");
    }

    @Test
    void thePageShowsTheExamplesAsTheyAre() throws IOException {
        Matcher blocks = BLOCK.matcher(Files.readString(ROOT.resolve("docs/services.md")));
        List<String[]> shown = blocks.results()
                .map(block -> new String[] {block.group(1), block.group(2)})
                .toList();

        assertThat(shown).hasSize(3);
        for (String[] block : shown) {
            Matcher source = EXAMPLE.matcher(Files.readString(ROOT.resolve(block[0])));
            assertThat(source.find()).isTrue();
            assertThat(unwrapped(source.group(1))).as(block[0]).isEqualTo(unwrapped(block[1]));
        }
    }

    /** The page has its own margin, and may break lines elsewhere. */
    private static String unwrapped(String code) {
        return code.replaceAll("\\s", "");
    }
}
