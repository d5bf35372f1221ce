package dev.letterbox.campaign;

import dev.letterbox.campaign.Honest.Asked;
import dev.letterbox.sysv.Key;
import dev.letterbox.testkit.ChildProcess;
import dev.letterbox.testkit.Command;
import dev.letterbox.testkit.Finished;
import dev.letterbox.testkit.IpcNamespace;
import dev.letterbox.testkit.IpcTable;
import dev.letterbox.testkit.Peers;
import dev.letterbox.testkit.Proc;
import dev.letterbox.testkit.TempFiles;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Is a server for all users, in an IPC namespace of its own, that one attack is tried on, with what was seen of it. */
final class AttackedServer implements AutoCloseable {
    private static final long MEBIBYTE = 1 << 20;

    /** The longest silence for a client whose server is at work, as {@code letterbox get} has it. */
    private static final Duration SILENCE = Duration.ofSeconds(30);

    /** For one whose request may have been removed with a queue, and how often it asks then. */
    private static final Duration SHORT_SILENCE = Duration.ofSeconds(1);

    private static final int TRIES = 10;

    private static final String LOG = "log";

    private static final Key KEY = Key.of(0x1aaaaaa1);

    private final Attack attack;
    private final Path folder;
    private final IpcNamespace namespace;
    private final @Nullable MemoryGroup group;
    private final ChildProcess server;
    private final Honest honest;
    private final @Nullable RandomAccessFile unreadLog;
    private final int bystander;
    private List<ChildProcess> attackers = List.of();
    private Asked quiet = new Asked(0, 0, 0, 0, 0, "");
    private Asked attacked = quiet;
    private Means before = new Means(0, 0, 0);
    private Means after = before;
    private long attackEnded;
    private double stopSeconds;
    private long sent;

    /** Is what a server has at one moment. */
    private record Means(long resident, int threads, int descriptors) {
        static Means of(Proc server) {
            return new Means(server.residentBytes(), server.threadCount(), server.descriptorCount());
        }
    }

    AttackedServer(Attack attack, Path directory) throws IOException {
        this.attack = attack;
        folder = Files.createTempDirectory("letterbox-attacked-");
        namespace = IpcNamespace.with(attack.limits());
        group = attack.memory() == 0 ? null : new MemoryGroup(attack.memory());
        Path log = folder.resolve(LOG);
        // Opened for both ends, so that the server can open it, and nobody reads.
        unreadLog = attack.logIsRead()
                ? null
                : new RandomAccessFile(TempFiles.pipe(folder, LOG).toFile(), "rw");
        server = serve(directory, log).start();
        server.awaitLine("^Serving ", Fetch.PATIENT);
        honest = attack.removes()
                ? new Honest(KEY, namespace, SHORT_SILENCE, TRIES)
                : new Honest(KEY, namespace, SILENCE, 1);
        bystander = Integer.parseInt(Command.of(Peers.programForAll("queue"), "create")
                .asUser(Attack.BYSTANDER)
                .in(namespace)
                .run()
                .expect(0)
                .text()
                .strip());
    }

    private Command serve(Path directory, Path log) {
        String limit = attack.files() == 0 ? "" : "ulimit -n " + attack.files() + "; ";
        List<String> words =
                new ArrayList<>(List.of("sh", "-c", limit + "log=$1; shift; exec \"$@\" 2>\"$log\"", "sh", "" + log));
        words.addAll(Letterbox.command("serve", directory.toString(), "--access", "all")
                .words());
        return Command.of(group == null ? words : group.command(words))
                .env("LETTERBOX_NO_BUILD", "1")
                .in(namespace);
    }

    /** Has the honest client ask alone, and then beside the attackers. */
    void attack(Duration alone, Duration beside) {
        quiet = honest.ask(alone);
        before = Means.of(server.proc());
        startAttackers();
        attacked = honest.ask(beside);
        stopAttackers();
        attackEnded = System.nanoTime();
    }

    private void startAttackers() {
        attackers = attack.programs().stream()
                .map(words -> {
                    Command program = Command.of(Peers.programForAll("attack"), words.toArray(String[]::new));
                    return (attack.user() == 0 ? program : program.asUser(attack.user()))
                            .in(namespace)
                            .start();
                })
                .toList();
        attackers.forEach(attacker -> attacker.awaitLine("^sent ", Fetch.PATIENT));
    }

    private void stopAttackers() {
        for (ChildProcess attacker : attackers) {
            try (attacker) {
                if (attacker.isAlive()) {
                    attacker.signal("TERM");
                }
                Finished ended = attacker.exit(Fetch.PATIENT);
                sent = Math.max(
                        sent,
                        ended.lines().stream()
                                .mapToLong(line -> Long.parseLong(line.replace("sent ", "")))
                                .max()
                                .orElse(0));
            }
        }
        attackers = List.of();
    }

    /** Returns how long it is since the attack was over. */
    Duration rest() {
        return Duration.ofNanos(System.nanoTime() - attackEnded);
    }

    /** Looks at what the server has, which knows the honest client still, attacks it once more, and stops it meanwhile. */
    void stop(Duration underAttack, Duration within) throws InterruptedException {
        after = Means.of(server.proc());
        startAttackers();
        Thread.sleep(underAttack);
        long started = System.nanoTime();
        server.signal("TERM");
        Finished ended = server.exit(within);
        stopSeconds = (System.nanoTime() - started) / 1e9;
        ended.expect(0);
        stopAttackers();
        expectConsent();
    }

    /** A queue of mode 0600 of a user who never asked for anything: nothing may have been written into it. */
    private void expectConsent() {
        IpcTable table = namespace.table();
        table.queue(bystander)
                .filter(queue -> queue.messages() > 0 || queue.lastSender() != 0)
                .ifPresent(written -> {
                    throw new AssertionError("The server wrote into a queue of mode 0600 of another user: " + written);
                });
        List<IpcTable.Item> left =
                table.items().filter(item -> item.key() == KEY.value()).toList();
        if (!left.isEmpty()) {
            throw new AssertionError("The server left " + left);
        }
    }

    /** Returns which attack, and with how many files. */
    String name() {
        return attack.name() + (attack.files() == 0 ? "" : ", with " + attack.files() + " files");
    }

    /** Returns how many answers the honest client got. */
    int answers() {
        return quiet.requests() + attacked.requests();
    }

    /** Returns what is wrong: nothing where all held that {@code docs/security.md} promises. */
    List<String> misses() {
        List<String> misses = new ArrayList<>();
        double most = 2 * quiet.high() + 100;
        if (attacked.high() > most) {
            misses.add(String.format(
                    Locale.ROOT, "99 of 100 answers took up to %.1f ms, more than %.1f", attacked.high(), most));
        }
        if (attacked.failed() + quiet.failed() > 0) {
            misses.add(attacked.failed() + quiet.failed() + " requests failed: " + quiet.error() + attacked.error());
        }
        if (stopSeconds > 6) {
            misses.add(String.format(Locale.ROOT, "TERM took %.1f s", stopSeconds));
        }
        grown(misses, "memory", before.resident, after.resident);
        grown(misses, "threads", before.threads, after.threads);
        grown(misses, "descriptors", before.descriptors, after.descriptors);
        return misses;
    }

    private static void grown(List<String> misses, String what, long first, long last) {
        if (last > first + first / 5) {
            misses.add(what + " grew from " + first + " to " + last);
        }
    }

    static final String HEADER = """
            | attack | files | alone: median, p99 ms | under attack: median, p99, worst ms | answers | failed | attackers' messages | TERM, s | resident, MiB | threads | descriptors |
            |---|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|""";

    String row() {
        return String.format(
                Locale.ROOT,
                "| %s | %s | %.1f, %.1f | %.1f, %.1f, %.1f | %,d | %d | %,d | %.1f | %d → %d | %d → %d | %d → %d |",
                attack.name(),
                attack.files() == 0 ? "default" : String.format(Locale.ROOT, "%,d", attack.files()),
                quiet.median(),
                quiet.high(),
                attacked.median(),
                attacked.high(),
                attacked.worst(),
                attacked.requests(),
                attacked.failed(),
                sent,
                stopSeconds,
                before.resident / MEBIBYTE,
                after.resident / MEBIBYTE,
                before.threads,
                after.threads,
                before.descriptors,
                after.descriptors);
    }

    @Override
    public void close() {
        attackers.forEach(ChildProcess::close);
        honest.close();
        server.close();
        namespace.close();
        try (RandomAccessFile _ = unreadLog;
                MemoryGroup _ = group) {
            Served.remove(folder);
        } catch (IOException impossible) {
            throw new AssertionError("Nothing is written here", impossible);
        }
    }
}
