package dev.letterbox.cli.queues;

import dev.letterbox.cli.command.CommandFailure;
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
            "Requires permission to receive. Each message is shown with its position in the queue, from 0.",
            "",
            "With --follow the queue is checked ten times a second, or less often if it holds many messages. A message that is"
                    + " received in between is missed.",
            "",
            "Examples:",
            "  letterbox peek 5                        all messages",
            "  letterbox peek 5 --at 0 --format hex    the next message to be received",
            "  letterbox peek 0x1aaaaaa1 --follow      all messages, and then new ones"
        })
public final class Peek implements Callable<Integer> {
    private static final Duration PAUSE = Duration.ofMillis(100);
    /** Pauses are this many times as long as looks. */
    private static final int SHARE = 10;

    @Mixin
    private MessageSource source = new MessageSource();

    @Option(
            names = "--at",
            paramLabel = "POSITION",
            description = "Show only the message at this position; the first is 0.")
    private @Nullable Integer at;

    @Option(names = "--follow", description = "Wait for new messages, until Ctrl-C.")
    private boolean follow;

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Override
    public Integer call() throws IOException, CommandFailure, InterruptedException {
        if (at != null && (at < 0 || follow || source.types().areGiven())) {
            throw new ParameterException(
                    spec.commandLine(),
                    at < 0
                            ? "--at must be 0 or more, not " + at + "."
                            : "--at shows a single message and cannot be combined with "
                                    + (follow ? "--follow." : "a type."));
        }
        try (MessageQueue queue = source.open()) {
            if (at != null) {
                return one(queue, at);
            }
            return follow ? Readers.workFor(() -> follow(queue)) : all(queue);
        }
    }

    private int one(MessageQueue queue, int place) throws IOException, CommandFailure {
        MessageBuffer message = MessageBuffer.allocate();
        if (!queue.peek(message, place)) {
            throw new CommandFailure(
                    "There is no message at position %d of %s (msgrcv: ENOMSG).".formatted(place, queue));
        }
        show(message, place);
        return 0;
    }

    private int all(MessageQueue queue) throws IOException {
        MessageBuffer message = MessageBuffer.allocate();
        long place = 0;
        while (queue.peek(message, place) && show(message, place)) {
            place++;
        }
        return 0;
    }

    private int follow(MessageQueue queue) throws IOException, InterruptedException {
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
                if (!show(message.put(fresh.type(), fresh.body()), place)) {
                    return 1; // stdout has no reader
                }
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

    private boolean show(MessageBuffer message, long place) throws IOException {
        return !source.types().fit(message.type())
                || source.output().write(spec.commandLine().getOut(), message, OptionalLong.of(place));
    }
}
