package dev.letterbox.lab.experiment;

import dev.letterbox.lab.result.Design;
import dev.letterbox.lab.result.LabFailure;
import dev.letterbox.lab.result.Latencies;
import dev.letterbox.lab.result.MaliciousResult;
import dev.letterbox.lab.result.MaliciousResult.Case;
import dev.letterbox.lab.result.MaliciousResult.Misdeed;
import dev.letterbox.lab.scene.Participant;
import dev.letterbox.lab.scene.Scene;
import dev.letterbox.lab.scene.Stage;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * Lets one client break the rules beside two that keep to them, and measures what these get before and meanwhile. Each case
 * has processes of its own, warmed up alike: so no case profits from the one before it.
 */
public final class MaliciousExperiment {
    private static final String[] HONEST = {"honest client 1", "honest client 2"};
    private static final String MALICIOUS = "malicious client";
    /** So many that it is not done before the window ends. */
    private static final int MANY = 1_000_000_000;

    private static final Duration WINDOW = Duration.ofSeconds(1);

    /** How often the clients are measured alone, to see how much such figures differ by chance. */
    private static final int BASELINES = 2;

    private static final Duration STILL = Duration.ofMillis(500);
    private static final Duration LONGEST = Duration.ofMinutes(1);

    private final Stage stage;
    private String privateMode = "";

    public MaliciousExperiment(Stage stage) {
        this.stage = stage;
    }

    public MaliciousResult run() throws LabFailure, IOException, InterruptedException {
        List<Case> cases = new ArrayList<>();
        for (Misdeed misdeed : Misdeed.values()) {
            cases.add(run(Design.SHARED, misdeed));
        }
        cases.add(run(Design.PRIVATE, Misdeed.NEVER_READS));
        cases.add(run(Design.PRIVATE, Misdeed.FLOODS));
        return new MaliciousResult(
                HONEST.length,
                Stage.SMALL_BYTES,
                WINDOW.toMillis() / 1e3,
                Orders.WARM_UP,
                privateMode,
                List.copyOf(cases));
    }

    private static String order(Misdeed misdeed) {
        return switch (misdeed) {
            case NEVER_READS -> Orders.ask(Stage.LARGE, 1);
            case FLOODS -> Orders.ask(Stage.SMALL, MANY);
            case STEALS -> "steal " + MANY;
        };
    }

    private Case run(Design design, Misdeed misdeed) throws LabFailure, IOException, InterruptedException {
        try (Scene scene = new Scene(stage, design)) {
            List<Participant> all = scene.clients(HONEST[0], HONEST[1], MALICIOUS);
            List<Participant> honest = all.subList(0, HONEST.length);
            Participant malicious = all.getLast();
            if (design == Design.PRIVATE) {
                privateMode = Scene.status(scene.queueOf(honest.getFirst()))
                        .map(status -> status.mode().toString())
                        .orElseThrow(() -> new LabFailure("The queue of an honest client is gone."));
            }
            Orders.warmUp(honest);
            for (Participant each : honest) {
                each.tell(Orders.fetchWithoutEnd(Stage.SMALL));
            }
            List<Latencies> alone = new ArrayList<>();
            for (int i = 0; i < BASELINES; i++) {
                alone.add(Orders.window(honest, WINDOW));
            }
            malicious.tell(order(misdeed));
            boolean stuck = false;
            if (design == Design.SHARED) {
                // The client that asked once and never reads does nothing any more, not even sleep in the queue.
                List<Participant> watched = misdeed == Misdeed.NEVER_READS ? honest : all;
                stuck = scene.awaitStillness(watched, STILL, LONGEST).isPresent();
            } else if (misdeed == Misdeed.NEVER_READS) {
                malicious.await("asked");
            }
            Latencies beside = Orders.window(honest, WINDOW);
            return new Case(
                    design,
                    misdeed,
                    List.copyOf(alone),
                    beside,
                    stuck && beside.count() == 0,
                    malicious.count().count());
        }
    }
}
