package dev.letterbox.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.letterbox.testkit.Finished;
import dev.letterbox.testkit.IpcNamespace;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Sentences for people: wrapped at words on a terminal, one line each in a pipe. */
final class OnTerminalTest {
    private static final int COLUMNS = 40;

    private final IpcNamespace namespace = IpcNamespace.with(Map.of());
    private final Operator letterbox = new Operator(namespace);

    @AfterEach
    void endNamespace() {
        namespace.close();
    }

    /** Runs it on a narrow terminal, and returns what it wrote there as one line. */
    private String joined(String input, String... arguments) {
        Finished ended =
                letterbox.command(arguments).onTerminal(COLUMNS).input(input).run();
        List<String> lines = ended.text()
                .replaceAll("\u001b\\[[0-9;]*m", "")
                // The answer, which ends the line, is not shown.
                .replace("[y/N] ", "[y/N]\n")
                .lines()
                .toList();
        assertThat(lines)
                .allSatisfy(line -> assertThat(line.strip().length())
                        .as(line)
                        .isLessThanOrEqualTo(line.strip().contains(" ") ? COLUMNS : Integer.MAX_VALUE));
        return String.join(" ", lines);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "get notes.txt --key 0x51515151",
                "watch 123456",
                "queues --all-namespaces --sort idle",
                "limits --probe 0",
                "send 5",
                "no-such-command"
            })
    void anErrorIsWrappedAtWordsOnATerminalAndOneLineInAPipe(String line) {
        String[] arguments = line.split(" ", -1);
        Finished piped = letterbox.run(arguments);
        assertThat(piped.err().lines()).as(piped.err()).hasSize(1);
        assertThat(joined("", arguments)).isEqualTo(piped.err().strip());
    }

    @Test
    void aQuestionIsWrappedAtWords() {
        int queue = letterbox.create("-k", "0x51");
        assertThat(joined("n\n", "rm", "" + queue))
                .contains("Remove 1 queue with 0 messages? [y/N]", "Nothing removed.");
        String[] many = new String[11];
        many[0] = "rm";
        for (int i = 1; i < many.length; i++) {
            many[i] = "" + letterbox.create();
        }
        assertThat(joined("n\n", many)).contains("Remove 10 queues with 0 messages? [y/N]");
    }

    @Test
    void proseIsWrappedAtWords() {
        letterbox.create();
        assertThat(joined("", "limits", "--probe", "3"))
                .contains(
                        "or another limit in the same way:", "Probe: 3 queues were created and removed, as requested.");
        assertThat(joined("", "create", "-k", "0x5151")).contains("key 0x00005151, mode 0600, capacity 16384 bytes.");
    }
}
