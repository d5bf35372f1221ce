package dev.letterbox.campaign;

import dev.letterbox.testkit.Privileges;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Tries every attack that {@code docs/security.md} lists, each on a server of its own, beside one honest client of another
 * user, which measures. What must hold: 99 of 100 of its answers take at most twice as long as those of the quiet time before
 * it and 100 ms more, none fails, TERM ends the server within 6 s in the middle of the attack, and a minute after it the
 * server has as much memory, threads and descriptors as before, and a fifth more at most.
 */
final class Attacks implements Scenario {
    private final Times times;
    private final List<Attack> attacks = Attack.all();
    private final Served served = new Served();
    private final Deque<AttackedServer> resting = new ArrayDeque<>();
    private final List<String> misses = new ArrayList<>();

    /**
     * Says how long what takes.
     *
     * @param alone how long the honest client asks before the attack
     * @param beside how long it asks beside the attack
     * @param rest how long after that the server is looked at
     * @param untilStop how long the attack goes on until the server is told to stop
     * @param stop how long that may take before it counts as hung
     * @param judges whether what was measured is compared with what is promised: on a machine that is otherwise idle
     */
    record Times(Duration alone, Duration beside, Duration rest, Duration untilStop, Duration stop, boolean judges) {
        /** For figures. */
        static final Times CAMPAIGN = new Times(
                Duration.ofSeconds(5),
                Duration.ofSeconds(9),
                Duration.ofMinutes(1),
                Duration.ofSeconds(1),
                Duration.ofMinutes(1),
                true);

        /** To see that all is answered and the server ends, on any machine. */
        static final Times SECONDS = new Times(
                Duration.ofMillis(200),
                Duration.ofSeconds(1),
                Duration.ZERO,
                Duration.ofMillis(100),
                Duration.ofMinutes(1),
                false);
    }

    Attacks(Times times) throws IOException {
        Privileges.assumeIpcNamespaces();
        Honest.prepare();
        this.times = times;
        try (RandomAccessFile sparse = new RandomAccessFile(
                served.directory().resolve(Attack.LONG_FILE).toFile(), "rw")) {
            sparse.setLength(2L << 30);
        }
    }

    @Override
    public void round(int number, SplittableRandom random, Tally tally) throws Exception {
        AttackedServer server = new AttackedServer(attacks.get(number % attacks.size()), served.directory());
        resting.add(server);
        server.attack(times.alone(), times.beside());
        while (!resting.isEmpty() && resting.getFirst().rest().compareTo(times.rest()) >= 0) {
            conclude(tally);
        }
    }

    @Override
    public void finish(Tally tally) throws Exception {
        while (!resting.isEmpty()) {
            Duration left = times.rest().minus(resting.getFirst().rest());
            if (left.isPositive()) {
                Thread.sleep(left);
            }
            conclude(tally);
        }
        if (!MemoryGroup.canBeMade()) {
            tally.add("control groups of memory that may not be made here");
        }
        if (times.judges() && !misses.isEmpty()) {
            throw new AssertionError(String.join("\n", misses));
        }
    }

    /** Stops the server that has rested longest, and tells what was seen of it. */
    private void conclude(Tally tally) throws InterruptedException {
        try (AttackedServer server = resting.removeFirst()) {
            server.stop(times.untilStop(), times.stop());
            if (tally.count("attacks") == 0) {
                tally.print(AttackedServer.HEADER);
            }
            tally.add("attacks");
            tally.add("answers beside them", server.answers());
            tally.print(server.row());
            server.misses().forEach(miss -> misses.add(server.name() + ": " + miss));
        }
    }

    @Override
    public void close() {
        resting.forEach(AttackedServer::close);
        served.close();
    }
}
