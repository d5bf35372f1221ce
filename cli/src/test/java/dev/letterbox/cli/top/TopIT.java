package dev.letterbox.cli.top;

import static org.assertj.core.api.Assertions.assertThat;

import dev.letterbox.cli.IdleClient;
import dev.letterbox.cli.Operator;
import dev.letterbox.cli.Tmux;
import dev.letterbox.testkit.Await;
import dev.letterbox.testkit.ChildProcess;
import dev.letterbox.testkit.Command;
import dev.letterbox.testkit.Finished;
import dev.letterbox.testkit.IpcNamespace;
import dev.letterbox.testkit.JavaProcess;
import dev.letterbox.testkit.Peers;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The live screen, on a real terminal, beside C programs' queues and a server. */
class TopIT {
    private static final String ENDED = "; status=$?; stty -a; echo ended with $status; sleep 1000";

    private static final Path LETTERBOX = Path.of(System.getProperty("letterbox.root", ".."))
            .toAbsolutePath()
            .normalize()
            .resolve("letterbox");

    private IpcNamespace namespace;
    private Operator letterbox;

    @TempDir
    private Path folder;

    @BeforeEach
    void makeNamespace() throws IOException {
        namespace = IpcNamespace.with(Map.of());
        letterbox = new Operator(namespace);
        Files.writeString(Files.createDirectory(folder.resolve("served")).resolve("notes.txt"), "hello\n");
    }

    @AfterEach
    void endNamespace() {
        namespace.close();
    }

    private static String top(String options) {
        // The shell goes on after a Ctrl-C.
        return "trap : INT; " + LETTERBOX + " top " + options + ENDED;
    }

    private Tmux start(int columns, int rows, String options) {
        return Tmux.run(folder, namespace, columns, rows, top(options));
    }

    private ChildProcess serve() {
        ChildProcess server = letterbox
                .command("serve", folder.resolve("served").toString(), "--quiet")
                .start();
        server.awaitLine("^Serving");
        return server;
    }

    private static void assertFits(String screen, int columns) {
        assertThat(screen.lines()).allSatisfy(line -> assertThat(line.length()).isLessThanOrEqualTo(columns));
    }

    /** All widths with {@code -Dletterbox.widths=all}, which takes minutes; TopTest draws all of them without a terminal. */
    private static IntStream widths(int... usual) {
        return "all".equals(System.getProperty("letterbox.widths"))
                ? IntStream.rangeClosed(40, 220)
                : IntStream.of(usual);
    }

    /** The title fills the screen, and a terminal may lose what is written in its last column. */
    @Test
    void theLastColumnIsThereAtAnyWidth() {
        try (Tmux screen = start(40, 10, "--delay 300ms")) {
            widths(40, 60, 79, 80, 81, 82, 100, 132, 160, 190, 220).forEach(columns -> {
                screen.resize(columns, 10);
                screen.await(
                        "the title fills " + columns + " columns",
                        seen -> seen.lines()
                                .findFirst()
                                .filter(title -> title.length() == columns && title.endsWith(" of 32000 queues"))
                                .isPresent());
            });
        }
    }

    @Test
    void theRepeatedListIsTheSameAsASingleOneAtAnyWidth() {
        letterbox.create("-k", "0x4242");
        try (Tmux screen = Tmux.run(folder, namespace, 40, 10, "exec " + LETTERBOX + " queues --watch 100ms")) {
            widths(40, 79, 80, 81, 220).forEach(columns -> {
                List<String> once = letterbox
                        .command("queues")
                        .onTerminal(columns)
                        .env("NO_COLOR", "1")
                        .run()
                        .expect(0)
                        .lines();
                assertThat(once.getFirst().length()).isLessThanOrEqualTo(columns);
                screen.resize(columns, 10);
                screen.await(
                        "the headings of " + columns + " columns",
                        seen -> seen.lines().findFirst().equals(Optional.of(once.getFirst()))
                                && seen.lines().skip(1).findFirst().orElse("").matches("0x00004242 .*\\S"));
            });
        }
    }

    @Test
    void theLastColumnOfTheRepeatedListIsThereToo() {
        letterbox.create("-k", "0x4242");
        int exactly = "KEY         ID  KIND   OWNER  MODE  CAPACITY".length();
        String list = LETTERBOX + " queues --watch 100ms -c key,id,kind,owner,mode,capacity";
        try (Tmux screen = Tmux.run(folder, namespace, exactly, 10, list)) {
            screen.await(
                    "^KEY         ID  KIND   OWNER  MODE  CAPACITY$", "^0x00004242   0  keyed  root   0600     16384$");
        }
    }

    @Test
    void showsQueuesAndTheServerAtAnyWidthAndObeysKeys() {
        int full = letterbox.create("-k", "0x4242");
        letterbox.peer("flood", "" + full, "1", "4000", "4").expect(0);
        int other = letterbox.create();
        try (ChildProcess _ = serve();
                ChildProcess _ = Command.of(Peers.program("tlpi-load"), "-n", "100000000", "notes.txt")
                        .in(namespace)
                        .start();
                Tmux screen = start(80, 24, "--delay 300ms")) {
            String narrow = screen.await(
                    "^Requests +[0-9.]+ k?/s +sent +[0-9.]+ KiB/s",
                    "^Server +0x1aaaaaa1, process [0-9]+, up ",
                    "^Latency +p50 +[0-9.]+ .s +p99 ",
                    "^USER +REQUESTS/S ",
                    "^KEY +ID +KIND +OWNER +MSGS +FULL\\* +MSGS/S +FULL IN",
                    "^0x00004242 +" + full + " +keyed +\\S+ +4 +97%",
                    "q quit");
            assertFits(narrow, 80);
            assertThat(narrow.lines().toList().getFirst())
                    .startsWith("letterbox top ")
                    .endsWith(" queues");

            screen.resize(200, 50);
            String wide = screen.await(
                    "^KEY .* BYTES +CAPACITY +FULL.* SENDER +RECEIVER +WAITING +IDLE",
                    "97% +\\[\\|\\|\\|\\|\\|\\|\\|\\|\\| ]",
                    "\\A(.*\\n){49}.*q quit");
            assertFits(wide, 200);
            screen.resize(80, 24);

            screen.press("/", "4", "2", "4", "2");
            screen.await("^Filter: 4242_");
            screen.press("Enter");
            screen.await("only the one is left", text -> text.contains("with '4242'") && !text.contains("server "));
            screen.press("Enter");
            screen.await("^Holds +4 messages, 16000 of 16384 bytes, 97%");
            assertFits(screen.await("^  0: type 1, 4000 bytes: "), 80);
            screen.press("Escape");
            // Two at once would be one key to a program that is slow to read them.
            screen.await("^KEY +ID ", "with '4242'");
            screen.press("Escape");
            screen.await("^- +" + other + " +private ");
            screen.press("s");
            screen.await("^letterbox top .* by message-rate ");
            screen.press("p");
            screen.await("PAUSED");
            screen.press("?");
            screen.await("^Keys$");
            screen.press("q");
            screen.await("^q quit");
            screen.press("q");
            assertThat(screen.await("^ended with 0$"))
                    .contains(" icanon", " echo ")
                    .doesNotContain("letterbox top");
        }
    }

    @Test
    void theDetailsOfAClientsQueueNameItsOwnerAndWhetherThatIsRunning() throws InterruptedException {
        try (ChildProcess server = serve();
                ChildProcess client = JavaProcess.running(IdleClient.class)
                        .command("0x1aaaaaa1")
                        .openInput()
                        .in(namespace)
                        .start();
                Tmux screen = start(80, 24, "--delay 300ms")) {
            client.awaitLine("connected");
            screen.await("^- +[0-9]+ +client ");
            // The screen itself is a client of the server too.
            screen.press("/", "" + client.pid());
            screen.await("^Filter: " + client.pid() + "_");
            screen.press("Enter");
            screen.await("only the one is left", text -> text.contains("client ") && !text.contains("server "));
            screen.press("Enter");
            String whose = "^Client +process " + client.pid() + ", of the server with key 0x1aaaaaa1$";
            assertThat(screen.await(
                            "^Kind +client, key -, mode 0600$",
                            whose,
                            "^Running +yes: its life token, segment [0-9]+, still exists$"))
                    .doesNotContain("leaked", "orphan");
            server.kill();
            client.kill();
            screen.await(
                    "^Kind +orphan, key -, mode 0600$",
                    whose,
                    "^Running +no: its life token, segment [0-9]+, is gone, and process [0-9]+ has exited$",
                    "^Changed .*; it is an orphan$");
            assertFits(screen.screen(), 80);
            screen.press("Escape");
            screen.await("with '" + client.pid() + "'");
            // Who received last is a thread's number, and nobody knows whose, now that it has ended.
            screen.press("Escape");
            screen.await("^- +[0-9]+ +orphan ");
            screen.press("q");
            screen.await("^ended with 0$");
        }
    }

    @Test
    void aServerMayStartAndStop() throws InterruptedException {
        try (Tmux screen = start(80, 24, "--delay 200ms")) {
            screen.await(
                    "^Server +No server is running on key 0x1aaaaaa1 \\(msgget: ENOENT\\). Queues only:$",
                    "There are no queues\\.");
            try (ChildProcess server = serve()) {
                screen.await("^Server +0x1aaaaaa1, process " + server.pid());
                server.kill();
                screen.await("No server is running on key 0x1aaaaaa1: a killed server left queue");
            }
            try (ChildProcess server = serve()) {
                screen.await("^Server +0x1aaaaaa1, process " + server.pid());
                server.signal("TERM");
                screen.await("^Server +No server is running on key 0x1aaaaaa1 \\(msgget: ENOENT\\). Queues only:$");
            }
            screen.press("C-c");
            assertThat(screen.await("^ended with 130$")).contains(" icanon", " echo ");
        }
    }

    @Test
    void theTerminalIsRestoredHoweverTopEnds() {
        letterbox.create("-k", "0x4242");
        try (Tmux screen = start(80, 24, "")) {
            screen.await("^0x00004242");
            screen.program().signal("TERM");
            assertThat(screen.await("^ended with 143$"))
                    .contains(" icanon", " echo ")
                    .doesNotContain("letterbox top");
        }
    }

    private Tmux shell() {
        Tmux screen = Tmux.run(folder, namespace, 80, 24, "HOME=" + folder + " PS1='> ' exec bash --norc -i");
        screen.await("^>");
        return screen;
    }

    /** With the job control of a shell at the keyboard. */
    @Test
    void ctrlZGivesTheTerminalToTheShellUntilTopIsResumed() {
        letterbox.create("-k", "0x4242");
        try (Tmux screen = shell()) {
            screen.press(LETTERBOX + " top --delay 100ms", "Enter");
            screen.await("^0x00004242");
            screen.press("C-z");
            assertThat(screen.await("Stopped")).doesNotContain("0x00004242");
            screen.press("stty -a", "Enter");
            screen.await(" icanon");
            screen.press("clear; fg", "Enter");
            screen.await("^0x00004242");
            screen.press("?");
            screen.await("^Keys");
            screen.press("Q");
            screen.await("the shell asks", seen -> seen.strip().endsWith(">"));
            screen.press("status=$?; stty -a; echo ended with $status", "Enter");
            assertThat(screen.await("^ended with 0$")).contains(" icanon", " echo ");
        }
    }

    @Test
    void theTerminalMayBeResizedDuringQueuesWatch() {
        letterbox.create("-k", "0x4242");
        try (Tmux screen =
                Tmux.run(folder, namespace, 200, 24, "exec " + LETTERBOX + " queues --watch 100ms --sort id")) {
            screen.await("^0x00004242 .* never +never ");
            screen.resize(60, 24);
            assertFits(
                    screen.await(
                            "the list is narrow",
                            seen -> seen.contains("0x00004242")
                                    && !seen.contains("never")
                                    && !seen.contains("CHANGED")),
                    60);
        }
    }

    /** The shell changes the terminal meanwhile, and nobody says so. */
    @Test
    void afterAStopSignalTopTakesTheTerminalAgain() {
        letterbox.create("-k", "0x4242");
        try (Tmux screen = shell()) {
            screen.press(LETTERBOX + " top --delay 100ms", "Enter");
            screen.await("^0x00004242");
            screen.program().signal("STOP");
            screen.await("Stopped");
            long stopped = System.nanoTime();
            Await.until("it was stopped for longer than any look takes", () -> System.nanoTime() - stopped > 3e9);
            screen.press("fg", "Enter");
            screen.await("the screen is whole", seen -> !seen.contains("Stopped") && seen.contains("q quit"));
            screen.press("?");
            screen.await("^Keys");
        }
    }

    @Test
    void onATerminalWithoutASecondScreenOutputContinuesBelow() {
        letterbox.create("-k", "0x4242");
        try (Tmux screen = Tmux.run(folder, namespace, 80, 12, "export TERM=vt100; " + top("-n 1 -d 100ms"))) {
            assertThat(screen.await("^ended with 0$").strip()).endsWith("ended with 0");
        }
    }

    /** Such as that of a newer terminal at the other end of ssh. */
    @Test
    void aKindOfTerminalThatIsNotKnownHereIsTakenForTheSimplest() {
        Path errors = folder.resolve("errors");
        try (Tmux screen = Tmux.run(
                folder, namespace, 80, 24, "export TERM=no-such-terminal; exec 2>" + errors + "; " + top(""))) {
            screen.await("q quit");
            screen.press("q");
            screen.await("^ended with 0$");
        }
        assertThat(errors).isEmptyFile();
    }

    @Test
    void aTerminalWithoutASizeIsTakenForAUsualOne() {
        try (Tmux screen = Tmux.run(folder, namespace, 80, 24, "stty rows 0 cols 0; " + top(""))) {
            screen.await("q quit");
            screen.press("q");
            screen.await("^ended with 0$");
        }
    }

    @Test
    void withoutColoursTheScreenHasNone() {
        int full = letterbox.create();
        letterbox.peer("flood", "" + full, "1", "8192", "2").expect(0);
        try (Tmux screen = Tmux.run(folder, namespace, 80, 24, "export NO_COLOR=1; " + top(""))) {
            screen.await("100%");
            assertThat(screen.colours()).doesNotContain("\u001b[");
            screen.press("q");
            screen.await("^ended with 0$");
        }
        try (Tmux screen = start(80, 24, "")) {
            screen.await("100%");
            assertThat(screen.colours()).containsPattern("\u001b\\[31m *100%");
        }
    }

    @Test
    void aPipeGetsPages() {
        letterbox.create("-k", "0x4242");
        Finished once = letterbox.run("top", "--once", "--delay", "50ms").expect(0);
        assertThat(once.text())
                .startsWith("letterbox top ")
                .contains("No server is running on key 0x1aaaaaa1", "0x00004242", "RECEIVER")
                .doesNotContain("\u001b", "q quit");
        Finished three = letterbox
                .run("top", "--batch", "--count", "3", "--delay", "50ms", "--filter", "nobody")
                .expect(0);
        assertThat(three.text().lines().filter(line -> line.startsWith("letterbox top ")))
                .hasSize(3);
        assertThat(three.text()).doesNotContain("0x00004242").contains("No queue matches the filter");
    }
}
