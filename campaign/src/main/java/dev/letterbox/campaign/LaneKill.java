package dev.letterbox.campaign;

import dev.letterbox.campaign.Fetch.Ended;
import dev.letterbox.campaign.Victim.Phase;
import dev.letterbox.sysv.Key;
import dev.letterbox.testkit.ChildProcess;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Kills clients in each phase of an answer by a lane, and the server while clients are in each of them and in the middle of
 * an answer. What must hold: the server serves on; a client whose server was killed ends with all right or with an error that
 * says why; and no lane is left, in whatever order its ends are killed.
 */
final class LaneKill implements Scenario {
    /** The bound is for busy machines; the report has the figure. */
    private static final Duration NOTICED = Duration.ofMinutes(1);

    private final Lanes lanes = new Lanes();
    private final Served served = new Served();
    private final LiveServer server = new LiveServer(served.directory(), Key.free());
    private final Orphans orphans = new Orphans();

    LaneKill() throws IOException {
        server.start();
    }

    @Override
    public void round(int number, SplittableRandom random, Tally tally) throws Exception {
        if (!server.isRunning()) {
            server.start();
        }
        clientFirst(random, tally);
        serverFirst(random, tally);
    }

    private List<ChildProcess> victims() {
        List<ChildProcess> victims = new ArrayList<>();
        boolean halted = false;
        try {
            for (Phase phase : Phase.all(true)) {
                victims.add(Victim.program(server.key(), phase).start());
            }
            for (int i = 0; i < victims.size(); i++) {
                Victim.awaitHalt(victims.get(i), Phase.all(true).get(i));
            }
            halted = true;
            return victims;
        } finally {
            if (!halted) {
                victims.forEach(ChildProcess::close);
            }
        }
    }

    private void clientFirst(SplittableRandom random, Tally tally) throws Exception {
        List<ChildProcess> victims = victims();
        try {
            if (lanes.now().size() != victims.size()) {
                throw new AssertionError("Not every client made a lane: " + lanes.now());
            }
            killAll(victims, random, tally);
            Fetch.one(server.key(), Served.LARGE, Fetch.PATIENT).orFail().count(tally);
        } finally {
            victims.forEach(ChildProcess::close);
        }
        lanes.awaitNone();
    }

    private static void killAll(List<ChildProcess> victims, SplittableRandom random, Tally tally) {
        while (!victims.isEmpty()) {
            try (ChildProcess victim = victims.remove(random.nextInt(victims.size()))) {
                victim.kill();
                tally.add("kills of a client");
            }
        }
    }

    private void serverFirst(SplittableRandom random, Tally tally) throws Exception {
        List<ChildProcess> victims = victims();
        try (InTheMiddle client = new InTheMiddle(server.key(), random.nextInt(Served.LARGE))) {
            client.awaitBegun();
            server.kill();
            tally.add("kills of the server");
            long killed = System.nanoTime();
            client.goOn();
            Ended ended = client.ended(NOTICED);
            ended.count(tally);
            tally.took("end in the middle", System.nanoTime() - killed);
            killAll(victims, random, tally);
        } finally {
            victims.forEach(ChildProcess::close);
        }
        lanes.awaitNone();
        server.start();
        Fetch.one(server.key(), Served.LARGE, Fetch.PATIENT).orFail().count(tally);
    }

    @Override
    public void finish(Tally tally) {
        server.kill();
        server.start();
        orphans.awaitReaped(tally);
    }

    @Override
    public void close() {
        server.close();
        served.close();
    }
}
