package dev.letterbox.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.letterbox.cli.Letterbox.Ended;
import dev.letterbox.cli.command.DurationConverter;
import dev.letterbox.cli.command.KeyOption;
import dev.letterbox.sysv.Key;
import dev.letterbox.sysv.Mode;
import dev.letterbox.sysv.OwnedQueue;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is understood on the command line, and what is said when it is not. */
final class CommandLineTest {
    @TempDir
    private Path folder;

    private static void assertMisused(String command, String complaint, String... arguments) {
        Ended ended = Letterbox.run(arguments);

        assertThat(ended.status()).isEqualTo(2);
        assertThat(ended.out()).isEmpty();
        assertThat(ended.err())
                .startsWith("letterbox: ")
                .contains(complaint)
                .endsWith(" See: " + command + " --help\n")
                .hasLineCount(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"1", "0042", "999999999999999999", "1000000000000000000", "9223372036854775807"})
    void aMessageTypeMayBeAsLargeAsTheKernelsAre(String type) {
        try (OwnedQueue queue = OwnedQueue.createPrivate(Mode.OWNER)) {
            String id = Integer.toString(queue.id());
            assertThat(Letterbox.run("send", id, "--text", "x", "--type", type).status())
                    .isZero();

            assertThat(Letterbox.run("peek", id, "--type", type, "--format", "json")
                            .out())
                    .contains("\"type\":");
        }
    }

    /** As rm and chown do with a file that is named twice. */
    @Test
    void aQueueThatIsNamedTwiceIsOne() {
        try (OwnedQueue queue = OwnedQueue.create(Key.free(), Mode.OWNER)) {
            String id = Integer.toString(queue.id());
            assertThat(Letterbox.run("rm", id, id, queue.key().orElseThrow().toString(), "--dry-run")
                            .out())
                    .endsWith("Would remove 1 queue with 0 messages.\n");
        }
    }

    @Test
    void anInterruptedCommandEndsWithoutAWord() {
        try (OwnedQueue queue = OwnedQueue.createPrivate(Mode.OWNER)) {
            Thread.currentThread().interrupt();

            Ended ended = Letterbox.run("receive", Integer.toString(queue.id()));

            assertThat(ended.status()).isEqualTo(1);
            assertThat(ended.out()).isEmpty();
            assertThat(ended.err()).isEmpty();
        } finally {
            Thread.interrupted();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"999999999h", "999999999m", "300000h"})
    void aTimeMayHaveAnyLength(String text) {
        assertThat(3 * new DurationConverter().convert(text).toNanos()).isPositive();
    }

    static Stream<Arguments> wrongUsageIsRejected() {
        return Stream.of(
                Arguments.of("letterbox", "missing command", new String[] {}),
                Arguments.of("letterbox", "'fetch'", new String[] {"fetch"}),
                Arguments.of("letterbox", "--colour", new String[] {"--colour"}),
                Arguments.of("letterbox get", "NAME", new String[] {"get"}),
                Arguments.of("letterbox get", "--output", new String[] {"get", "a", "-o"}),
                Arguments.of("letterbox get", "--dialect", new String[] {"get", "a", "--dialect", "latin"}),
                Arguments.of("letterbox get", "empty", new String[] {"get", "", "-o", "/nonexistent"}),
                Arguments.of("letterbox queues", "'5x' does not name a queue", new String[] {"queues", "5", "5x"}),
                Arguments.of("letterbox rm", "too large for a queue's id", new String[] {"rm", "2147483648", "--yes"}),
                Arguments.of("letterbox limits", "too large", new String[] {"limits", "--probe", "99999999999"}),
                Arguments.of("letterbox peek", "not a whole number", new String[] {"peek", "5", "--at", "first"}),
                Arguments.of("letterbox peek", "--at", new String[] {"peek", "5", "--at", "0", "--type", "7"}),
                Arguments.of("letterbox", "there is no command 'qeues': did you mean queues?", new String[] {"qeues"}),
                Arguments.of("letterbox queues", "there is no option --orphan: did you mean --orphans?", new String[] {
                    "queues", "--orphan"
                }),
                Arguments.of("letterbox queues", "there is no option --xyz.", new String[] {"queues", "--xyz"}),
                Arguments.of("letterbox peek", "missing QUEUE.", new String[] {"peek"}),
                Arguments.of("letterbox", "there is no command 'nosuch'.", new String[] {"nosuch", "--help"}),
                Arguments.of("letterbox", "there is no command 'nosuch'.", new String[] {"--help", "nosuch"}),
                Arguments.of("letterbox", "there is no command 'nosuch'.", new String[] {"nosuch", "get", "--help"}),
                Arguments.of("letterbox", "there is no command 'nosuch'.", new String[] {"nosuch", "--version"}),
                Arguments.of("letterbox", "there is no command 'gte': did you mean get?", new String[] {"help", "gte"}),
                Arguments.of("letterbox", "'get' is a command: write it without -- before it.", new String[] {
                    "--", "get", "a"
                }),
                Arguments.of("letterbox lab", "there is no command 'nosuch'.", new String[] {"lab", "nosuch", "-h"}),
                Arguments.of("letterbox rabbitmq", "there is no command 'setpu': did you mean setup?", new String[] {
                    "rabbitmq", "setpu", "--help"
                }),
                Arguments.of("letterbox peek", "--count is given more than once", new String[] {
                    "peek", "5", "--count", "1", "--count", "2"
                }),
                Arguments.of("letterbox peek", "--follow takes no value", new String[] {"peek", "5", "--follow=yes"}),
                Arguments.of("letterbox get", "--output needs a value: FILE", new String[] {"get", "a", "-o"}),
                Arguments.of("letterbox send", "--text and --hex cannot be combined", new String[] {
                    "send", "5", "--text", "a", "--hex", "00"
                }),
                Arguments.of("letterbox peek", "--format: 'xml' is not one of text, hex, raw, json", new String[] {
                    "peek", "5", "--format", "xml"
                }),
                Arguments.of("letterbox peek", "-f is --follow, and the format is --format", new String[] {
                    "peek", "5", "-f", "json"
                }),
                Arguments.of("letterbox get", "--output: the name of a file cannot be empty", new String[] {
                    "get", "a", "-o", ""
                }),
                Arguments.of("letterbox get", "--output: /nonexistent/: No such directory", new String[] {
                    "get", "a", "-o", "/nonexistent/"
                }),
                Arguments.of("letterbox get", "--output: /etc/passwd/: Not a directory", new String[] {
                    "get", "a", "-r", "0-1", "-o", "/etc/passwd/"
                }),
                Arguments.of("letterbox queues", "--metrics-file: the name of a file cannot be empty", new String[] {
                    "queues", "--metrics-file", ""
                }),
                Arguments.of("letterbox serve", "--metrics-file: the name of a file cannot be empty", new String[] {
                    "serve", ".", "--metrics-file", ""
                }),
                Arguments.of("letterbox lab report", "--output: /nonexistent/: No such directory", new String[] {
                    "lab", "report", "-o", "/nonexistent/"
                }),
                Arguments.of("letterbox lab report", "--output: stdout is not supported", new String[] {
                    "lab", "report", "-o", "-"
                }),
                Arguments.of("letterbox queues", "--metrics-file: stdout is not supported", new String[] {
                    "queues", "--metrics-file", "-"
                }),
                Arguments.of("letterbox serve", "--metrics-interval needs --metrics-file.", new String[] {
                    "serve", ".", "--metrics-interval", "1s"
                }),
                Arguments.of("letterbox receive", "--count: 'many' is not a whole number.", new String[] {
                    "receive", "5", "--count", "many"
                }),
                Arguments.of("letterbox receive", "'-9223372036854775809' is too small", new String[] {
                    "receive", "5", "--count", "-9223372036854775809"
                }),
                Arguments.of("letterbox peek", "'9223372036854775808' is too large", new String[] {
                    "peek", "5", "--count", "9223372036854775808"
                }),
                Arguments.of(
                        "letterbox send",
                        "--type: '9223372036854775808' is too large: the largest message type is 9223372036854775807.",
                        new String[] {"send", "5", "--text", "x", "--type", "9223372036854775808"}),
                Arguments.of("letterbox ls", "empty", new String[] {"ls", ""}),
                Arguments.of("letterbox stat", "empty", new String[] {"stat", "a", ""}),
                Arguments.of("letterbox get", "'\\u001b[31m\\u000ax' is not a key", new String[] {
                    "get", "a", "-k", "\u001b[31m\nx"
                }),
                Arguments.of("letterbox get", "--on: An address must begin with amqp://", new String[] {
                    "get", "a", "--on", ""
                }),
                Arguments.of("letterbox serve", "DIR", new String[] {"serve"}),
                Arguments.of("letterbox serve", "DIR: the name of a file cannot be empty.", new String[] {"serve", ""}),
                Arguments.of("letterbox demo", "FILE: the name of a file cannot be empty.", new String[] {"demo", ""}),
                Arguments.of("letterbox serve", "'b'", new String[] {"serve", "a", "b"}),
                Arguments.of("letterbox serve", "--access", new String[] {"serve", ".", "--access", "nobody"}),
                Arguments.of("letterbox serve", "--waiting", new String[] {"serve", ".", "--waiting", "never"}),
                Arguments.of("letterbox demo", "'b'", new String[] {"demo", "a", "b"}));
    }

    @ParameterizedTest
    @MethodSource
    void wrongUsageIsRejected(String command, String complaint, String[] arguments) {
        try (OwnedQueue _ = OwnedQueue.create(Key.parse(KeyOption.DEFAULT), Mode.OWNER)) {
            assertMisused(command, complaint, arguments);
        }
    }

    /** Many ask for help at the end of a line that was refused. */
    @Test
    void helpIsShownBesideWordsThatAreWrong() {
        assertThat(Letterbox.run("get", "--nosuch", "--help").status()).isZero();
        assertThat(Letterbox.run("peek", "5", "6", "--help").out()).startsWith("Usage: letterbox peek");
        assertThat(Letterbox.run("--nosuch", "--help").out()).startsWith("Usage: letterbox ");
    }

    /** Such a word is not said to be missing: it is there. */
    @ParameterizedTest
    @CsvSource({
        "get, NAME",
        "stat, NAME",
        "ls, NAME",
        "serve, DIR",
        "demo, FILE",
    })
    void anArgumentThatBeginsWithADashIsSaidToNeedTwoDashesBeforeIt(String command, String label) {
        assertMisused(
                "letterbox " + command,
                "there is no option -zash; write -- before a %s that begins with a dash.".formatted(label),
                command,
                "-zash");
        assertThat(Letterbox.run(command, "-zash", "--", "-zash").err()).contains("there is no option -zash;");
    }

    @ParameterizedTest
    @ValueSource(strings = {"peek", "receive", "send", "watch", "set", "queues", "rm"})
    void noQueueBeginsWithADash(String command) {
        assertMisused("letterbox " + command, "there is no option -zash.", command, "-zash");
        // picocli takes a negative number for an argument.
        assertMisused("letterbox " + command, "'-7' does not name a queue", command, "-7");
    }

    @Test
    void behindTwoDashesEachWordIsAnArgument() {
        assertThat(Letterbox.run("get", "--key", Key.free().toString(), "--", "-dash")
                        .err())
                .contains("No server is running");
        assertMisused("letterbox peek", "'-7' does not name a queue", "peek", "--", "-7");
    }

    @ParameterizedTest
    @CsvSource({
        "0, IPC_PRIVATE",
        "0x0, IPC_PRIVATE",
        "0x100000000, 32 bits",
        "0x1ffffffff, 32 bits",
        "4294967296, 32 bits",
        "-2147483649, 32 bits",
        "99999999999999999999, is not a key",
        "'', is not a key",
        "key, is not a key",
        "1.5, is not a key",
        "0xg, is not a key",
        "ftok:, is not a key",
        "ftok:/, is not a key",
        "ftok:/:, is not a number",
        "ftok:/:xy, is not a number",
        "ftok:/:0, 1 to 255",
        "ftok:/:256, 1 to 255",
        "ftok:/nonexistent:1, ENOENT"
    })
    void anInvalidKeyIsRejected(String key, String complaint) {
        assertMisused("letterbox get", complaint, "get", "a", "--key", key);
        assertMisused("letterbox serve", complaint, "serve", ".", "--key", key);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "0x7eaaaaa1",
                "0X7EAAAAA1",
                "2125114017",
                "-1",
                "-2147483648",
                "0xffffffff",
                "4294967295",
                "0x80000000",
                "ftok:/:1",
                "ftok:/usr/bin:255",
                "ftok:/usr/bin:0xff"
            })
    void aKeyMayBeHexadecimalOrDecimalOrFtok(String text) {
        Ended ended = Letterbox.run("get", "a", "--key", text);

        assertThat(ended.status()).isEqualTo(1);
        assertThat(ended.err()).contains("No server is running on key %s".formatted(Key.parse(text)));
    }

    /** A number alone is an id for QUEUE and a key for --key: with the word before it, it is a key for both. */
    @Test
    void aKeyMayBeMarkedAsOne() {
        Ended ended = Letterbox.run("get", "a", "--key", "key:2125114017");

        assertThat(ended.status()).isEqualTo(1);
        assertThat(ended.err()).contains("No server is running on key 0x7eaaaaa1");
    }

    @Test
    void aNumberThatIsAKeyAndNoIdIsTold() {
        // Ids are given from the beginning of a namespace, and no test makes so many queues.
        int number = 2_125_114_017;
        try (OwnedQueue queue = OwnedQueue.create(Key.of(number), Mode.OWNER)) {
            Ended ended = Letterbox.run("send", "" + number, "--text", "hi");

            assertThat(ended.status()).isEqualTo(2);
            assertThat(ended.err())
                    .contains("there is no queue with the id %d; the one with the key %d has the id %d: write key:%d."
                            .formatted(number, number, queue.id(), number));
        }
    }

    @Test
    void anFtokPathMayContainColons() throws IOException {
        Path file = Files.writeString(folder.resolve("a:b:1"), "");

        assertThat(Letterbox.run("get", "a", "--key", "ftok:" + file + ":7").err())
                .contains("No server is running on key %s".formatted(Key.ftok(file, 7)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "0s", "0ms", "-1", "-1s", "1.s", "s", "", "1 s", "1x", "1S", "9999999999s", "forever"})
    void anInvalidTimeIsRejected(String time) {
        assertMisused("letterbox get", "'" + time + "'", "get", "a", "--timeout=" + time);
        assertMisused("letterbox serve", "'" + time + "'", "serve", ".", "--stall-timeout=" + time);
    }

    @ParameterizedTest
    @ValueSource(strings = {"1ms", "500ms", "30", "30s", "2m", "1h", "999999999h"})
    void aTimeHasAUnitOrIsSeconds(String time) {
        Ended ended =
                Letterbox.run("get", "a", "--timeout", time, "--key", Key.free().toString());

        assertThat(ended.status()).isEqualTo(1);
        assertThat(ended.err()).contains("No server is running on key");
    }

    @ParameterizedTest
    @CsvSource({
        "--dialect=compact, 256, room for 255",
        "--dialect=tlpi, 4096, the longest has 4095",
        "--dialect=TLPI, 4096, the longest has 4095"
    })
    void aNameThatIsTooLongIsWrongUsage(String dialect, int length, String longest) {
        try (OwnedQueue server = OwnedQueue.create(Key.free(), Mode.OWNER)) {
            String key = server.key().orElseThrow().toString();
            String file = folder.resolve("copy").toString();

            assertMisused(
                    "letterbox get",
                    "A name of %d bytes is too long".formatted(length),
                    "get",
                    "n".repeat(length),
                    dialect,
                    "--key",
                    key,
                    "-o",
                    file);
            assertMisused("letterbox get", longest, "get", "n".repeat(length), dialect, "--key", key, "-o", file);
            assertThat(server.status().messages()).isZero();
        }
        assertThat(folder).isEmptyDirectory();
    }

    @ParameterizedTest
    @ValueSource(strings = {"serve", "get", "demo"})
    void everyCommandHasHelpWithExamples(String command) {
        Ended ended = Letterbox.run(command, "--help");

        assertThat(ended.status()).isZero();
        assertThat(ended.err()).isEmpty();
        assertThat(ended.out())
                .startsWith("Usage: letterbox " + command)
                .containsPattern("(?m)^Examples:$")
                .containsPattern("(?m)^  letterbox " + command + " ");
        assertThat(Letterbox.run("help", command).out()).isEqualTo(ended.out());
        assertThat(ended.out().lines()).allMatch(line -> line.length() <= 80, "fits a terminal");
    }

    @Test
    void theHelpNamesEveryCommand() {
        Ended ended = Letterbox.run("--help");

        assertThat(ended.status()).isZero();
        assertThat(ended.out())
                .startsWith("Usage: letterbox")
                .containsPattern("(?m)^  serve +\\S")
                .containsPattern("(?m)^  get +\\S")
                .containsPattern("(?m)^  demo +\\S")
                .contains("Exit status: 0 success, 1 failure, 2 wrong usage.");
    }

    /** What is learnt of one command holds for the others. */
    @Test
    void filterOptionsMeanTheSameInAllCommands() {
        for (String option : List.of("--owner", "--older-than")) {
            assertThat(Stream.of("queues", "rm", "reap")
                            .map(Main.commandLine().getSubcommands()::get)
                            .map(command -> String.join(
                                    "",
                                    command.getCommandSpec().findOption(option).description())))
                    .as(option)
                    .hasSize(3)
                    .containsOnly(String.join(
                            "",
                            Main.commandLine()
                                    .getSubcommands()
                                    .get("rm")
                                    .getCommandSpec()
                                    .findOption(option)
                                    .description()));
        }
    }

    @Test
    void theHelpOfTheDemoNamesNoKeyThatItDoesNotUse() {
        assertThat(Letterbox.run("demo", "--help").out().replaceAll("\\s+", " "))
                .contains("Default: a free one.")
                .doesNotContain("0x1aaaaaa1");
    }

    @Test
    void theVersionIsShown() {
        Ended ended = Letterbox.run("--version");

        assertThat(ended.status()).isZero();
        assertThat(ended.out()).startsWith("letterbox ").contains("Java 25").contains("Linux");
        assertThat(Letterbox.run("get", "--version").out()).isEqualTo(ended.out());
    }

    @Test
    void aFailureIsOneLineAndAStackTraceOnlyWithVerbose() {
        String key = Key.free().toString();

        assertThat(Letterbox.run("get", "a", "--key", key).err()).hasLineCount(1);
        assertThat(Letterbox.run("get", "a", "--key", key, "--verbose").err())
                .startsWith("letterbox: No server is running on key")
                .contains("dev.letterbox.cli.files.Get.call");
    }

    @Test
    void withoutAServerTheErrorSaysHowToStartOne() {
        Key key = Key.free();

        assertThat(Letterbox.run("get", "a", "--key", key.toString()).err())
                .contains("No server is running on key %s".formatted(key))
                .contains("letterbox serve DIR --key %s".formatted(key));
        assertThat(Letterbox.run("get", "a").err())
                .contains("No server is running on key 0x1aaaaaa1")
                .endsWith("letterbox serve DIR\n");
    }

    @Test
    void onlyADirectoryIsServed() throws IOException {
        Path file = Files.writeString(folder.resolve("file"), "");

        Ended missing = Letterbox.run(
                "serve",
                folder.resolve("missing").toString(),
                "--key",
                Key.free().toString());
        Ended noDirectory =
                Letterbox.run("serve", file.toString(), "--key", Key.free().toString());

        assertThat(missing.status()).isEqualTo(1);
        assertThat(missing.err())
                .isEqualTo("letterbox: %s: No such file or directory\n".formatted(folder.resolve("missing")));
        assertThat(noDirectory.status()).isEqualTo(1);
        assertThat(noDirectory.err()).isEqualTo("letterbox: %s: Not a directory\n".formatted(file));
    }

    @Test
    void theDemoRequiresARegularFile() {
        Ended missing = Letterbox.run("demo", folder.resolve("missing").toString());
        Ended directory = Letterbox.run("demo", folder.toString());

        assertThat(missing.status()).isEqualTo(1);
        assertThat(missing.err()).isEqualTo("letterbox: %s: No such file\n".formatted(folder.resolve("missing")));
        assertThat(directory.status()).isEqualTo(1);
        assertThat(directory.err()).isEqualTo("letterbox: %s: Not a regular file\n".formatted(folder));
    }
}
