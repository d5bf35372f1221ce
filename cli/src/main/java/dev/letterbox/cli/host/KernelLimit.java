package dev.letterbox.cli.host;

import dev.letterbox.cli.output.Amounts;
import dev.letterbox.cli.output.JsonObject;
import dev.letterbox.cli.output.Style;
import dev.letterbox.sysv.Limits;
import dev.letterbox.sysv.MessageQueues;
import dev.letterbox.sysv.QueueStatus;
import java.io.BufferedReader;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * One of the kernel's limits for System V IPC.
 *
 * @param name as in {@code msgmni}
 * @param value its value, from the kernel call
 * @param proposed the settings to propose: a larger value, or a smaller one where it is {@linkplain #isTooLarge() too large},
 *     together with another limit that must be lowered with it; none if the value is the largest that the kernel takes
 * @param inProc its value in {@code /proc/sys/kernel}; empty if that cannot be read
 * @param used how much of it is used; empty if unknown
 * @param fill the used part: 1 is all
 * @param meaning what it limits, and what is used
 * @param warnings problems, present or soon
 */
public record KernelLimit(
        String name,
        long value,
        List<Setting> proposed,
        OptionalLong inProc,
        OptionalLong used,
        OptionalDouble fill,
        String meaning,
        List<Warning> warnings) {

    /**
     * A setting under {@code kernel}.
     *
     * @param name as in {@code msgmni}
     * @param value as in {@code 64}, or several numbers
     */
    public record Setting(String name, String value) {
        private static Setting of(String name, long value) {
            return new Setting(name, Long.toString(value));
        }

        /** Returns it for sysctl and Docker. */
        private String assignment() {
            String quote = value.contains(" ") ? "\"" : "";
            return "kernel.%s=%s%s%s".formatted(name, quote, value, quote);
        }

        /** Returns it as a word of a shell that is a line of sysctl.conf(5). */
        private String line() {
            String quote = value.contains(" ") ? "'" : "";
            return "%skernel.%s=%s%s".formatted(quote, name, value, quote);
        }
    }

    /**
     * A problem, present or soon.
     *
     * @param says the problem, as a sentence
     * @param ofQueue whether it concerns a single queue and not the limit
     */
    public record Warning(String says, boolean ofQueue) {
        private static Warning of(String says) {
            return new Warning(says, false);
        }
    }

    /** A value that stands for no limit at all. */
    static final BigInteger UNLIMITED = BigInteger.valueOf(Long.MAX_VALUE);

    /** The most queues, segments and sets of semaphores, unless the kernel was booted with ipcmni_extend. */
    static final int MOST_IDS = 32_768;

    /** The fill from which a limit or a queue is in danger. */
    public static final double ENDANGERED = 0.8;

    /** The default of {@code msgmax}. */
    private static final int USUAL_MESSAGE = 8_192;

    /** The default of {@code msgmnb}. */
    private static final int USUAL_QUEUE = 16_384;

    /** A {@code msgmnb} from here on is a thousand times the default. */
    private static final int LARGE_QUEUE = 16_384_000;

    /** A {@code msgmax} above this is larger than what programs prepare for. */
    private static final int LARGE_MESSAGE = 1 << 20;

    /** Returns the style that shows a fill. */
    public static Style style(double fill) {
        return fill >= 1 ? Style.BAD : fill >= ENDANGERED ? Style.WARNING : Style.PLAIN;
    }

    /**
     * Reads all limits, the one that is reached most often first, and then those of segments and semaphores.
     *
     * @param queues all queues, from one walk through the kernel's table, so that the figures agree
     */
    public static List<KernelLimit> all(List<QueueStatus> queues) {
        List<KernelLimit> limits = new ArrayList<>(ofQueues(queues));
        limits.addAll(new OtherLimits(Path.of("/proc")).all());
        return limits;
    }

    private static List<KernelLimit> ofQueues(List<QueueStatus> queues) {
        Limits limits = MessageQueues.limits();
        return List.of(msgmni(limits, queues), msgmnb(limits, queues), msgmax(limits));
    }

    private static KernelLimit msgmni(Limits limits, List<QueueStatus> queues) {
        int used = queues.size();
        double fill = (double) used / Math.max(1, limits.maxQueues());
        List<Warning> warnings = new ArrayList<>();
        if (fill >= 1) {
            warnings.add(Warning.of(
                    "All %d queues are in use: no program can create another (ENOSPC).".formatted(limits.maxQueues())));
        } else if (fill >= ENDANGERED) {
            warnings.add(Warning.of("%d of %d queues are in use: soon no program can create another (ENOSPC)."
                    .formatted(used, limits.maxQueues())));
        }
        return of(
                "msgmni",
                limits.maxQueues(),
                settings("msgmni", limits.maxQueues(), limits.moreQueues()),
                OptionalLong.of(used),
                OptionalDouble.of(fill),
                "queues",
                warnings);
    }

    private static KernelLimit msgmnb(Limits limits, List<QueueStatus> queues) {
        Optional<QueueStatus> fullest = queues.stream()
                .filter(queue -> queue.capacity().orElse(0) > 0)
                .max(Comparator.comparingDouble(queue -> fill(queue).orElse(0)));
        OptionalDouble fill = fullest.map(KernelLimit::fill).orElse(OptionalDouble.empty());
        List<Warning> warnings = new ArrayList<>();
        // A msgmax that is too large is the one to change.
        if (limits.queueBytes() < limits.maxMessageBytes() && limits.maxMessageBytes() <= LARGE_MESSAGE) {
            warnings.add(Warning.of(
                    "msgmnb is below msgmax, which is %d: a message of more than %d bytes never fits into a new queue."
                            .formatted(limits.maxMessageBytes(), limits.queueBytes())));
        }
        if (isLarge(limits)) {
            warnings.add(Warning.of(
                    "msgmnb is %d: each new queue may hold %s of the kernel's memory, which is charged to the control group of the senders, even after they have exited. All queues together hold %s now; letterbox queues --sort bytes shows who holds most. A program that needs the limit can have an IPC namespace of its own."
                            .formatted(
                                    limits.queueBytes(),
                                    Amounts.bytes((double) limits.queueBytes()),
                                    Amounts.bytes((double) queues.stream()
                                            .mapToLong(QueueStatus::bytes)
                                            .sum()))));
        }
        if (fill.orElse(0) >= ENDANGERED) {
            warnings.add(new Warning(
                    "Queue %d is %d%% full: senders wait or fail (EAGAIN) until it is read."
                            .formatted(fullest.orElseThrow().id(), percent(fill.getAsDouble())),
                    true));
        }
        return of(
                "msgmnb",
                limits.queueBytes(),
                isLarge(limits)
                        ? lower(limits)
                        : settings(
                                "msgmnb",
                                limits.queueBytes(),
                                Math.max(
                                        more(limits.queueBytes(), Integer.MAX_VALUE),
                                        Math.min(limits.maxMessageBytes(), LARGE_MESSAGE))),
                fullest.map(queue -> OptionalLong.of(queue.bytes())).orElse(OptionalLong.empty()),
                fill,
                "bytes in a new queue"
                        + fullest.map(queue -> "; used: in queue %d, the fullest, of %d"
                                        .formatted(queue.id(), queue.capacity().getAsLong()))
                                .orElse(""),
                warnings);
    }

    private static KernelLimit msgmax(Limits limits) {
        int value = limits.maxMessageBytes();
        boolean tooLarge = value > LARGE_MESSAGE;
        List<Warning> warnings = new ArrayList<>();
        if (tooLarge) {
            warnings.add(Warning.of(
                    "msgmax is %d: a single message may take that much of the kernel's memory, and a program that receives into a buffer of msgmax bytes needs as much for each receiver.%s Letterbox itself needs only %d."
                            .formatted(
                                    value,
                                    limits.queueBytes() < value
                                            ? " A message of more than msgmnb, %d bytes, never fits into a new queue."
                                                    .formatted(limits.queueBytes())
                                            : "",
                                    USUAL_MESSAGE)));
        }
        if (value < USUAL_MESSAGE) {
            warnings.add(Warning.of(
                    "msgmax is %d: Letterbox's messages have up to %d bytes, and longer ones than msgmax cannot be sent."
                            .formatted(value, USUAL_MESSAGE)));
        }
        return of(
                "msgmax",
                value,
                tooLarge
                        ? lower(limits)
                        : settings("msgmax", value, Math.max(USUAL_MESSAGE, more(value, Integer.MAX_VALUE))),
                OptionalLong.empty(),
                OptionalDouble.empty(),
                "bytes in a message",
                warnings);
    }

    private static boolean isLarge(Limits limits) {
        return limits.queueBytes() >= LARGE_QUEUE;
    }

    /** Both together, where both are large: a message that fits into no queue is of no use. */
    private static List<Setting> lower(Limits limits) {
        List<Setting> settings = new ArrayList<>();
        boolean messages = limits.maxMessageBytes() > LARGE_MESSAGE;
        if (isLarge(limits)) {
            settings.add(
                    Setting.of("msgmnb", messages ? USUAL_QUEUE : Math.max(USUAL_QUEUE, limits.maxMessageBytes())));
        }
        if (messages) {
            settings.add(Setting.of("msgmax", USUAL_MESSAGE));
        }
        return settings;
    }

    /** Returns the setting of a larger value; none if it is no larger. */
    private static List<Setting> settings(String name, long value, long proposed) {
        return proposed > value ? List.of(Setting.of(name, proposed)) : List.of();
    }

    /** Returns twice a value, but at least 1 and no more than the most that the kernel takes. */
    static long more(long value, long most) {
        return Math.max(1, value > most / 2 ? most : 2 * value);
    }

    private static KernelLimit of(
            String name,
            long value,
            List<Setting> proposed,
            OptionalLong used,
            OptionalDouble fill,
            String meaning,
            List<Warning> warnings) {
        OptionalLong inProc = inProc(name);
        List<Warning> all = new ArrayList<>(warnings);
        if (inProc.isPresent() && inProc.getAsLong() != value) {
            all.add(Warning.of(
                    "/proc/sys/kernel/%s is %d, but the kernel call returns %d: this /proc belongs to another IPC namespace."
                            .formatted(name, inProc.getAsLong(), value)));
        }
        return new KernelLimit(name, value, proposed, inProc, used, fill, meaning, List.copyOf(all));
    }

    private static OptionalLong inProc(String name) {
        Optional<String> text = setting(Path.of("/proc/sys/kernel", name));
        return text.isPresent() ? OptionalLong.of(Long.parseLong(text.get())) : OptionalLong.empty();
    }

    /** Reads a sysctl; empty if it is hidden. */
    static Optional<String> setting(Path file) {
        // A single read must take all: the kernel does not return the rest of a sysctl.
        try (BufferedReader setting = Files.newBufferedReader(file)) {
            return Optional.of(String.valueOf(setting.readLine()).strip());
        } catch (IOException hidden) {
            return Optional.empty();
        }
    }

    /** Returns how full a queue is, by bytes or by messages, whichever is more: 1 is full. Empty if unknown. */
    static OptionalDouble fill(QueueStatus queue) {
        if (queue.capacity().isEmpty()) {
            return OptionalDouble.empty();
        }
        long capacity = queue.capacity().getAsLong();
        long used = Math.max(queue.bytes(), queue.messages());
        return OptionalDouble.of(capacity == 0 ? 1 : (double) used / capacity);
    }

    /** Returns a fill in percent, rounded down: only a full queue has 100. */
    public static int percent(double fill) {
        return (int) Math.floor(fill * 100);
    }

    /**
     * A way to change a limit.
     *
     * @param name its name in JSON
     * @param where when or where it works
     * @param what a command or setting
     */
    public record Way(String name, String where, String what) {}

    /** Returns the value for people. */
    public String valueInWords() {
        return value == Long.MAX_VALUE ? "unlimited" : Long.toString(value);
    }

    /** Returns whether it should be lowered: what it allows costs more than it is good for. */
    public boolean isTooLarge() {
        return (name.equals("msgmax") && value > LARGE_MESSAGE) || (name.equals("msgmnb") && value >= LARGE_QUEUE);
    }

    /** Returns what to do about its warnings: a command, if there is one. */
    public Optional<String> remedy() {
        return ways().stream().findFirst().map(way -> (isTooLarge() ? "if no program needs more: " : "") + way.what());
    }

    /** Returns the ways to set it to {@link #proposed}; none if the kernel takes no larger value. */
    public List<Way> ways() {
        if (proposed.isEmpty()) {
            return name.endsWith("mni")
                    ? List.of(new Way(
                            "atBoot", "at boot", "ipcmni_extend on the kernel's command line: more than " + MOST_IDS))
                    : List.of();
        }
        String first = proposed.getFirst().name();
        String family = first.substring(0, "msg".length());
        boolean several = proposed.size() > 1;
        return List.of(
                new Way("now", "now", "sysctl -w " + each(" ", Setting::assignment)),
                new Way(
                        "forGood",
                        "permanently",
                        "%s %s > /etc/sysctl.d/60-%s.conf"
                                .formatted(
                                        several ? "printf '%s\\n'" : "echo",
                                        each(" ", Setting::line),
                                        several ? family : first)),
                new Way(
                        "docker",
                        "Docker",
                        "docker run %s ...".formatted(each(" ", setting -> "--sysctl " + setting.assignment()))),
                new Way(
                        "kubernetes",
                        "Kubernetes",
                        "securityContext: {sysctls: [%s]}"
                                .formatted(each(
                                        ", ",
                                        setting -> "{name: kernel.%s, value: \"%s\"}"
                                                .formatted(setting.name(), setting.value())))),
                new Way("kubelet", "and its kubelet", "--allowed-unsafe-sysctls='kernel.%s*'".formatted(family)));
    }

    private String each(String between, Function<Setting, String> text) {
        return proposed.stream().map(text).collect(Collectors.joining(between));
    }

    public JsonObject json() {
        JsonObject change = new JsonObject();
        ways().forEach(way -> change.put(way.name(), way.what()));
        return new JsonObject()
                .put("name", name)
                .put("value", value)
                .put("inProc", inProc)
                .put("used", used)
                .put(
                        "usedPercent",
                        fill.isPresent()
                                ? Optional.of(Math.round(fill.getAsDouble() * 1_000) / 10.0)
                                : Optional.empty())
                .put("warnings", warnings.stream().map(Warning::says).toList())
                .put(isTooLarge() ? "lower" : "raise", ways().isEmpty() ? Optional.empty() : change);
    }
}
