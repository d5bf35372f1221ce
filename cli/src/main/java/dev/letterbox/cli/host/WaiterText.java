package dev.letterbox.cli.host;

import dev.letterbox.cli.output.Counted;
import dev.letterbox.cli.output.JsonObject;
import dev.letterbox.cli.output.Printable;
import dev.letterbox.queues.reaper.BirthCertificate;
import dev.letterbox.sysv.waiters.Waiter;
import dev.letterbox.sysv.waiters.Waiter.Call;
import dev.letterbox.sysv.waiters.Waiters;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Describes the threads that sleep in a queue, for people and for programs. */
public final class WaiterText {
    /** msgrcv(2): the first message whose type is another. */
    private static final int MSG_EXCEPT = 0_20000;

    /** A reader that uses doubles would lose the digits of a larger number. */
    private static final long MOST_EXACT = 1L << 53;

    private WaiterText() {}

    /** Returns how many receive and how many send, as in {@code 1 receiver (stopped), 2 senders}. */
    public static String brief(List<Waiter> waiters) {
        String text = Stream.of(Call.RECEIVE, Call.SEND)
                .map(call -> {
                    List<Waiter> these =
                            waiters.stream().filter(each -> each.call() == call).toList();
                    long stopped = these.stream().filter(Waiter::stopped).count();
                    return these.isEmpty()
                            ? ""
                            : Counted.of(these.size(), call == Call.RECEIVE ? "receiver" : "sender")
                                    + (stopped == 0
                                            ? ""
                                            : stopped == these.size() ? " (stopped)" : " (" + stopped + " stopped)");
                })
                .filter(part -> !part.isEmpty())
                .collect(Collectors.joining(", "));
        return text.isEmpty() ? "-" : text;
    }

    /** Returns who waits for what, as in {@code process 71 (client) waits for a message of type 7}. */
    public static String sentence(Waiter waiter) {
        boolean appended = waiter.tid() != waiter.pid() || waiter.stopped();
        String who = who(waiter) + (waiter.stopped() ? ", stopped" : "") + (appended ? "," : "");
        return who + (waiter.call() == Call.RECEIVE ? " waits for " : " waits to send ") + wanted(waiter);
    }

    /** Returns the process, and the thread if that is another one. */
    public static String who(Waiter waiter) {
        String process = "process %d (%s)".formatted(waiter.pid(), Printable.inOneLine(waiter.command()));
        return waiter.tid() == waiter.pid() ? process : process + ", thread " + waiter.tid();
    }

    /**
     * Returns why there may be more threads that wait than a look has found; empty if there are none.
     *
     * @param asRoot whether root looked, to whom the kernel shows most
     */
    public static Optional<String> whyHidden(Waiters look, boolean asRoot) {
        if (!look.areSomeHidden()) {
            return Optional.empty();
        }
        if (look.areProcessesHidden()) {
            return Optional.of("/proc does not show other users' processes, so that what they wait for is hidden."
                    + (asRoot ? "" : " Root sees it."));
        }
        String end = asRoot ? " is hidden from root too." : " is hidden from you. Root sees it.";
        List<Long> hidden = look.hiddenProcesses();
        return Optional.of((hidden.size() == 1
                        ? "What process %d waits for".formatted(hidden.getFirst())
                        : "What %d processes wait for, such as process %d,".formatted(hidden.size(), hidden.getFirst()))
                + end);
    }

    /** Returns the messages for which a receiver waits, or the size of the message that a sender sends. */
    public static String wanted(Waiter waiter) {
        if (waiter.call() == Call.SEND) {
            return waiter.bytes().isPresent() ? Counted.of(waiter.bytes().getAsLong(), "byte") : "a message";
        }
        if (waiter.type().isEmpty()) {
            return "a message of a type that is not visible";
        }
        long type = waiter.type().getAsLong();
        // What a Letterbox client leaves in its queue is only its birth certificate.
        if (type == 0 || (isExcept(waiter) && type == BirthCertificate.TYPE)) {
            return "any message";
        }
        if (type < 0) {
            return "a message of a type up to " + Long.toString(type).substring(1);
        }
        return "a message of " + (isExcept(waiter) ? "any type but " : "type ") + type;
    }

    /** Returns whether a receiver would take a message of this type; true if that is not known. */
    public static boolean takes(Waiter receiver, long type) {
        if (receiver.type().isEmpty()) {
            return true;
        }
        long wanted = receiver.type().getAsLong();
        if (wanted == 0) {
            return true;
        }
        if (wanted < 0) {
            // The lowest long has no positive counterpart: the kernel takes it for the highest.
            return wanted == Long.MIN_VALUE || type <= -wanted;
        }
        return isExcept(receiver) != (type == wanted);
    }

    private static boolean isExcept(Waiter receiver) {
        return (receiver.flags().orElse(0) & MSG_EXCEPT) != 0;
    }

    /** Returns it for programs; null stands for what the kernel did not show. */
    public static JsonObject json(Waiter waiter) {
        boolean receives = waiter.call() == Call.RECEIVE;
        return new JsonObject()
                .put("pid", waiter.pid())
                .put("thread", waiter.tid())
                .put("program", Printable.inOneLine(waiter.command()))
                .put("waits", receives ? "to receive" : "to send")
                .put("type", waiter.type().stream().mapToObj(WaiterText::exact).findFirst())
                .put("except", receives && waiter.flags().isEmpty() ? Optional.empty() : receives && isExcept(waiter))
                .put("bytes", waiter.bytes())
                .put("stopped", waiter.stopped());
    }

    private static Object exact(long type) {
        return Math.abs(type) <= MOST_EXACT && type != Long.MIN_VALUE ? (Object) type : Long.toString(type);
    }
}
