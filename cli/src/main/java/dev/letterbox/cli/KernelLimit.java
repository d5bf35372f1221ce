package dev.letterbox.cli;

import dev.letterbox.sysv.Limits;
import dev.letterbox.sysv.MessageQueues;
import dev.letterbox.sysv.QueueStatus;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;

/**
 * Is one of the kernel's limits of message queues.
 *
 * @param name as in {@code msgmni}
 * @param value what the kernel call says
 * @param inProc what {@code /proc/sys/kernel} says; empty where that cannot be read
 * @param used how much of it is used; empty where nobody can tell
 * @param fill the used part: 1 is all
 * @param meaning what it limits, and what is used
 * @param warnings what is wrong, or soon will be
 */
record KernelLimit(
        String name,
        long value,
        OptionalLong inProc,
        OptionalLong used,
        OptionalDouble fill,
        String meaning,
        List<String> warnings) {

    /** From here on a limit, or a queue, is in danger. */
    static final double ENDANGERED = 0.8;

    /** The kernel has no more places, unless it was booted with ipcmni_extend. */
    private static final long MOST_QUEUES = 32_768;

    /** Reads all of them; the one that runs out most often comes first. */
    static List<KernelLimit> all() {
        Limits limits = MessageQueues.limits();
        return List.of(msgmni(limits), msgmnb(limits), msgmax(limits));
    }

    private static KernelLimit msgmni(Limits limits) {
        int used = MessageQueues.usage().queues();
        double fill = (double) used / Math.max(1, limits.maxQueues());
        List<String> warnings = new ArrayList<>();
        if (fill >= 1) {
            warnings.add("All %d queues are in use: nobody can make another (ENOSPC).".formatted(limits.maxQueues()));
        } else if (fill >= ENDANGERED) {
            warnings.add("%d of %d queues are in use: soon nobody can make another (ENOSPC)."
                    .formatted(used, limits.maxQueues()));
        }
        return of("msgmni", limits.maxQueues(), OptionalLong.of(used), OptionalDouble.of(fill), "queues", warnings);
    }

    private static KernelLimit msgmnb(Limits limits) {
        Optional<QueueStatus> fullest = MessageQueues.list().stream()
                .filter(queue -> queue.capacity().isPresent())
                .max(Comparator.comparingDouble(queue -> fill(queue).orElse(0)));
        OptionalDouble fill = fullest.map(KernelLimit::fill).orElse(OptionalDouble.empty());
        List<String> warnings = new ArrayList<>();
        if (fill.orElse(0) >= ENDANGERED) {
            warnings.add(
                    "Queue %d is %d%% full: who sends to it waits, or is refused (EAGAIN), until somebody receives."
                            .formatted(fullest.orElseThrow().id(), percent(fill.getAsDouble())));
        }
        return of(
                "msgmnb",
                limits.queueBytes(),
                fullest.map(queue -> OptionalLong.of(queue.bytes())).orElse(OptionalLong.empty()),
                fill,
                "bytes that a new queue holds"
                        + fullest.map(queue -> "; used: in queue %d, the fullest, which holds %d"
                                        .formatted(queue.id(), queue.capacity().getAsLong()))
                                .orElse(""),
                warnings);
    }

    private static KernelLimit msgmax(Limits limits) {
        List<String> warnings = limits.maxMessageBytes() > limits.queueBytes()
                ? List.of("msgmax is above msgmnb: a message of more than %d bytes never fits a new queue."
                        .formatted(limits.queueBytes()))
                : List.of();
        return of(
                "msgmax",
                limits.maxMessageBytes(),
                OptionalLong.empty(),
                OptionalDouble.empty(),
                "bytes of the longest message",
                warnings);
    }

    private static KernelLimit of(
            String name, long value, OptionalLong used, OptionalDouble fill, String meaning, List<String> warnings) {
        OptionalLong inProc = inProc(name);
        List<String> all = new ArrayList<>(warnings);
        if (inProc.isPresent() && inProc.getAsLong() != value) {
            all.add("/proc/sys/kernel/%s says %d, and the kernel call %d: this /proc is another IPC namespace's."
                    .formatted(name, inProc.getAsLong(), value));
        }
        return new KernelLimit(name, value, inProc, used, fill, meaning, List.copyOf(all));
    }

    private static OptionalLong inProc(String name) {
        // One read must take all: the kernel gives the rest of a sysctl to nobody.
        try (BufferedReader file = Files.newBufferedReader(Path.of("/proc/sys/kernel", name))) {
            return OptionalLong.of(Long.parseLong(file.readLine()));
        } catch (IOException hidden) {
            return OptionalLong.empty();
        }
    }

    /** Tells how full a queue is, by bytes or by messages, whichever is more: 1 is full. Empty where that is not known. */
    static OptionalDouble fill(QueueStatus queue) {
        if (queue.capacity().isEmpty()) {
            return OptionalDouble.empty();
        }
        long capacity = queue.capacity().getAsLong();
        long used = Math.max(queue.bytes(), queue.messages());
        return OptionalDouble.of(capacity == 0 ? 1 : (double) used / capacity);
    }

    /** Puts a fill into percent, rounded down: 100 is full, and nothing else is. */
    static int percent(double fill) {
        return (int) Math.floor(fill * 100);
    }

    /** Proposes a larger value. */
    long larger() {
        return name.equals("msgmni") ? Math.max(value, Math.min(MOST_QUEUES, 2 * value)) : 2 * value;
    }

    /**
     * Is a way to raise a limit.
     *
     * @param name its name in JSON
     * @param where when or where it works
     * @param what a command or setting
     */
    record Way(String name, String where, String what) {}

    /** Tells how to raise it to {@link #larger}. */
    List<Way> ways() {
        long larger = larger();
        if (larger == value) {
            return List.of(new Way("atBoot", "at boot", "ipcmni_extend on the kernel's command line: more than 32768"));
        }
        return List.of(
                new Way("now", "now", "sysctl -w kernel.%s=%d".formatted(name, larger)),
                new Way(
                        "forGood",
                        "for good",
                        "echo kernel.%s=%d > /etc/sysctl.d/60-%s.conf".formatted(name, larger, name)),
                new Way("docker", "Docker", "docker run --sysctl kernel.%s=%d ...".formatted(name, larger)),
                new Way(
                        "kubernetes",
                        "Kubernetes",
                        "securityContext: {sysctls: [{name: kernel.%s, value: \"%d\"}]}".formatted(name, larger)),
                new Way("kubelet", "its kubelet", "--allowed-unsafe-sysctls='kernel.msg*'"));
    }

    JsonObject json() {
        JsonObject raise = new JsonObject();
        ways().forEach(way -> raise.put(way.name(), way.what()));
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
                .put("warnings", warnings)
                .put("raise", raise);
    }
}
