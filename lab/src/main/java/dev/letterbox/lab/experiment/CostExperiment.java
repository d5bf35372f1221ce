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

/** Measures what a request costs in both designs. */
public final class CostExperiment {
    /** So few that one queue does not come to a standstill. */
    private static final String[] CLIENTS = {"client 1", "client 2"};

    /** Many, because the kernel counts processor time in steps of 10 ms. */
    private static final int REQUESTS = 20_000;

    private static final int TRACED = 500;

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
        return new CostResult(CLIENTS.length, REQUESTS, Stage.SMALL_BYTES, Orders.WARM_UP, TRACED, costs);
    }

    private Cost measure(Design design, Optional<Map<String, Double>> calls)
            throws LabFailure, IOException, InterruptedException {
        try (Scene scene = new Scene(stage, design)) {
            List<Participant> clients = scene.clients(CLIENTS);
            Orders.warmUp(clients);
            List<Participant> everybody = new ArrayList<>(clients);
            everybody.add(scene.server());
            long processor = processor(everybody);
            long sleeps = sleeps(everybody);
            long began = System.nanoTime();
            Orders.fetchTogether(clients, Stage.SMALL, REQUESTS);
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
                    Orders.rounded((processor(everybody) - processor) / requests, 1),
                    Orders.rounded((sleeps(everybody) - sleeps) / requests, 2),
                    calls);
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

    /** Counts the system calls of a server and one client by strace, if that is installed. */
    private Optional<Map<String, Double>> calls(Design design) throws LabFailure, IOException, InterruptedException {
        Path counts = stage.folder().resolve("calls-" + design);
        List<String> strace =
                List.of("strace", "-f", "--seccomp-bpf", "-qq", "-c", "-e", "trace=/^msg(snd|rcv|ctl|get)$", "-o");
        if (!Probe.works(List.of("strace", "-f", "--seccomp-bpf", "-qq", "-o", "/dev/null", "true"))) {
            return Optional.empty();
        }
        try (Scene scene = new Scene(stage, design, with(strace, counts + "-server"))) {
            Participant client = scene.client("client", with(strace, counts + "-client"));
            Orders.fetchTogether(List.of(client), Stage.SMALL, TRACED);
        }
        Map<String, Double> calls = new TreeMap<>();
        for (String who : List.of("-server", "-client")) {
            Matcher lines = CALLS.matcher(Files.readString(Path.of(counts + who)));
            while (lines.find()) {
                calls.merge(lines.group(2), Double.parseDouble(lines.group(1)), Double::sum);
            }
        }
        calls.replaceAll((name, count) -> Orders.rounded(count / TRACED, 1));
        calls.values().removeIf(count -> count == 0);
        return Optional.of(calls);
    }

    private static List<String> with(List<String> strace, String out) {
        List<String> command = new ArrayList<>(strace);
        command.add(out);
        return command;
    }
}
