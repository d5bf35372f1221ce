package dev.letterbox.cli.queues;

import dev.letterbox.cli.command.CommandFailure;
import dev.letterbox.cli.command.DurationConverter;
import dev.letterbox.cli.command.Failures;
import dev.letterbox.cli.command.JsonOption;
import dev.letterbox.cli.command.QueueArgument;
import dev.letterbox.cli.command.Readers;
import dev.letterbox.cli.command.Version;
import dev.letterbox.cli.host.Accounts;
import dev.letterbox.cli.host.ListedQueue;
import dev.letterbox.cli.host.Processes;
import dev.letterbox.cli.host.WaiterText;
import dev.letterbox.cli.output.Counted;
import dev.letterbox.cli.output.JsonObject;
import dev.letterbox.cli.output.Terminal;
import dev.letterbox.sysv.MessageQueue;
import dev.letterbox.sysv.MessageQueues;
import dev.letterbox.sysv.QueueStatus;
import dev.letterbox.sysv.waiters.Waiter;
import dev.letterbox.sysv.waiters.Waiters;
import java.io.IOException;
import java.io.PrintWriter;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** The command {@code watch}. */
@Command(
        name = "watch",
        description = "Show sends and receives of one queue as they happen.",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        footer = {
            "",
            "It reads the queue's figures at each interval and takes no message. It cannot show what the kernel does"
                    + " not record: of several senders in an interval it names the last; and a message that is sent and"
                    + " received in the same interval shows only once a second, since the kernel notes the times of the"
                    + " last send and receive in whole seconds. For bodies and types: letterbox peek --follow.",
            "",
            "It also shows when a thread begins to wait in the queue, and when it no longer does, twice a second.",
            "",
            "Exit status: 0 the queue was removed, 1 failure or no such queue, 2 wrong usage.",
            "",
            "Examples:",
            "  letterbox watch 0x1234                  until Ctrl-C",
            "  letterbox watch 5 --interval 1ms        misses less and costs more",
            "  letterbox watch 5 --json | jq .event    one line for each event"
        })
public final class Watch implements Callable<Integer> {
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("HH:mm:ss.SSS").withZone(ZoneId.systemDefault());
    private static final long WAITERS_EVERY = TimeUnit.MILLISECONDS.toNanos(500);

    @Mixin
    private QueueArgument argument = new QueueArgument();

    @Option(
            names = "--interval",
            paramLabel = "TIME",
            defaultValue = "20ms",
            converter = DurationConverter.class,
            description = "The time between two readings. Default: ${DEFAULT-VALUE}.")
    private Duration interval = Duration.ofMillis(20);

    @Mixin
    private JsonOption json = new JsonOption();

    @Spec
    private CommandSpec spec = CommandSpec.create();

    private Terminal terminal = Terminal.NONE;

    @Override
    public Integer call() throws IOException, CommandFailure, InterruptedException {
        try (MessageQueue queue = argument.open()) {
            int id = queue.id();
            QueueStatus first = MessageQueues.find(id)
                    .orElseThrow(() -> new CommandFailure("There is no queue with the id " + id + "."));
            return Readers.workFor(() -> watch(id, first));
        }
    }

    private int watch(int id, QueueStatus first) throws InterruptedException {
        PrintWriter out = spec.commandLine().getOut();
        terminal = Terminal.ofStdout();
        Failures.say(
                spec.commandLine().getErr(),
                "Watching queue %d, which holds %s, every %d ms. A message that is both sent and received in between shows only once a second."
                        .formatted(id, Counted.of(first.messages(), "message"), Math.max(1, interval.toMillis())));
        QueueStatus before = first;
        List<Waiter> waiting = List.of();
        long lookedAt = System.nanoTime() - WAITERS_EVERY;
        while (!out.checkError()) {
            if (System.nanoTime() - lookedAt >= WAITERS_EVERY) {
                lookedAt = System.nanoTime();
                // Its size may have changed.
                terminal = terminal.interactive() ? Terminal.ofStdout() : terminal;
                List<Waiter> now = Waiters.look().in(id);
                showWaiters(out, waiting, now);
                waiting = now;
            }
            Optional<QueueStatus> found = MessageQueues.find(id);
            if (found.isEmpty() || found.get().keyValue() != first.keyValue()) {
                if (json.isGiven()) {
                    out.println(event("removed").inOneLine());
                } else {
                    tell(out, "the queue was removed");
                }
                return 0;
            }
            QueueStatus now = found.get();
            for (QueueChange change : QueueChange.between(before, now)) {
                show(out, change, now);
            }
            before = now;
            TimeUnit.NANOSECONDS.sleep(interval.toNanos());
        }
        return 1; // stdout has no reader
    }

    private void show(PrintWriter out, QueueChange change, QueueStatus now) {
        Optional<Processes.User> user = user(change, now);
        if (json.isGiven()) {
            Optional<String> program = user.flatMap(Processes.User::program);
            out.println(change.json(Instant.now().toString(), program, now).inOneLine());
            return;
        }
        String by = change.event() == QueueChange.Event.CHANGED
                ? ""
                : " by "
                        + user.map(who -> "process %s (%s)"
                                        .formatted(
                                                who.pid().isPresent()
                                                        ? who.pid().getAsInt()
                                                        : who.reported(),
                                                who.program().orElse("exited or hidden")))
                                .orElse("an invisible process");
        tell(
                out,
                "%s%s; %s, %s remain"
                        .formatted(
                                change.words(),
                                by,
                                Counted.of(now.messages(), "message"),
                                Counted.of(now.bytes(), "byte")));
    }

    private void tell(PrintWriter out, String event) {
        terminal.labelled(TIME.format(Instant.now()) + "  ", event).forEach(out::println);
    }

    /** A new finder for each event: what the last one found out about processes may be out of date. */
    private static Optional<Processes.User> user(QueueChange change, QueueStatus now) {
        if (change.by() == 0) {
            return Optional.empty();
        }
        ListedQueue queue = new ListedQueue.Finder(new Accounts()).of(now);
        return change.event() == QueueChange.Event.SENT ? queue.sender() : queue.receiver();
    }

    private void showWaiters(PrintWriter out, List<Waiter> before, List<Waiter> now) {
        now.stream().filter(waiter -> !before.contains(waiter)).forEach(waiter -> show(out, waiter, true));
        before.stream().filter(waiter -> !now.contains(waiter)).forEach(waiter -> show(out, waiter, false));
    }

    private void show(PrintWriter out, Waiter waiter, boolean begins) {
        if (json.isGiven()) {
            out.println(event(begins ? "waits" : "waits-no-more")
                    .put("pid", waiter.pid())
                    .put("thread", waiter.tid())
                    .put("says", WaiterText.sentence(waiter))
                    .inOneLine());
        } else {
            tell(out, begins ? WaiterText.sentence(waiter) : WaiterText.who(waiter) + " no longer waits");
        }
    }

    private static JsonObject event(String name) {
        return new JsonObject().put("time", Instant.now().toString()).put("event", name);
    }
}
