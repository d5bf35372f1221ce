package dev.letterbox.cli.top;

import dev.letterbox.cli.command.CommandFailure;
import dev.letterbox.cli.command.DurationConverter;
import dev.letterbox.cli.command.Failures;
import dev.letterbox.cli.command.KeyOption;
import dev.letterbox.cli.command.Readers;
import dev.letterbox.cli.command.Version;
import dev.letterbox.cli.host.Accounts;
import dev.letterbox.cli.output.Terminal;
import dev.letterbox.cli.output.Words;
import java.io.IOException;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The command {@code top}. */
@Command(
        name = "top",
        description = "Watch the queues and a server: backlogs, request rates, latencies, users and stalled clients.",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        footer = {
            "",
            "Keys: q quits, ? explains the others. Without a server, only the queues are shown. The server reveals the"
                    + " figures of each user only to its own user and to root.",
            "",
            "The kernel does not count the messages that pass through a queue. MSGS/S and BYTES/S show how fast the"
                    + " backlog grows.",
            "",
            "In a pipe it writes a page per interval. Colours are used on terminals only, unless NO_COLOR is set.",
            "",
            "Examples:",
            "  letterbox top                          the fullest queues first",
            "  letterbox top --sort message-rate      the fastest growing first",
            "  letterbox top --filter alice -d 5s     alice's queues, every five seconds",
            "  letterbox top --once | mail -s top me  one interval, for scripts"
        })
public final class Top implements Callable<Integer> {
    /** How often to check the size of the terminal. */
    private static final Duration GLANCE = Duration.ofMillis(200);

    /** After a standstill of this length the shell may have changed the terminal. */
    private static final Duration STANDSTILL = Duration.ofSeconds(2);

    /** The shortest time to wait for the server's answer. */
    private static final Duration LEAST_PATIENCE = Duration.ofSeconds(1);

    @Mixin
    private KeyOption key = new KeyOption();

    @Option(
            names = {"-d", "--delay"},
            paramLabel = "TIME",
            defaultValue = "1s",
            converter = DurationConverter.class,
            description = "The interval. Default: ${DEFAULT-VALUE}.")
    private Duration delay = Duration.ofSeconds(1);

    @Option(
            names = "--sort",
            paramLabel = "COLUMN",
            defaultValue = "full",
            converter = SortWords.class,
            completionCandidates = SortWords.class,
            description =
                    "Sort by this column: key, id, kind, owner, mode, messages, bytes, capacity, full, message-rate,"
                            + " byte-rate, full-in, sender, receiver or idle. Default: ${DEFAULT-VALUE}.")
    private TopColumn sort = TopColumn.FULL;

    @Option(
            names = {"-r", "--reverse"},
            description = "Reverse the order.")
    private boolean reverse;

    @Option(
            names = "--filter",
            paramLabel = "TEXT",
            defaultValue = "",
            description = "Only queues with TEXT in key, id, kind, owner, sender or receiver.")
    private String filter = "";

    @Option(
            names = {"-b", "--batch"},
            description = "Write pages instead of a screen, as in a pipe.")
    private boolean batch;

    @Option(
            names = {"-n", "--count"},
            paramLabel = "N",
            description = "Exit after N pages or screens.")
    private @Nullable Integer count;

    @Option(names = "--once", description = "Write one page; the same as --batch --count 1.")
    private boolean once;

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Override
    public Integer call() throws IOException, CommandFailure, InterruptedException {
        if (count != null && (count < 1 || once)) {
            throw new ParameterException(
                    spec.commandLine(),
                    count < 1 ? "--count must be 1 or more." : "--once and --count cannot be combined.");
        }
        Failures.sayWhatIsRefused(spec.commandLine().getErr());
        Terminal stdout = Terminal.ofStdout();
        long most = once ? 1 : count == null ? Long.MAX_VALUE : count;
        TopView view = new TopView(sort, reverse, filter);
        if (batch || once || !stdout.interactive()) {
            return Readers.workFor(() -> pages(view, stdout, most));
        }
        if (!Terminal.isTerminal(0)) {
            throw new ParameterException(spec.commandLine(), "cannot read keys: stdin is not a terminal. Use --batch.");
        }
        if (Terminal.isDumb()) {
            throw new ParameterException(
                    spec.commandLine(), "this terminal cannot show a screen (TERM is unset or dumb). Use --batch.");
        }
        return screens(view, stdout, most);
    }

    /** A reason to redraw the screen. */
    private sealed interface News {
        record Pressed(TopKey key) implements News {}

        record SawQueues(QueueLook look) implements News {}

        record SawServer(ServerLook look) implements News {}
    }

    private int screens(TopView view, Terminal stdout, long most) throws IOException, InterruptedException {
        BlockingQueue<News> news = new LinkedBlockingQueue<>();
        QueueLook[] before = {QueueLook.NONE};
        Accounts accounts = new Accounts();
        TopFrame frame = new TopFrame(key.key(), delay, accounts);
        try (ServerWatch watch = new ServerWatch(key.key(), ServerWatch.LONGEST);
                TopScreen screen = TopScreen.open(stdout.colours());
                Looker _ = Looker.start("letterbox-server", delay, () -> news.add(new News.SawServer(watch.look())));
                Looker _ = Looker.start("letterbox-queues", delay, () -> {
                    before[0] = before[0].next(accounts);
                    news.add(new News.SawQueues(before[0]));
                })) {
            screen.onKey(key -> news.add(new News.Pressed(key)));
            QueueLook queues = QueueLook.NONE;
            ServerLook server = ServerLook.first();
            long shown = 0;
            long turn = System.nanoTime();
            while (!view.isOver() && shown <= most) {
                News next = news.poll(GLANCE.toNanos(), TimeUnit.NANOSECONDS);
                if (System.nanoTime() - turn > STANDSTILL.toNanos()) {
                    screen.takeAgain();
                }
                turn = System.nanoTime();
                boolean resized = screen.hasNewSize();
                switch (next) {
                    case News.Pressed(TopKey pressed) -> {
                        if (pressed.kind() == TopKey.Kind.REDRAW) {
                            screen.redraw();
                        } else if (pressed.kind() == TopKey.Kind.SUSPEND) {
                            screen.suspend();
                        }
                        view.press(pressed, queues, TopFrame.page(screen.measures()));
                    }
                    case News.SawQueues(QueueLook look) -> {
                        queues = view.paused() ? queues : look;
                        shown++;
                    }
                    case News.SawServer(ServerLook look) -> server = view.paused() ? server : look;
                    case null -> {}
                }
                // There is nothing to show before the first look.
                if (!queues.isNone() && (next != null || resized)) {
                    screen.show(frame.screen(view, queues, server, screen.measures()));
                }
            }
            return 0;
        }
    }

    private int pages(TopView view, Terminal stdout, long most) throws InterruptedException {
        PrintWriter out = spec.commandLine().getOut();
        Accounts accounts = new Accounts();
        TopFrame frame = new TopFrame(key.key(), delay, accounts);
        // The page waits for its answer.
        Duration patience =
                Duration.ofNanos(Math.clamp(delay.toNanos(), LEAST_PATIENCE.toNanos(), ServerWatch.LONGEST.toNanos()));
        try (ServerWatch watch = new ServerWatch(key.key(), patience)) {
            QueueLook queues = QueueLook.NONE.next(accounts);
            watch.look();
            for (long page = 0; page < most; page++) {
                TimeUnit.NANOSECONDS.sleep(delay.toNanos());
                queues = queues.next(accounts);
                ServerLook server = watch.look();
                if (page > 0) {
                    out.println();
                }
                frame.plain(view, queues, server, stdout).forEach(out::println);
                if (out.checkError()) {
                    return 1; // stdout has no reader
                }
            }
            return 0;
        }
    }

    /** Reads the column to sort by. */
    static final class SortWords extends Words<TopColumn> {
        SortWords() {
            super(TopColumn.class, TopColumn::isSortable);
        }
    }
}
