package dev.letterbox.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The links between the pages. {@code packaging/check} runs the same search on the pages in the package. */
final class PagesTest {
    private static final Path ROOT =
            Path.of(System.getProperty("letterbox.root", "..")).toAbsolutePath();

    @TempDir
    Path folder;

    @Test
    void noLinkOfAnyPageIsDead() throws Exception {
        assertThat(deadLinks(ROOT)).contains(" pages, 0 dead links").doesNotStartWith("0 pages");
    }

    @Test
    void deadLinksAreFound() throws Exception {
        Files.writeString(folder.resolve("outside.md"), "# Outside\n");
        Path pages = Files.createDirectory(folder.resolve("pages"));
        Files.writeString(pages.resolve("a.md"), """
                # A page, and `code`

                [itself](#a-page-and-code), [another](b.md#same-1), [a folder](.), [elsewhere](https://example.org/none)

                ```text
                [code](none.md)
                ```

                [a file](none.md), [a heading](b.md#same-2), [what is
                outside](../outside.md)
                """);
        Files.writeString(pages.resolve("b.md"), "# Same\n# Same\n");
        assertThat(deadLinks(pages).lines())
                .containsExactly("a.md: none.md", "a.md: b.md#same-2", "a.md: ../outside.md", "2 pages, 3 dead links");
    }

    private static String deadLinks(Path folder) throws IOException, InterruptedException {
        Process search = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin/java").toString(),
                        ROOT.resolve("build-support/DeadLinks.java").toString(),
                        folder.toString())
                .redirectErrorStream(true)
                .start();
        String found = new String(search.getInputStream().readAllBytes(), UTF_8);
        assertThat(search.waitFor()).as(found).isEqualTo(found.contains(" 0 dead links") ? 0 : 1);
        return found;
    }
}
