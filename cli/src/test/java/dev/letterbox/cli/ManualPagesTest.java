package dev.letterbox.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.letterbox.cli.command.BrokerOption;
import dev.letterbox.rabbitmq.Login;
import dev.letterbox.testkit.Command;
import dev.letterbox.testkit.Finished;
import dev.letterbox.testkit.IpcNamespace;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

class ManualPagesTest {
    @TempDir
    private Path folder;

    @BeforeEach
    void write() throws IOException {
        ManualPages.main(new String[] {folder.toString()});
    }

    /** Walks the commands by itself: the code under test might lose one. */
    private static Stream<String> names(CommandLine command) {
        return Stream.concat(
                Stream.of(command.getCommandSpec().qualifiedName("-")),
                command.getSubcommands().entrySet().stream()
                        .filter(each -> !each.getKey().equals("help"))
                        .flatMap(each -> names(each.getValue())));
    }

    @Test
    void everyCommandAndNothingElseHasAPage() throws IOException {
        Set<String> expected =
                names(Main.commandLine()).map(name -> name + ".1").collect(Collectors.toSet());
        assertThat(expected).contains("letterbox.1", "letterbox-serve.1", "letterbox-queues.1");
        try (Stream<Path> pages = Files.list(folder.resolve("man/man1"))) {
            assertThat(pages.map(page -> page.getFileName().toString())).containsExactlyInAnyOrderElementsOf(expected);
        }
    }

    @Test
    void everyCommandHasAPageWithExamples() {
        for (CommandSpec command : ManualPages.commands(Main.commandLine())) {
            Path page = folder.resolve("man/man1/" + command.qualifiedName("-") + ".1");
            assertThat(page)
                    .content()
                    .contains(".SH NAME", ".SH SYNOPSIS", ".SH OPTIONS", ".SH EXAMPLES")
                    .contains(".SH EXIT STATUS", ".SH ENVIRONMENT", ".SH FILES")
                    .containsPattern("(?m)^" + command.qualifiedName() + "( |$)")
                    .doesNotContain("%%", "${");
        }
    }

    @Test
    void theVariablesThatNameABrokerAndItsPasswordAreExplained() {
        assertThat(folder.resolve("man/man1/letterbox-get.1"))
                .content()
                .contains(".B " + BrokerOption.ON, Login.PASSWORD + ", " + Login.PASSWORD_FILE);
    }

    @Test
    void noExampleIsWiderThanATerminal() {
        for (CommandSpec command : ManualPages.commands(Main.commandLine())) {
            assertThat(command.usageMessage().footer())
                    .filteredOn(line -> line.startsWith("  "))
                    .isNotEmpty()
                    .allSatisfy(
                            line -> assertThat(line.replace("%%", "%").length()).isLessThanOrEqualTo(80));
        }
    }

    /** Where each paragraph is a line of its own, a terminal of any width breaks it well. */
    @Test
    void noParagraphHasLineBreaks() {
        for (CommandSpec command : ManualPages.commands(Main.commandLine())) {
            List<String> footer = List.of(command.usageMessage().footer());
            for (int line = 1; line < footer.size(); line++) {
                assertThat(isText(footer.get(line - 1)) && isText(footer.get(line)))
                        .as("%s: %s", command.name(), footer.get(line))
                        .isFalse();
            }
        }
    }

    private static boolean isText(String line) {
        return !line.isEmpty() && !line.startsWith(" ") && !line.endsWith(":");
    }

    @Test
    void troffReportsNothing() throws IOException {
        assumeTrue(Files.isExecutable(Path.of("/usr/bin/groff")), "groff is not installed");
        try (var pages = Files.list(folder.resolve("man/man1"))) {
            for (Path page : pages.toList()) {
                Finished finished = Command.of("groff", "-man", "-Tutf8", "-P-cbou", "-ww", page.toString())
                        .run()
                        .expect(0);
                assertThat(finished.err()).isEmpty();
                assertThat(finished.text()).contains("EXAMPLES");
            }
        }
    }

    @Test
    void bashCompletesCommandsAndOptions() {
        assertThat(completions("letterbox", "qu")).containsExactly("queues");
        assertThat(completions("letterbox", "queues", "--fu")).containsExactly("--fuller-than");
        assertThat(completions("letterbox", "receive", "--format", ""))
                .containsExactly("text", "hex", "raw", "json", "php");
    }

    /** As the help has it. */
    @Test
    void wordsAreOfferedInLowerCase() {
        for (CommandSpec command : ManualPages.commands(Main.commandLine())) {
            for (OptionSpec option : command.options()) {
                if (option.completionCandidates() != null) {
                    assertThat(option.completionCandidates())
                            .as("%s %s", command.name(), option.longestName())
                            .allSatisfy(word -> assertThat(word).isLowerCase());
                }
            }
        }
    }

    @Test
    void everyOfferedValueIsAccepted() throws Exception {
        assertThat(completions("letterbox", "top", "--sort", "")).contains("message-rate", "full");
        for (CommandSpec command : ManualPages.commands(Main.commandLine())) {
            for (OptionSpec option : command.options()) {
                if (option.completionCandidates() != null && option.converters().length > 0) {
                    for (String offered : option.completionCandidates()) {
                        assertThat(option.converters()[0].convert(offered))
                                .as("%s %s %s", command.name(), option.longestName(), offered)
                                .isNotNull();
                    }
                }
            }
        }
    }

    /** As somebody at a keyboard sees it. */
    @Test
    void zshCompletesCommandsAndOptions() {
        assumeTrue(Files.isExecutable(Path.of("/usr/bin/zsh")), "zsh is not installed");
        try (IpcNamespace namespace = IpcNamespace.with(Map.of());
                Tmux shell = Tmux.run(folder, namespace, 80, 24, "HOME=" + folder + " PS1='> ' exec zsh -f -i")) {
            shell.await("^>");
            shell.press("source " + folder.resolve("completion/letterbox") + " && echo sourced", "Enter");
            shell.await("^sourced$");
            shell.press("letterbox qu", "Tab");
            shell.await("^> letterbox queues");
            shell.press("--fu", "Tab");
            shell.await("^> letterbox queues --fuller-than");
            shell.press("C-u", "letterbox peek 5 --format ra", "Tab");
            shell.await("^> letterbox peek 5 --format raw");
        }
    }

    private List<String> completions(String... words) {
        String script = """
                source %s
                COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); COMP_LINE="$*"; COMP_POINT=${#COMP_LINE}
                _letterbox_complete
                printf '%%s\\n' "${COMPREPLY[@]}"
                """.formatted(folder.resolve("completion/letterbox"));
        String[] line = new String[words.length + 3];
        System.arraycopy(new String[] {"-c", script, "bash"}, 0, line, 0, 3);
        System.arraycopy(words, 0, line, 3, words.length);
        return Command.of("bash", line).run().expect(0).lines().stream()
                .map(String::strip)
                .toList();
    }

    @Test
    void theReadmeNamesEveryCommand() {
        Path readme = Path.of(System.getProperty("letterbox.root", ".."), "README.md");
        for (String command : Main.commandLine().getSubcommands().keySet()) {
            if (!command.equals("help")) {
                assertThat(readme).content().contains("| `letterbox " + command + " ");
            }
        }
    }
}
