package dev.letterbox.campaign;

import dev.letterbox.files.FileClient;
import dev.letterbox.queues.QueueTransport;
import dev.letterbox.sysv.Key;
import dev.letterbox.sysv.Mode;
import dev.letterbox.testkit.Await;
import dev.letterbox.testkit.ChildProcess;
import dev.letterbox.testkit.Command;
import dev.letterbox.testkit.IpcTable;
import dev.letterbox.testkit.JavaProcess;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Kills clients of the server's own user while they make their token and their queue, and greet: in the first moments of a
 * JVM, in which each call is a first one. What must hold: a minute after the last one, neither a queue nor a segment is left.
 */
final class EarlyKill implements Scenario {
    private static final int KILLS = 20;
    private static final int AT_ONCE = 4;

    /** From its first line, such a client takes some forty milliseconds until it has a session. */
    private static final long LATEST_NANOS = Duration.ofMillis(60).toNanos();

    private static final Duration REAPED = Duration.ofMinutes(3);

    private final Served served = new Served();
    private final LiveServer server = new LiveServer(served.directory(), Key.free());
    private final Orphans orphans = new Orphans();

    EarlyKill() throws IOException {
        server.start();
    }

    /** Connects as soon as it has said so. */
    static final class Connects {
        private Connects() {}

        public static void main(String[] key) throws Exception {
            System.out.println("begins");
            try (FileClient _ = FileClient.connect(new QueueTransport(Key.parse(key[0])), Fetch.PATIENT)) {
                Thread.sleep(Duration.ofDays(1));
            }
        }
    }

    private Command program() {
        return JavaProcess.running(Connects.class)
                .options("-Xmx24m", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xshare:auto")
                .command(server.key().toString());
    }

    @Override
    public void round(int number, SplittableRandom random, Tally tally) throws Exception {
        for (int i = 0; i < KILLS; i += AT_ONCE) {
            List<ChildProcess> victims = new ArrayList<>();
            try {
                for (int each = 0; each < AT_ONCE; each++) {
                    victims.add(program().start());
                }
                for (ChildProcess victim : victims) {
                    victim.awaitLine("begins", Fetch.PATIENT);
                    Thread.sleep(Duration.ofNanos(random.nextLong(LATEST_NANOS)));
                    victim.kill();
                    tally.add("kills");
                }
            } finally {
                victims.forEach(ChildProcess::close);
            }
        }
        Fetch.one(server.key(), 5_000, Fetch.PATIENT).orFail().count(tally);
    }

    @Override
    public void finish(Tally tally) {
        IpcTable now = IpcTable.now();
        tally.add("queues that were never completed", begun(now.queues()));
        tally.add("segments that were never marked", begun(now.segments()));
        server.kill();
        server.start();
        orphans.awaitReaped(tally);
        Await.value(
                "segments that were never marked are removed",
                REAPED,
                () -> begun(IpcTable.now().segments()),
                left -> left == 0);
    }

    private static long begun(List<? extends IpcTable.Item> items) {
        return items.stream()
                .filter(item -> item.key() == 0 && item.mode() == Mode.INCOMPLETE.bits())
                .count();
    }

    @Override
    public void close() {
        server.close();
        served.close();
    }
}
