package dev.letterbox.cli.files;

import static org.assertj.core.api.Assertions.assertThat;

import dev.letterbox.cli.Letterbox;
import dev.letterbox.cli.Operator;
import dev.letterbox.cli.RunningServer;
import dev.letterbox.cli.Schemas;
import dev.letterbox.sysv.Key;
import dev.letterbox.testkit.ChildProcess;
import dev.letterbox.testkit.Command;
import dev.letterbox.testkit.Finished;
import dev.letterbox.testkit.Peers;
import dev.letterbox.testkit.Privileges;
import dev.letterbox.testkit.Syscall;
import dev.letterbox.testkit.TempFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What the commands get, list and tell where the server speaks the session dialect, and what they say where it does not. */
final class FilesInSessionIT {
    private static final int SIZE = 100_000;
    private static final byte[] CONTENT = TempFiles.bytes(SIZE);

    @TempDir
    private static Path served;

    private static RunningServer server;

    @TempDir
    private Path here;

    @BeforeAll
    static void serve() throws IOException {
        Files.write(served.resolve("file"), CONTENT);
        Files.writeString(served.resolve("small"), "small\n");
        Files.createFile(served.resolve("empty"));
        Path logs = Files.createDirectory(served.resolve("logs"));
        Files.writeString(logs.resolve("today"), "nothing happened\n");
        Files.createSymbolicLink(served.resolve("link"), Path.of("small"));
        Files.setLastModifiedTime(served.resolve("small"), FileTime.from(Instant.parse("2026-01-02T03:04:05.678Z")));
        for (String name : List.of("file", "small", "empty")) {
            Files.setPosixFilePermissions(served.resolve(name), PosixFilePermissions.fromString("rw-r-----"));
        }
        server = RunningServer.start(served, "--quiet");
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    private static Command letterbox(String command, String... arguments) {
        List<String> words =
                new ArrayList<>(List.of(command, "--key", server.key().toString()));
        words.addAll(List.of(arguments));
        return Letterbox.program(words.toArray(String[]::new));
    }

    private Path copy(String name) {
        return here.resolve(name);
    }

    // Parts

    @ParameterizedTest
    @CsvSource({
        "0-0, 0, 1",
        "0-511, 0, 512",
        "99999-, 99999, 100000",
        "8150-8170, 8150, 8171",
        "50000-999999999, 50000, 100000",
        "-5, 99995, 100000",
        "-999999999, 0, 100000"
    })
    void aRangeIsExactlyTheseBytes(String range, int from, int to) {
        assertThat(letterbox("get", "file", "-r", range).run().expect(0).out())
                .isEqualTo(Arrays.copyOfRange(CONTENT, from, to));
    }

    // Habits of hands

    @Test
    void aFileIsWrittenUnderItsOwnNameWithItsTimeAndMode() throws IOException {
        letterbox("get", "-O", "-p", "small").inDirectory(here).run().expect(0);
        assertThat(copy("small")).hasContent("small\n");
        assertThat(Files.getLastModifiedTime(copy("small")).toInstant())
                .isEqualTo(Instant.parse("2026-01-02T03:04:05.678Z"));
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(copy("small"))))
                .isEqualTo("rw-r-----");
        letterbox("get", "-R", "logs/today", "small", "-o", here.toString())
                .run()
                .expect(0);
        assertThat(copy("today")).hasContent("nothing happened\n");
    }

    @Test
    void binaryContentIsKeptFromATerminal() {
        Finished refused = letterbox("get", "file").onTerminal(80).run().expect(1);
        assertThat(String.join(" ", refused.lines()))
                .isEqualTo(
                        "letterbox: Cannot write to standard output: it is a terminal, but the content is binary; use -o - to write it anyway, or -o FILE.");
        assertThat(letterbox("get", "file", "-o", "-")
                        .onTerminal(80)
                        .run()
                        .expect(0)
                        .out())
                .hasSizeGreaterThan(SIZE / 2);
        assertThat(letterbox("get", "small").onTerminal(80).run().expect(0).text())
                .isEqualTo("small\n");
    }

    @Test
    void aDirectoryIsNotFetchedAndSaysWhatIsPossible() {
        assertThat(letterbox("get", "logs", "-o", here.toString())
                        .run()
                        .expect(1)
                        .err())
                .contains("Is a directory. get fetches single files; for those in it: letterbox ls -R logs");
    }

    @Test
    void listsDirectoriesInDirectoriesAndSizesForPeople() {
        assertThat(letterbox("ls", "-R").run().expect(0).lines())
                .containsExactly("empty", "file", "link", "logs/", "logs/today", "small");
        assertThat(letterbox("ls", "-R", "logs").run().expect(0).lines()).containsExactly("today");
        List<String> human = letterbox("ls", "-lh").run().expect(0).lines();
        assertThat(human).anySatisfy(line -> assertThat(line).matches("-rw-r-----  97\\.7 KiB  .*  file"));
        assertThat(human).anySatisfy(line -> assertThat(line).matches("l.*  link"));
        assertThat(letterbox("ls", "--help").run().expect(0).text()).contains("--human-readable");
    }

    @Test
    void aDirectoryThatCannotBeListedHidesNoOther() throws IOException {
        Privileges.assumeOtherUsers();
        Files.setPosixFilePermissions(here, PosixFilePermissions.fromString("rwxr-xr-x"));
        Files.createDirectory(here.resolve("open"));
        Files.createFile(here.resolve("open/file"));
        Files.createDirectory(
                here.resolve("shut"),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        Key key = Key.free();
        String[] arguments = RunningServer.arguments(here, key, "--quiet", "--access", "all");
        try (RunningServer nobodys =
                RunningServer.start(Letterbox.programForAll(arguments).asUser(Privileges.NOBODY), key)) {
            Finished listed =
                    Letterbox.program("ls", "-R", "--key", key.toString()).run().expect(1);
            assertThat(listed.lines()).containsExactly("open/", "open/file", "shut/");
            assertThat(listed.err()).startsWith("letterbox: Cannot list 'shut'");
            nobodys.stop();
        }
    }

    @Test
    void marksNamesByTheirKindWhenAsked() throws IOException {
        Path pipe = TempFiles.pipe(served, "pipe");
        Path program = Files.createFile(served.resolve("run"));
        Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwxr-xr-x"));
        try {
            assertThat(letterbox("ls", "-F").run().expect(0).lines())
                    .containsExactly("empty", "file", "link@", "logs/", "pipe|", "run*", "small");
            assertThat(letterbox("ls", "-lF").run().expect(0).lines())
                    .anySatisfy(line -> assertThat(line).matches("l.*  link@"))
                    .anySatisfy(line -> assertThat(line).matches("d.*  logs/"))
                    .anySatisfy(line -> assertThat(line).matches("p.*  pipe\\|"));
            assertThat(letterbox("ls").run().expect(0).lines())
                    .as("what scripts read stays as it was")
                    .containsExactly("empty", "file", "link", "logs/", "pipe", "run", "small");
        } finally {
            Files.delete(pipe);
            Files.delete(program);
        }
    }

    @Test
    void aRangeBehindTheEndIsRefused() {
        assertThat(letterbox("get", "file", "-r", "100001-").run().expect(1).err())
                .isEqualTo("letterbox: Cannot read 'file': it has 100000 bytes, but byte 100001 was requested\n");
    }

    /** As HTTP does; to resume a file that is complete stays a success. */
    @ParameterizedTest
    @ValueSource(strings = {"100000-", "100000-100000", "100000-200000"})
    void aRangeThatBeginsAtTheEndIsRefusedAndWritesNothing(String range) throws IOException {
        String refusal = "letterbox: Cannot read 'file': it ends before byte 100000, with which the range begins\n";
        Finished toStdout = letterbox("get", "file", "-r", range).run().expect(1);
        assertThat(toStdout.out()).isEmpty();
        assertThat(toStdout.err()).isEqualTo(refusal);
        Files.writeString(copy("file"), "old");
        assertThat(letterbox("get", "file", "-r", range, "-o", here.toString())
                        .run()
                        .expect(1)
                        .err())
                .isEqualTo(refusal);
        assertThat(copy("file")).hasContent("old");
        assertThat(here).isDirectoryContaining("glob:**/file").isDirectoryNotContaining("glob:**.part");
    }

    @Test
    void aRangeThatOneFileLacksDoesNotPreventTheOthers() {
        Finished finished =
                letterbox("get", "-r", "6-9", "small", "logs/today").run().expect(1);
        assertThat(finished.text()).isEqualTo("g ha");
        assertThat(finished.err())
                .isEqualTo("letterbox: Cannot read 'small': it ends before byte 6, with which the range begins\n");
    }

    /** As head and tail do: the first bytes of an empty file, and the last, are all that it has. */
    @ParameterizedTest
    @ValueSource(strings = {"0-", "0-0", "0-511", "-1", "-2000"})
    void theFirstAndTheLastBytesOfAnEmptyFileAreNone(String range) {
        Path copy = copy("empty");
        letterbox("get", "empty", "-r", range, "-o", copy.toString()).run().expect(0);
        assertThat(copy).isEmptyFile();
    }

    @Test
    void anEmptyFileHasNoSecondByte() {
        assertThat(letterbox("get", "empty", "-r", "1-").run().expect(1).err())
                .isEqualTo("letterbox: Cannot read 'empty': it has 0 bytes, but byte 1 was requested\n");
    }

    @Test
    void aRangeOfAProcFileIsNotLongerThanRequestedAndNotCountedFromAnUnknownEnd() throws IOException {
        try (RunningServer proc = RunningServer.start(Path.of("/proc/sys/kernel"), "--quiet")) {
            String whole = Files.readString(Path.of("/proc/sys/kernel/ostype"));
            assertThat(Letterbox.program("get", "ostype", "--key", proc.key().toString(), "-r", "0-1")
                            .run()
                            .expect(0)
                            .text())
                    .isEqualTo(whole.substring(0, 2));
            assertThat(Letterbox.program("get", "ostype", "--key", proc.key().toString(), "-r", "-2")
                            .run()
                            .expect(1)
                            .err())
                    .isEqualTo(
                            "letterbox: Cannot read the last bytes of 'ostype': it states no size. Fetch the whole file\n");
        }
    }

    // Going on

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 8_128, 50_000, 99_999, 100_000})
    void anAbortedTransferResumesWhereItEnded(int came) throws IOException {
        Files.write(copy("file"), Arrays.copyOf(CONTENT, came));
        letterbox("get", "file", "-C", "-", "-o", copy("file").toString()).run().expect(0);
        assertThat(copy("file")).hasBinaryContent(CONTENT);
    }

    @Test
    void resumingWithoutAFileFetchesTheWholeFile() {
        letterbox("get", "file", "-C", "-", "-o", copy("file").toString()).run().expect(0);
        assertThat(copy("file")).hasBinaryContent(CONTENT);
    }

    @Test
    void aDifferentBeginningIsNotResumed() throws IOException {
        byte[] other = Arrays.copyOf(CONTENT, 50_000);
        other[25_000]++;
        Files.write(copy("file"), other);
        assertThat(letterbox("get", "file", "-C", "-", "-o", copy("file").toString())
                        .run()
                        .expect(1)
                        .err())
                .isEqualTo("letterbox: Cannot read 'file': its first 50000 bytes are not those that the client has:"
                        + " fetch all of it again\n");
        assertThat(copy("file")).hasBinaryContent(other);
    }

    @Test
    void aFileLongerThanTheServersIsNotResumed() throws IOException {
        Files.write(copy("file"), TempFiles.bytes(SIZE + 1));
        assertThat(letterbox("get", "file", "-C", "-", "-o", copy("file").toString())
                        .run()
                        .expect(1)
                        .err())
                .isEqualTo(
                        "letterbox: Cannot resume '%s': it is longer than 'file' on the server. Fetch all of it again, without -C.\n"
                                .formatted(copy("file")));
        assertThat(copy("file")).hasSize(SIZE + 1);
    }

    @Test
    void aFailedTransferWithoutBytesLeavesNoFile() {
        letterbox("get", "none", "-C", "-", "-o", copy("none").toString()).run().expect(1);
        assertThat(copy("none")).doesNotExist();
        letterbox("get", "empty", "-C", "-", "-o", copy("empty").toString())
                .run()
                .expect(0);
        assertThat(copy("empty")).isEmptyFile();
        letterbox("get", "none", "-C", "-", "-o", copy("empty").toString())
                .run()
                .expect(1);
        assertThat(copy("empty")).isEmptyFile();
    }

    @Test
    void resumingNeedsAFile() {
        assertThat(Operator.refusal("get", "file", "-C", "-")).contains("-C needs -o FILE");
        assertThat(Operator.refusal("get", "file", "-C", "5", "-o", "x")).contains("the only value of -C is -");
        assertThat(Operator.refusal("get", "file", "-C", "-", "-r", "0-1", "-o", "x"))
                .contains("-C and -r cannot be combined");
    }

    // Several

    @Test
    void severalFilesGoIntoADirectoryUnderTheirOwnNames() {
        letterbox("get", "file", "logs/today", "-o", here.toString()).run().expect(0);
        assertThat(copy("file")).hasBinaryContent(CONTENT);
        assertThat(copy("today")).hasContent("nothing happened\n");
    }

    @Test
    void severalFilesGoToStandardOutputOneAfterTheOther() {
        assertThat(letterbox("get", "small", "logs/today").run().expect(0).text())
                .isEqualTo("small\nnothing happened\n");
    }

    @Test
    void aRefusedFileDoesNotPreventTheOthers() {
        Finished finished = letterbox("get", "small", "none", "logs/today", "-o", here.toString())
                .run()
                .expect(1);
        assertThat(finished.err()).isEqualTo("letterbox: Cannot open 'none': No such file or directory\n");
        assertThat(copy("small")).exists();
        assertThat(copy("today")).exists();
        assertThat(copy("none")).doesNotExist();
    }

    @Test
    void aFileThatCannotBeWrittenHereDoesNotPreventTheOthers() throws IOException {
        Files.createDirectory(copy("small"));
        Finished finished = letterbox("get", "small", "..", "logs/today", "-o", here.toString())
                .run()
                .expect(1);
        assertThat(finished.err())
                .isEqualTo("letterbox: %s: Is a directory%nletterbox: '..' does not end in a file name: use -o FILE.%n"
                        .formatted(copy("small")));
        assertThat(copy("today")).hasContent("nothing happened\n");
    }

    /** Other programs open it again: that empties a file, or writes into its beginning. */
    @ParameterizedTest
    @ValueSource(strings = {"-", "/dev/stdout", "/dev/fd/1", "/proc/self/fd/1"})
    void whatStdoutWasRedirectedToIsAppendedTo(String stdout) throws IOException {
        Path log = Files.writeString(copy("log"), "before\n");
        String words = String.join(" ", letterbox("get", "small", "-o", stdout).words());
        Command.of("sh", "-c", "{ %s && echo after; } >> %s".formatted(words, log))
                .run()
                .expect(0);
        assertThat(log).hasContent("before\nsmall\nafter\n");
    }

    /** As cp does: else the first file would be lost. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void noFileReplacesAnotherOneOfTheSameRun(boolean throughALink) throws IOException {
        Path other = Files.createDirectory(served.resolve("other"));
        Files.writeString(other.resolve("small"), "another one\n");
        try {
            if (throughALink) {
                Files.createSymbolicLink(copy("today"), Path.of("small"));
            }
            String second = throughALink ? "logs/today" : "other/small";
            Finished finished = letterbox("get", "small", second, "file", "-o", here.toString())
                    .run()
                    .expect(1);
            assertThat(finished.err())
                    .isEqualTo("letterbox: Will not overwrite just-created '%s' with '%s'.\n"
                            .formatted(copy(throughALink ? "today" : "small"), second));
            assertThat(copy("small")).hasContent("small\n");
            assertThat(copy("file")).hasBinaryContent(CONTENT);
        } finally {
            Files.delete(other.resolve("small"));
            Files.delete(other);
        }
    }

    @Test
    void severalFilesUnderTheirOwnNamesReplaceNoneOfThemselves() {
        Finished finished = letterbox("get", "-O", "small", "./small")
                .inDirectory(here)
                .run()
                .expect(1);
        assertThat(finished.err()).contains("Will not overwrite just-created './small' with './small'.");
        assertThat(copy("small")).hasContent("small\n");
    }

    @Test
    void aListThatCannotBeWrittenIsToldThoughAnotherFailureIsToo() {
        Finished finished = letterbox("stat", "--json", "small", "none")
                .outTo(Path.of("/dev/full"))
                .run()
                .expect(1);
        assertThat(finished.err().lines())
                .containsExactly(
                        "letterbox: Cannot look at 'none': No such file or directory",
                        "letterbox: Cannot write to standard output: No space left on device.");
    }

    @Test
    void severalFilesNeedADirectory() {
        assertThat(Operator.refusal("get", "a", "b", "-o", copy("none").toString()))
                .contains("can only be written to stdout or a directory");
    }

    // Lists

    @Test
    void aDirectoryIsListedInOrder() {
        assertThat(letterbox("ls").run().expect(0).lines()).containsExactly("empty", "file", "link", "logs/", "small");
        assertThat(letterbox("ls", "logs").run().expect(0).lines()).containsExactly("today");
        assertThat(letterbox("ls", "/logs/..").run().expect(0).lines()).hasSize(5);
        assertThat(letterbox("ls", "small").run().expect(0).lines()).containsExactly("small");
    }

    @Test
    void aLongListingHasModesSizesAndTimes() {
        List<String> lines = letterbox("ls", "-l").run().expect(0).lines();
        assertThat(lines).hasSize(5);
        assertThat(lines.get(1)).matches("-rw-r-----  100000  \\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d  file");
        assertThat(lines.get(2)).startsWith("l");
        assertThat(lines.get(3)).startsWith("d");
        assertThat(lines.get(4)).matches("-rw-r-----       6  2026-01-0\\d \\d\\d:\\d4  small");
    }

    @Test
    void aListingForProgramsIsJson() {
        String json = letterbox("ls", "--json").run().expect(0).text();
        assertThat(json)
                .startsWith("[\n")
                .endsWith("\n]\n")
                .contains("\"name\":\"small\"", "\"size\":6", "\"modified\":\"2026-01-02T03:04:05.678Z\"");
        assertThat(Schemas.checked("entries", json).findValuesAsString("name"))
                .containsExactly("empty", "file", "link", "logs", "small");
    }

    @Test
    void statShowsKindModeSizeAndTime() {
        List<String> lines = letterbox("stat", "small", "logs").run().expect(0).lines();
        assertThat(lines.get(0)).endsWith("  small").startsWith("-rw-r-----");
        assertThat(lines.get(1)).endsWith("  logs").startsWith("d");
        String json = letterbox("stat", "--json", "empty").run().expect(0).text();
        Schemas.checked("entries", json);
        assertThat(json).contains("\"name\":\"empty\"", "\"kind\":\"file\"", "\"mode\":\"0640\"", "\"size\":0");
        assertThat(letterbox("stat", "none").run().expect(1).err())
                .isEqualTo("letterbox: Cannot look at 'none': No such file or directory\n");
    }

    @Test
    void aMissingFileDoesNotHideTheOthers() {
        Finished some =
                letterbox("stat", "--json", "small", "none", "logs").run().expect(1);
        assertThat(Schemas.checked("entries", some.text()).findValuesAsString("name"))
                .containsExactly("small", "logs");
        assertThat(some.err()).isEqualTo("letterbox: Cannot look at 'none': No such file or directory\n");
    }

    @Test
    void entriesAreShownAlthoughTheServerExitsHalfway() {
        Key key = Key.free();
        try (ChildProcess ending = EndingServer.start(served, key, 3)) {
            Finished some = Letterbox.program(
                            "stat", "--json", "small", "none", "logs", "empty", "file", "--key", key.toString())
                    .run()
                    .expect(1);
            ending.exit().expect(1);
            assertThat(Schemas.checked("entries", some.text()).findValuesAsString("name"))
                    .containsExactly("small", "logs");
            assertThat(some.err().lines())
                    .containsExactly(
                            "letterbox: Cannot look at 'none': No such file or directory",
                            "letterbox: The server exited before the end of its response, after 0 bytes.");
        }
        // The next server takes over what this one left.
        RunningServer.start(served, key, "--quiet").close();
    }

    // Progress

    /** The pipe is full from the first byte on, until long after the time from which on a transfer is shown. */
    @Test
    void onATerminalProgressIsShownAndCleared() throws IOException {
        Path big = TempFiles.file(served, "big", 3_000_000);
        try {
            String shown = onTerminal("");
            assertThat(shown)
                    .contains("big [")
                    .contains(" %, ")
                    .contains(" of 3 MB")
                    .endsWith("\r");
            assertThat(onTerminal("--no-progress")).isEmpty();
            assertThat(List.of(onTerminal("", "30").split("\r")))
                    .hasSizeGreaterThan(2)
                    .allMatch(line -> line.length() < 30);
        } finally {
            Files.delete(big);
        }
    }

    private static String onTerminal(String option) {
        return onTerminal(option, "90");
    }

    private static String onTerminal(String option, String columns) {
        String command = "%s get big --key %s %s | (head -c 1 >/dev/null; sleep 2; cat >/dev/null; echo over >&2)"
                .formatted(Path.of(System.getProperty("letterbox.root"), "letterbox"), server.key(), option);
        String shown = Command.of("script", "-qec", command, "/dev/null")
                .env("TERM", "xterm")
                .env("COLUMNS", columns)
                .env("SHELL", "/bin/sh")
                .run()
                .expect(0)
                .text();
        assertThat(shown).contains("over");
        return shown.replaceAll("(?s)over.*", "");
    }

    @Test
    void withoutATerminalNoProgressIsShown() {
        assertThat(letterbox("get", "file", "-o", copy("file").toString())
                        .run()
                        .expect(0)
                        .err())
                .isEmpty();
    }

    // Signals

    /** The JVM tells what its threads do: to people, and not into the file. */
    @Test
    void sigquitWritesNothingIntoTheContent() {
        Path launcher = Path.of(System.getProperty("letterbox.root"), "letterbox");
        server.process().signal("STOP");
        try (ChildProcess get = Command.of(
                        launcher, "get", "small", "--key", server.key().toString())
                .start()) {
            get.proc().awaitAsleepIn(Syscall.MSGRCV);
            get.signal("QUIT");
            get.awaitErrLine("Full thread dump");
            server.process().signal("CONT");
            assertThat(get.exit().expect(0).text()).isEqualTo("small\n");
        } finally {
            server.process().signal("CONT");
        }
    }

    // A server that does not speak it

    @ParameterizedTest
    @ValueSource(strings = {"tlpi", "compact"})
    void aClassicServerIsAddressedInItsOwnDialect(String dialect) {
        Key key = Key.free();
        try (ChildProcess classic = Command.of(Peers.program(dialect + "-server"), "-k", key.toString())
                .inDirectory(served)
                .start()) {
            classic.awaitLine("ready");
            for (int i = 0; i < 3; i++) {
                assertThat(Letterbox.program(
                                        "get", "file", "logs/today", "--key", key.toString(), "-o", here.toString())
                                .run()
                                .expect(0)
                                .err())
                        .isEmpty();
                assertThat(copy("file")).hasBinaryContent(CONTENT);
            }
            for (String[] words : new String[][] {{"ls"}, {"stat", "file"}, {"get", "file", "-r", "0-1"}}) {
                List<String> line = new ArrayList<>(List.of(words));
                line.addAll(List.of("--key", key.toString()));
                Finished finished =
                        Letterbox.program(line.toArray(String[]::new)).run();
                assertThat(finished.status()).isEqualTo(1);
                assertThat(finished.err())
                        .contains("The server speaks only classic dialects, and can only send whole files.");
            }
            classic.signal("TERM");
            classic.exit().expect(0);
        }
    }
}
