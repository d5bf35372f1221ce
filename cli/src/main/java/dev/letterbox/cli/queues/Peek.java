package dev.letterbox.cli.queues;

import dev.letterbox.cli.command.CommandFailure;
import dev.letterbox.cli.command.Failures;
import dev.letterbox.cli.command.Readers;
import dev.letterbox.cli.command.Version;
import dev.letterbox.sysv.Message;
import dev.letterbox.sysv.MessageBuffer;
import dev.letterbox.sysv.MessageQueue;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The command {@code peek}. */
@Command(
        name = "peek",
        description = "Show the messages in a queue without receiving them.",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        footer = {
            "",
            "Requires permission to receive. Each message is shown with its position in the queue, from 0. For each"
                    + " message the kernel walks through the queue from its beginning, and programs that use the queue"
                    + " have to wait. So at most 10,000 are shown, unless --count asks for more. letterbox receive"
                    + " is faster: to see every message of a long queue, save them with receive --follow --no-wait --format json, and send them back with send --from-json.",
            "",
            "With --follow the queue is checked ten times a second, or less often if it holds many messages. A message"
                    + " that is received in between is missed.",
            "",
            "Examples:",
            "  letterbox peek 5                        all messages",
            "  letterbox peek 5 --at 0 --format hex    the next message to be received",
            "  letterbox peek 5 --from 100 --count 20  those at the positions 100 to 119",
            "  letterbox peek 0x1aaaaaa1 --follow      all messages, and then new ones"
        })
public final class Peek implements Callable<Integer> {
    private static final Duration PAUSE = Duration.ofMillis(100);
    /** Pauses are this many times as long as looks. */
    private static final int SHARE = 10;

    /** So many take a second or two. */
    private static final long USUAL_MOST = 10_000;

    @Mixin
    private MessageSource source = new MessageSource();

    @Option(
            names = "--at",
            paramLabel = "POSITION",
            description = "Show only the message at this position; the first is 0.")
    private @Nullable Integer at;

    @Option(names = "--from", paramLabel = "POSITION", description = "Begin at this position; the first is 0.")
    private @Nullable Integer from;

    @Option(
            names = {"-c", "--count"},
            paramLabel = "N",
            description = "Show at most N messages. Default: 10000.")
    private @Nullable Long count;

    @Option(
            names = {"-f", "--follow"},
            description = "Wait for new messages, until Ctrl-C.")
    private boolean follow;

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Override
    public Integer call() throws IOException, CommandFailure, InterruptedException {
        requireSensible();
        try (MessageQueue queue = source.open()) {
            if (at != null) {
                return one(queue, at);
            }
            return follow ? Readers.workFor(() -> follow(queue)) : all(queue);
        }
    }

    private void requireSensible() {
        requireAtLeast("--at", at == null ? 0 : at, 0);
        requireAtLeast("--from", from == null ? 0 : from, 0);
        requireAtLeast("--count", count == null ? 1 : count, 1);
        List<String> others = new ArrayList<>();
        if (follow) {
            others.add("--follow");
        }
        if (source.types().areGiven()) {
            others.add("a type");
        }
        if (from != null) {
            others.add("--from");
        }
        if (count != null) {
            others.add("--count");
        }
        if (at != null && !others.isEmpty()) {
            throw new ParameterException(
                    spec.commandLine(),
                    "--at shows a single message and cannot be combined with " + others.getFirst() + ".");
        }
        if (follow && (from != null || count != null)) {
            throw new ParameterException(
                    spec.commandLine(), "--follow cannot be combined with " + others.getLast() + ".");
        }
    }

    private void requireAtLeast(String option, long value, long least) {
        if (value < least) {
            throw new ParameterException(
                    spec.commandLine(), "%s must be %d or more, not %d.".formatted(option, least, value));
        }
    }

    private int one(MessageQueue queue, int place) throws CommandFailure {
        MessageBuffer message = MessageBuffer.allocate();
        if (!queue.peek(message, place)) {
            throw new CommandFailure(
                    "There is no message at position %d of %s (msgrcv: ENOMSG).".formatted(place, queue));
        }
        source.output().add(message, OptionalLong.of(place));
        return source.output().flush() ? 0 : 1;
    }

    private int all(MessageQueue queue) {
        MessageBuffer message = MessageBuffer.allocate();
        long most = count == null ? USUAL_MOST : count;
        long shown = 0;
        try {
            for (long place = from == null ? 0 : from; shown < most && queue.peek(message, place); place++) {
                if (source.types().fit(message.type())) {
                    source.output().add(message, OptionalLong.of(place));
                    shown++;
                }
                if (source.output().isMuch() && !source.output().flush()) {
                    return 1; // stdout has no reader
                }
            }
        } finally {
            source.output().flush();
        }
        if (count == null && shown == most) {
            reportMore(queue);
        }
        return 0;
    }

    private void reportMore(MessageQueue queue) {
        long all = queue.status().messages();
        if (all > USUAL_MOST) {
            Failures.say(
                    spec.commandLine().getErr(),
                    "%s holds %d messages. %d were shown; for more: --from POSITION --count N. For each message the kernel walks from the first one, while programs that use the queue wait. To save all messages quickly and send them back: letterbox receive --follow --no-wait --format json, then send --from-json."
                            .formatted(queue, all, USUAL_MOST));
        }
    }

    private int follow(MessageQueue queue) throws InterruptedException {
        MessageBuffer message = MessageBuffer.allocate();
        List<Message> before = List.of();
        while (true) {
            List<Message> now = new ArrayList<>();
            long start = System.nanoTime();
            for (long place = 0; queue.peek(message, place); place++) {
                now.add(message.toMessage());
            }
            Duration look = Duration.ofNanos(System.nanoTime() - start);
            for (int place = firstNew(before, now); place < now.size(); place++) {
                Message fresh = now.get(place);
                if (source.types().fit(fresh.type())) {
                    source.output().add(message.put(fresh.type(), fresh.body()), OptionalLong.of(place));
                }
            }
            if (!source.output().flush()) {
                return 1; // stdout has no reader
            }
            before = now;
            TimeUnit.NANOSECONDS.sleep(pauseAfter(look).toNanos());
        }
    }

    /** Returns a pause that is long beside the look, since the kernel locks the queue and walks to each message from the first. */
    static Duration pauseAfter(Duration look) {
        Duration fair = look.multipliedBy(SHARE);
        return fair.compareTo(PAUSE) > 0 ? fair : PAUSE;
    }

    /** Returns the position of the first new message. Messages may leave anywhere, but are added at the end only. */
    static int firstNew(List<Message> before, List<Message> now) {
        int old = 0;
        for (int place = 0; place < now.size(); place++) {
            while (old < before.size() && !before.get(old).equals(now.get(place))) {
                old++;
            }
            if (old == before.size()) {
                return place;
            }
            old++;
        }
        return now.size();
    }
}
