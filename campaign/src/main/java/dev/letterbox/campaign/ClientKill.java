package dev.letterbox.campaign;

import dev.letterbox.campaign.Victim.Phase;
import dev.letterbox.files.FileClient;
import dev.letterbox.queues.QueueTransport;
import dev.letterbox.sysv.Key;
import dev.letterbox.testkit.Await;
import dev.letterbox.testkit.ChildProcess;
import dev.letterbox.testkit.ClientPrograms;
import dev.letterbox.testkit.Command;
import dev.letterbox.testkit.Machine;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Kills clients in each phase, one after the other in an order at random, and the clients in C and Python at any moment after
 * their greeting. What must hold: the server serves on at once, for those who are connected and for those who come, and in
 * the end nothing is left of the dead.
 */
final class ClientKill implements Scenario {
    private final Served served = new Served();
    private final Orphans orphans = new Orphans();
    private final LiveServer server = new LiveServer(served.directory(), Key.free());
    private final FileClient honest;

    ClientKill() throws Exception {
        server.start();
        honest = FileClient.connect(new QueueTransport(server.key()), Fetch.PATIENT);
    }

    @Override
    public void round(int number, SplittableRandom random, Tally tally) throws Exception {
        List<Phase> phases = new ArrayList<>(Phase.all(false));
        List<ChildProcess> victims = new ArrayList<>();
        try {
            for (Phase phase : phases) {
                victims.add(Victim.program(server.key(), phase).start());
            }
            for (int i = 0; i < victims.size(); i++) {
                Victim.awaitHalt(victims.get(i), phases.get(i));
            }
            for (int i = phases.size(); i > 0; i--) {
                ChildProcess victim = victims.remove(random.nextInt(i));
                victim.kill();
                tally.add("kills");
                long killed = System.nanoTime();
                int size = Served.SIZES.get(random.nextInt(Served.SIZES.size()));
                Fetch.through(honest, size).orFail().count(tally);
                tally.took("answer after a kill", System.nanoTime() - killed);
                victim.close();
            }
            killOthers(random, tally);
            Fetch.one(server.key(), 5_000, Fetch.PATIENT).orFail().count(tally);
        } finally {
            victims.forEach(ChildProcess::close);
        }
    }

    /** Each is killed some time after it has begun to receive. */
    private void killOthers(SplittableRandom random, Tally tally) {
        String[] asked = {"-k", server.key().toString(), Served.name(Victim.SIZE)};
        for (Command client : List.of(
                ClientPrograms.c(Machine.NATIVE, "letterbox-get", asked),
                ClientPrograms.python(asked[0], asked[1], "get", asked[2]))) {
            long before = orphans.inUse();
            try (ChildProcess victim = client.start()) {
                Await.until("it receives, or has ended", () -> orphans.inUse() > before || !victim.isAlive());
                LockSupport.parkNanos(random.nextLong(TimeUnit.MILLISECONDS.toNanos(3)));
                victim.kill();
                tally.add("kills of other clients");
            }
        }
    }

    /** A server that starts looks for orphans, and looks again some seconds later. */
    @Override
    public void finish(Tally tally) {
        honest.close();
        server.kill();
        server.start();
        orphans.awaitReaped(tally);
    }

    @Override
    public void close() {
        honest.close();
        server.close();
        served.close();
    }
}
