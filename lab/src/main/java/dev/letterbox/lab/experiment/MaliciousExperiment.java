package dev.letterbox.lab.experiment;

import dev.letterbox.lab.result.Design;
import dev.letterbox.lab.result.LabFailure;
import dev.letterbox.lab.result.Latencies;
import dev.letterbox.lab.result.MaliciousResult;
import dev.letterbox.lab.result.MaliciousResult.Case;
import dev.letterbox.lab.result.MaliciousResult.Misdeed;
import dev.letterbox.lab.scene.Participant;
import dev.letterbox.lab.scene.Pause;
import dev.letterbox.lab.scene.Scene;
import dev.letterbox.lab.scene.Stage;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;

/** Lets one client break the rules beside two that keep to them, and looks at what these get. */
public final class MaliciousExperiment {
    private static final String FOR_EVER = "fetch %s 1000000000 1000000000".formatted(Stage.SMALL);
    private static final String[] HONEST = {"honest client 1", "honest client 2"};
    private static final String MALICIOUS = "malicious client";
    private static final int FLOOD = 10_000;
    private static final int MANY = 1_000_000;
    private static final Duration WINDOW = Duration.ofSeconds(1);

    /** A JVM is slow at first. */
    private static final Duration WARM_UP = Duration.ofMillis(700);

    private static final Duration STILL = Duration.ofMillis(500);
    private static final Duration LONGEST = Duration.ofMinutes(1);

    private final Stage stage;
    private final List<Case> cases = new ArrayList<>();
    private String privateMode = "";

    public MaliciousExperiment(Stage stage) {
        this.stage = stage;
    }

    public MaliciousResult run() throws LabFailure, IOException, InterruptedException {
        for (Misdeed misdeed : List.of(Misdeed.NEVER_READS, Misdeed.FLOODS, Misdeed.STEALS)) {
            try (Scene scene = new Scene(stage, Design.SHARED)) {
                shared(scene, misdeed);
            }
        }
        try (Scene scene = new Scene(stage, Design.PRIVATE)) {
            perClient(scene);
        }
        return new MaliciousResult(
                HONEST.length, Stage.SMALL_BYTES, WINDOW.toMillis() / 1e3, FLOOD, privateMode, List.copyOf(cases));
    }

    private static String order(Misdeed misdeed) {
        return switch (misdeed) {
            case NEVER_READS -> "ask %s 1".formatted(Stage.LARGE);
            case FLOODS -> "ask %s %d".formatted(Stage.SMALL, FLOOD);
            case STEALS -> "steal " + MANY;
            case NONE -> "";
        };
    }

    private void shared(Scene scene, Misdeed misdeed) throws LabFailure, IOException, InterruptedException {
        List<Participant> all = scene.clients(HONEST[0], HONEST[1], MALICIOUS);
        List<Participant> honest = all.subList(0, HONEST.length);
        Participant malicious = all.getLast();
        begin(honest);
        if (cases.isEmpty()) {
            cases.add(new Case(Design.SHARED, Misdeed.NONE, window(honest), false, 0));
        }
        malicious.tell(order(misdeed));
        // The client that asked once and never reads does nothing any more, not even sleep in the queue.
        List<Participant> watched = misdeed == Misdeed.NEVER_READS ? honest : all;
        boolean stuck = scene.awaitStillness(watched, STILL, LONGEST).isPresent();
        Latencies got = window(honest);
        cases.add(new Case(
                Design.SHARED,
                misdeed,
                got,
                stuck && got.count() == 0,
                malicious.count().count()));
    }

    private void perClient(Scene scene) throws LabFailure, IOException, InterruptedException {
        List<Participant> all = scene.clients(HONEST[0], HONEST[1], MALICIOUS, MALICIOUS);
        List<Participant> honest = all.subList(0, HONEST.length);
        privateMode = Scene.status(scene.queueOf(honest.getFirst()))
                .map(status -> status.mode().toString())
                .orElseThrow(() -> new LabFailure("The queue of an honest client is gone."));
        begin(honest);
        cases.add(new Case(Design.PRIVATE, Misdeed.NONE, window(honest), false, 0));
        Participant stalled = all.get(2);
        stalled.tell(order(Misdeed.NEVER_READS));
        stalled.await("asked");
        cases.add(new Case(
                Design.PRIVATE,
                Misdeed.NEVER_READS,
                window(honest),
                false,
                stalled.count().count()));
        Participant flooding = all.get(3);
        flooding.tell(order(Misdeed.FLOODS));
        Latencies got = window(honest);
        flooding.await("asked");
        cases.add(new Case(
                Design.PRIVATE, Misdeed.FLOODS, got, false, flooding.count().count()));
    }

    private static void begin(List<Participant> honest) throws LabFailure, InterruptedException {
        for (Participant each : honest) {
            each.tell(FOR_EVER);
        }
        Pause.of(WARM_UP);
    }

    private static Latencies window(List<Participant> honest) throws LabFailure, InterruptedException {
        for (Participant each : honest) {
            each.count();
        }
        Pause.of(WINDOW);
        LongStream all = LongStream.empty();
        for (Participant each : honest) {
            all = LongStream.concat(all, LongStream.of(each.counted()));
        }
        return Latencies.of(all.toArray());
    }
}
