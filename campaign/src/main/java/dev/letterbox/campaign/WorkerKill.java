package dev.letterbox.campaign;

import dev.letterbox.campaign.Fetch.Ended;
import dev.letterbox.files.FileClient;
import dev.letterbox.queues.QueueTransport;
import dev.letterbox.sysv.Key;
import dev.letterbox.testkit.Await;
import dev.letterbox.testkit.Command;
import dev.letterbox.testkit.Proc;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;

/**
 * Kills worker processes of a server while they are idle and while they are at work, then the server while its workers
 * are. What must hold: the request of a worker that is killed ends at once, in an error that says so; all others come right;
 * no worker outlives its server; and the next server serves.
 *
 * <p>Each round kills two workers and then the server: three in a row would end it, and rightly so.
 */
final class WorkerKill implements Scenario {
    private static final int WORKERS = 2;

    /** The server tells the client. The bound is for busy machines; the report has the figure. */
    private static final Duration NOTICED = Duration.ofMinutes(1);

    private final Served served = new Served();
    private final LiveServer server = new LiveServer(
            served.directory(), Key.free(), "--isolation", "process", "--workers", Integer.toString(WORKERS));

    WorkerKill() throws IOException {
        server.start();
    }

    /** The JVM's helper, which is a child for a moment before it becomes the worker, is none yet. */
    private List<Proc> workers() {
        return new Proc(server.process().pid())
                .children().stream()
                        .filter(child -> child.commandLine().contains("FileWorker"))
                        .toList();
    }

    private List<Proc> allWorkers() {
        return Await.value("all workers are there", Fetch.PATIENT, this::workers, all -> all.size() >= WORKERS);
    }

    private static void kill(Proc process, Tally tally) {
        Command.of("kill", "-KILL", String.valueOf(process.pid())).run();
        tally.add("kills");
    }

    @Override
    public void round(int number, SplittableRandom random, Tally tally) throws Exception {
        if (!server.isRunning()) {
            server.start();
        }
        whenIdle(random, tally);
        atWork(random, tally);
        serverAndAll(random, tally);
        server.start();
        Fetch.one(server.key(), 5_000, Fetch.PATIENT).orFail().count(tally);
    }

    private void whenIdle(SplittableRandom random, Tally tally) throws Exception {
        try (FileClient client = FileClient.connect(new QueueTransport(server.key()), Fetch.PATIENT)) {
            List<Proc> workers = allWorkers();
            kill(workers.get(random.nextInt(workers.size())), tally);
            long killed = System.nanoTime();
            for (int size : Served.SIZES) {
                // It may be handed to the worker in the very moment in which that is killed.
                Ended ended = Fetch.through(client, size);
                ended.count(tally);
                if (!ended.isRight() && size != Served.SIZES.getFirst()) {
                    throw new AssertionError("A worker that was gone cost a later request", ended.error());
                }
            }
            tally.took("four answers after a kill of an idle one", System.nanoTime() - killed);
        }
    }

    /** Two clients are in the middle; one of the two workers is killed, and one of the two requests ends. */
    private void atWork(SplittableRandom random, Tally tally) throws Exception {
        List<Proc> workers = allWorkers();
        try (InTheMiddle one = new InTheMiddle(server.key(), Optional.empty());
                InTheMiddle other = new InTheMiddle(server.key(), Optional.empty())) {
            one.awaitBegun();
            other.awaitBegun();
            Thread.sleep(Duration.ofNanos(random.nextLong(5_000_000)));
            kill(workers.get(random.nextInt(workers.size())), tally);
            long killed = System.nanoTime();
            one.goOn();
            other.goOn();
            int lost = 0;
            for (InTheMiddle each : List.of(one, other)) {
                Ended ended = each.ended(NOTICED);
                ended.count(tally);
                if (!ended.isRight()) {
                    lost++;
                    // The other one is waited for after this one's whole file.
                    if (each == one) {
                        tally.took("end of the killed one's request", System.nanoTime() - killed);
                    }
                }
            }
            if (lost > 1) {
                throw new AssertionError("The end of one worker cost two requests");
            }
        }
    }

    private void serverAndAll(SplittableRandom random, Tally tally) throws Exception {
        List<Proc> workers = allWorkers();
        try (InTheMiddle client = new InTheMiddle(server.key(), Optional.empty())) {
            client.awaitBegun();
            Thread.sleep(Duration.ofNanos(random.nextLong(20_000_000)));
            server.kill();
            tally.add("kills");
            long killed = System.nanoTime();
            client.goOn();
            client.ended(NOTICED).count(tally);
            tally.took("end in the middle", System.nanoTime() - killed);
            Await.until(
                    "the workers have ended",
                    Fetch.PATIENT,
                    () -> workers.stream().noneMatch(Proc::isAlive));
            tally.took("end of the workers", System.nanoTime() - killed);
        }
    }

    @Override
    public void close() {
        server.close();
        served.close();
    }
}
