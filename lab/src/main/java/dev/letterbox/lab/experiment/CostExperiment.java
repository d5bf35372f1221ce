package dev.letterbox.lab.experiment;

import dev.letterbox.lab.result.CostResult;
import dev.letterbox.lab.result.CostResult.Cost;
import dev.letterbox.lab.result.Design;
import dev.letterbox.lab.result.LabFailure;
import dev.letterbox.lab.scene.KernelView;
import dev.letterbox.lab.scene.Participant;
import dev.letterbox.lab.scene.Probe;
import dev.letterbox.lab.scene.Scene;
import dev.letterbox.lab.scene.Stage;
import dev.letterbox.sysv.QueueStatus;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Measures what a request costs. */
public final class CostExperiment {
    /** So few that one queue does not end in the deadlock. */
    private static final String[] CLIENTS = {"client 1", "client 2"};

    private static final int REQUESTS = 3_000;
    private static final int WARM_UP = 1_000;
    private static final int COUNTED = 500;

    /** A line of strace's summary: share, seconds, each, calls, errors if any, name. */
    private static final Pattern CALLS =
            Pattern.compile("(?m)^ *[\\d.]+ +[\\d.]+ +\\d+ +(\\d+) +(?:\\d+ +)?(msg\\w+)$");

    private final Stage stage;

    public CostExperiment(Stage stage) {
        this.stage = stage;
    }

    public CostResult run() throws LabFailure, IOException, InterruptedException {
        List<Cost> costs = new ArrayList<>();
        for (Design design : Design.values()) {
            costs.add(measure(design, calls(design)));
        }
        return new CostResult(CLIENTS.length, REQUESTS, Stage.SMALL_BYTES, costs);
    }

    private static String fetch(int times) {
        return "fetch %s %d %d".formatted(Stage.SMALL, times, times);
    }

    private Cost measure(Design design, Optional<Map<String, Double>> calls)
            throws LabFailure, IOException, InterruptedException {
        try (Scene scene = new Scene(stage, design)) {
            List<Participant> clients = scene.clients(CLIENTS);
            all(clients, WARM_UP);
            List<Participant> everybody = new ArrayList<>(clients);
            everybody.add(scene.server());
            long processor = processor(everybody);
            long sleeps = sleeps(everybody);
            long began = System.nanoTime();
            all(clients, REQUESTS);
            double seconds = (System.nanoTime() - began) / 1e9;
            double requests = (double) clients.size() * REQUESTS;
            List<QueueStatus> queues = scene.queues();
            return new Cost(
                    design,
                    queues.size(),
                    queues.stream()
                            .mapToLong(queue -> queue.capacity().orElse(0))
                            .sum(),
                    Math.round(requests / seconds),
                    tenths((processor(everybody) - processor) / requests),
                    tenths((sleeps(everybody) - sleeps) / requests),
                    calls);
        }
    }

    private static double tenths(double value) {
        return Math.round(value * 10) / 10.0;
    }

    private static void all(List<Participant> clients, int times) throws LabFailure, InterruptedException {
        for (Participant client : clients) {
            client.tell(fetch(times));
        }
        for (Participant client : clients) {
            client.await("fetched");
        }
    }

    private static long processor(List<Participant> everybody) {
        return everybody.stream()
                .mapToLong(each -> KernelView.processorMicros(each.pid()))
                .sum();
    }

    private static long sleeps(List<Participant> everybody) {
        return everybody.stream().mapToLong(each -> each.switches().readAll()).sum();
    }

    /** Counts the system calls of a server and one client by strace, where there is one. */
    private Optional<Map<String, Double>> calls(Design design) throws LabFailure, IOException, InterruptedException {
        Path counts = stage.folder().resolve("calls-" + design);
        List<String> strace =
                List.of("strace", "-f", "--seccomp-bpf", "-qq", "-c", "-e", "trace=/^msg(snd|rcv|ctl|get)$", "-o");
        if (!Probe.works(List.of("strace", "-f", "--seccomp-bpf", "-qq", "-o", "/dev/null", "true"))) {
            return Optional.empty();
        }
        try (Scene scene = new Scene(stage, design, with(strace, counts + "-server"))) {
            Participant client = scene.client("client", with(strace, counts + "-client"));
            client.tell(fetch(COUNTED));
            client.await("fetched");
        }
        Map<String, Double> calls = new TreeMap<>();
        for (String who : List.of("-server", "-client")) {
            Matcher lines = CALLS.matcher(Files.readString(Path.of(counts + who)));
            while (lines.find()) {
                calls.merge(lines.group(2), Double.parseDouble(lines.group(1)), Double::sum);
            }
        }
        calls.replaceAll((name, count) -> tenths(count / COUNTED));
        calls.values().removeIf(count -> count == 0);
        return Optional.of(calls);
    }

    private static List<String> with(List<String> strace, String out) {
        List<String> command = new ArrayList<>(strace);
        command.add(out);
        return command;
    }
}
