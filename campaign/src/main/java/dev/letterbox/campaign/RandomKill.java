package dev.letterbox.campaign;

import dev.letterbox.campaign.Fetch.Ended;
import dev.letterbox.campaign.Victim.Phase;
import dev.letterbox.sysv.Key;
import dev.letterbox.testkit.Background;
import dev.letterbox.testkit.ChildProcess;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Kills the server, or a client process, some random time after requests began, while clients come, ask and go. What must
 * hold: each fetch ends in its time, right or with an error that says why; without a kill of the server all are right; and in the end nothing is left of the dead.
 */
final class RandomKill implements Scenario {
    private static final int CLIENTS = 3;
    private static final Duration PATIENCE = Fetch.SHORT.multipliedBy(3).plusSeconds(30);

    private final Served served = new Served();
    private final LiveServer server = new LiveServer(served.directory(), Key.free());
    private final Orphans orphans = new Orphans();

    RandomKill() throws IOException {
        server.start();
    }

    @Override
    public void round(int number, SplittableRandom random, Tally tally) throws Exception {
        if (!server.isRunning()) {
            server.start();
        }
        boolean killServer = random.nextBoolean();
        Duration silence = killServer ? Fetch.SHORT : Fetch.PATIENT;
        long delay = random.nextLong(30_000_000);
        List<Background<List<Ended>>> clients = new ArrayList<>();
        try (ChildProcess victim = Victim.program(server.key(), Phase.NEVER).start()) {
            Victim.awaitHalt(victim, Phase.NEVER);
            long until = System.nanoTime() + delay;
            for (int i = 0; i < CLIENTS; i++) {
                SplittableRandom own = random.split();
                clients.add(Background.start("client " + i, () -> fetchUntil(until, own, silence)));
            }
            Thread.sleep(Duration.ofNanos(Math.max(0, until - System.nanoTime())));
            if (killServer) {
                server.kill();
                tally.add("kills of the server");
                // The client process asks on, and so must learn of it.
                victim.exit().expect(1);
            } else {
                victim.kill();
                victim.exit();
                tally.add("kills of a client");
            }
            long killed = System.nanoTime();
            for (Background<List<Ended>> client : clients) {
                for (Ended ended : client.result(PATIENCE)) {
                    ended.count(tally);
                    if (!killServer) {
                        ended.orFail();
                    }
                }
            }
            tally.took(killServer ? "end of all, without a server" : "end of all", System.nanoTime() - killed);
        } finally {
            clients.forEach(Background::close);
        }
        if (killServer) {
            long started = System.nanoTime();
            server.start();
            tally.took("restart", System.nanoTime() - started);
        }
        Fetch.one(server.key(), 5_000, Fetch.PATIENT).orFail().count(tally);
    }

    /** Each time a new client, until the time has come; the last one is under way then. */
    private List<Ended> fetchUntil(long until, SplittableRandom random, Duration silence) throws InterruptedException {
        List<Ended> ended = new ArrayList<>();
        do {
            ended.add(Fetch.one(server.key(), Served.SIZES.get(random.nextInt(Served.SIZES.size())), silence));
        } while (System.nanoTime() < until);
        return ended;
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
