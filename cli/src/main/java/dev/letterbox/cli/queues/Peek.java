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

/** Is the command that looks at messages and leaves them where they are. */
@Command(
        name = "peek",
        description = "Look at the messages in a queue, and leave them there.",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        footer = {
            "",
            "Needs the permission to receive. Each message comes with its place in the queue, from 0.",
            "",
            "With --follow it looks ten times a second, and less often where a look at many messages takes long: a message that"
                    + " is taken faster than that is not seen.",
            "",
            "Examples:",
            "  letterbox peek 5                        all",
            "  letterbox peek 5 --at 0 --format hex    the one that would be received first",
            "  letterbox peek 0x1aaaaaa1 --follow      those there, and those that come"
        })
public final class Peek implements Callable<Integer> {
    private static final Duration PAUSE = Duration.ofMillis(100);
    /** Pauses are so many times as long as looks. */
    private static final int SHARE = 10;

    @Mixin
    private MessageSource source = new MessageSource();

    @Option(names = "--at", paramLabel = "PLACE", description = "Only the message at this place; the first has 0.")
    private @Nullable Integer at;

    @Option(names = "--follow", description = "Wait for those that come, until Ctrl-C.")
    private boolean follow;

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Override
    public Integer call() throws IOException, CommandFailure, InterruptedException {
        if (at != null && (at < 0 || follow || source.types().areGiven())) {
            throw new ParameterException(
                    spec.commandLine(),
                    at < 0
                            ? "a message's place is 0 or more, not " + at + "."
                            : "--at is one message, whatever comes and of whatever type: leave out "
                                    + (follow ? "--follow." : "its type."));
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
            throw new CommandFailure("There is no message at place %d of %s (msgrcv: ENOMSG).".formatted(place, queue));
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
                    return 1; // nobody reads any more
                }
            }
            before = now;
            TimeUnit.NANOSECONDS.sleep(pauseAfter(look).toNanos());
        }
    }

    /** The kernel walks to each message from the first one, and keeps the queue to itself meanwhile. */
    static Duration pauseAfter(Duration look) {
        Duration fair = look.multipliedBy(SHARE);
        return fair.compareTo(PAUSE) > 0 ? fair : PAUSE;
    }

    /** Messages leave from anywhere and come at the end alone: what is no remainder of before is new. */
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
