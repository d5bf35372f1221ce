package dev.letterbox.cli.queues;

import static org.assertj.core.api.Assertions.assertThat;

import dev.letterbox.cli.IdleClient;
import dev.letterbox.cli.Letterbox;
import dev.letterbox.cli.Operator;
import dev.letterbox.cli.RunningServer;
import dev.letterbox.cli.Schemas;
import dev.letterbox.cli.command.KeyOption;
import dev.letterbox.queues.reaper.BirthCertificate;
import dev.letterbox.queues.reaper.ProcessMark;
import dev.letterbox.sysv.Key;
import dev.letterbox.sysv.Mode;
import dev.letterbox.sysv.linux.Linux;
import dev.letterbox.testkit.Await;
import dev.letterbox.testkit.ChildProcess;
import dev.letterbox.testkit.Command;
import dev.letterbox.testkit.Finished;
import dev.letterbox.testkit.IpcNamespace;
import dev.letterbox.testkit.IpcTable;
import dev.letterbox.testkit.JavaProcess;
import dev.letterbox.testkit.Peers;
import dev.letterbox.testkit.Privileges;
import dev.letterbox.testkit.Syscall;
import dev.letterbox.testkit.TempFiles;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.TreeSet;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** Which queues an operator removes with reap, and which never: with real processes that were really killed. */
final class ReapIT {
    private static final Key KEY = Key.parse(KeyOption.DEFAULT);

    /** Users of whom no process runs but those that a test starts. */
    private static final int DEAD_USER = 61_001;

    private static final int LIVING_USER = 61_002;

    /** Nobody has this number: it is above what the kernel gives out. */
    private static final int NOBODYS_PID = 5_000_000;

    private static final Duration LONG = Duration.ofMinutes(3);

    private final List<ChildProcess> started = new ArrayList<>();
    private IpcNamespace namespace;
    private Operator letterbox;

    @TempDir
    private Path folder;

    @BeforeEach
    void makeNamespace() {
        namespace = IpcNamespace.with(Map.of());
        letterbox = new Operator(namespace);
    }

    @AfterEach
    void endAll() {
        started.forEach(ChildProcess::close);
        namespace.close();
    }

    private ChildProcess start(Command command) {
        ChildProcess process = command.in(namespace).start();
        started.add(process);
        return process;
    }

    private ChildProcess serve(String... options) {
        TempFiles.file(folder, "big", 100_000);
        ChildProcess server = start(Letterbox.program(RunningServer.arguments(folder, KEY, options)));
        server.awaitLine("^Serving");
        return server;
    }

    private ChildProcess letterboxClient() {
        ChildProcess client = start(
                JavaProcess.running(IdleClient.class).command(KEY.toString()).openInput());
        client.awaitLine("connected");
        return client;
    }

    /** A client in C, which prints its queue. */
    private ChildProcess alive(String... options) {
        return start(Command.of(Peers.program("alive"), options).openInput());
    }

    private static int queueOf(ChildProcess alive) {
        return Integer.parseInt(alive.awaitLine("queue (\\d+) token").group(1));
    }

    private JsonNode reap(int status, String... options) {
        List<String> words = new ArrayList<>(List.of("reap", "--json"));
        words.addAll(List.of(options));
        return Schemas.checked(
                "reap",
                letterbox.run(words.toArray(String[]::new)).expect(status).text());
    }

    private static List<Integer> ids(JsonNode report, String fate) {
        return StreamSupport.stream(report.get("queues").spliterator(), false)
                .filter(queue -> queue.get("fate").asString().equals(fate))
                .map(queue -> queue.get("id").asInt())
                .sorted()
                .toList();
    }

    private static JsonNode queue(JsonNode report, int id) {
        return StreamSupport.stream(report.get("queues").spliterator(), false)
                .filter(queue -> queue.get("id").asInt() == id)
                .findFirst()
                .orElseThrow();
    }

    private List<Integer> table() {
        return namespace.table().queues().stream()
                .map(IpcTable.Queue::id)
                .sorted()
                .toList();
    }

    private int queueOfProcess(long pid) {
        JsonNode found = Schemas.checked(
                "queues", letterbox.run("queues", "--json").expect(0).text());
        return StreamSupport.stream(found.get("queues").spliterator(), false)
                .filter(queue -> queue.get("client").isObject()
                        && queue.get("client").get("pid").asLong() == pid)
                .findFirst()
                .orElseThrow()
                .get("id")
                .asInt();
    }

    private static void kill(ChildProcess process) {
        process.kill();
        process.exit();
    }

    @Test
    void onlyQueuesOfKilledClientsAreReportedAndThenRemovedOnRequest() {
        ChildProcess server = serve();
        ChildProcess killedJvm = letterboxClient();
        ChildProcess killedC = alive();
        ChildProcess idleJvm = letterboxClient();
        ChildProcess stopped = alive();
        ChildProcess parent = alive("-f");
        NavigableSet<Integer> dead = new TreeSet<>(List.of(queueOfProcess(killedJvm.pid()), queueOf(killedC)));
        int idle = queueOfProcess(idleJvm.pid());
        NavigableSet<Integer> spared = new TreeSet<>(List.of(
                idle,
                queueOf(stopped),
                queueOf(parent),
                letterbox.ipcmk(),
                letterbox.ipcmk("--mode", "0600"),
                letterbox.create("-k", "0x4711"),
                letterbox.createAbandoned()));
        letterbox
                .peer("send", "" + spared.last(), "1", "-s", "of a program that has ended")
                .expect(0);
        stopped.signal("STOP");
        kill(server);
        kill(killedJvm);
        kill(killedC);
        // Its forked child lives, and may go on in its place.
        parent.signal("KILL");
        List<Integer> before = table();
        List<IpcTable.Queue> states = namespace.table().queues();

        JsonNode dry = reap(1);

        assertThat(ids(dry, "condemned")).containsExactlyElementsOf(dead);
        assertThat(dry.get("condemned").asInt()).isEqualTo(2);
        JsonNode one = queue(dry, dead.first());
        assertThat(one.get("verdict").asString()).isEqualTo("dead");
        assertThat(one.get("server").asString()).isEqualTo(KEY.toString());
        assertThat(one.get("evidence").asString())
                .contains("its life token, segment", "is gone, and process", "has exited");
        assertThat(queue(dry, idle).get("verdict").asString()).isEqualTo("alive");
        assertThat(table()).as("a dry run removes nothing").isEqualTo(before);

        kindsAndCertaintyAreListed(dead, spared);
        assertThat(namespace.table().queues())
                .as("nobody sees that the queues were read")
                .isEqualTo(states);

        Finished refused = letterbox
                .command("reap", "--remove")
                .onTerminal(80)
                .input("n\n")
                .run(LONG)
                .expect(1);
        assertThat(refused.text()).contains("Remove 2 queues with", "[y/N]", "Nothing removed.");
        assertThat(refused.lines())
                .allSatisfy(line -> assertThat(
                                line.replaceAll("\u001b\\[[0-9;]*m", "").length())
                        .isLessThanOrEqualTo(80));
        assertThat(table()).isEqualTo(before);

        Finished done = letterbox.run("reap", "--remove", "--yes").expect(0);
        assertThat(done.lines())
                .contains("Removed queue " + dead.first() + ".", "Removed queue " + dead.last() + ".")
                .anyMatch(line -> line.startsWith("dead     condemned"));
        assertThat(table())
                .isEqualTo(before.stream().filter(id -> !dead.contains(id)).toList())
                .containsAll(spared);
        assertThat(letterbox.run("reap").expect(0).text()).startsWith("No orphans.\n");
        stopped.signal("CONT");
    }

    private void kindsAndCertaintyAreListed(NavigableSet<Integer> dead, NavigableSet<Integer> spared) {
        JsonNode listed = Schemas.checked(
                "queues", letterbox.run("queues", "--json").expect(0).text());
        for (int id : dead) {
            JsonNode queue = queue(listed, id);
            assertThat(queue.get("kind").asString()).isEqualTo("orphan");
            assertThat(queue.get("client").get("server").asString()).isEqualTo(KEY.toString());
            assertThat(queue.get("client").get("verdict").asString()).isEqualTo("dead");
            assertThat(queue.get("orphan").asBoolean()).isTrue();
            assertThat(queue.get("certain").asBoolean()).isTrue();
        }
        JsonNode living = queue(listed, spared.first());
        assertThat(living.get("kind").asString()).isEqualTo("client");
        assertThat(living.get("orphan").asBoolean())
                .as("who received may be a thread that is gone; the certificate knows better")
                .isFalse();
        assertThat(living.get("certain").asBoolean()).isTrue();
        JsonNode guessed = queue(listed, spared.last());
        assertThat(guessed.get("kind").asString()).isEqualTo("private");
        assertThat(guessed.get("client").isNull()).isTrue();
        assertThat(guessed.get("orphan").asBoolean()).isTrue();
        assertThat(guessed.get("certain").asBoolean()).isFalse();
        String found = letterbox.run("doctor").expect(1).text();
        assertThat(found)
                .contains("2 private queues belong to Letterbox clients that have exited, and no server is running")
                .contains("-> letterbox reap; then letterbox reap --remove");
        assertThat(letterbox
                        .run("queues", "--orphans", "--private", "--no-header", "--columns", "id")
                        .expect(0)
                        .lines())
                .as("two that are certain, and one guess")
                .extracting(line -> Integer.valueOf(line.strip()))
                .containsExactly(dead.first(), dead.last(), spared.last());
        Finished wide = letterbox.command("queues").onTerminal(200).run().expect(0);
        assertThat(wide.text()).contains("SERVER").containsPattern("orphan.* +" + KEY);
    }

    @Test
    void classicQueuesAreRemovedOnlyByTheRuleAndNeverIfThereIsASignOfLife() {
        Privileges.assumeRoot();
        // It must not end their answers while this goes on: whatever changes a queue speaks for life.
        serve("--access", "all", "--stall-timeout", "1h");
        int killed = killedClassic("2");
        int killedUnread = killedClassic("0");
        int moving = killedClassic("2");
        int slept = killedClassic("2");
        letterbox.peer("drain", "" + slept).expect(0);
        // The living ones wait for a server that never answers.
        letterbox.create("-k", "0x77", "-m", "666");
        ChildProcess waiting = classic(LIVING_USER, "-q", "-k", "0x77", "big");
        int waitingQueue = Integer.parseInt(waiting.awaitErrLine("queue (\\d+)").group(1));
        waiting.proc().awaitAsleepIn(Syscall.MSGRCV);
        // Of the queue's user no process is left: the sleep alone speaks.
        ChildProcess sleeper = start(Command.of(Peers.program("queue"), "receive", "" + slept, "7"));
        sleeper.proc().awaitAsleepIn(Syscall.MSGRCV);
        awaitIdle(killed, killedUnread, moving, waitingQueue, slept);
        List<Integer> before = table();

        JsonNode seen = reap(0);
        assertThat(queue(seen, killed).get("verdict").asString()).isEqualTo("abandoned");
        assertThat(queue(seen, killed).get("evidence").asString())
                .contains("its last reader, process ", "has exited")
                .endsWith("no process of " + DEAD_USER + " has been running since its last use");
        assertThat(queue(seen, killed).get("fate").asString()).isEqualTo("left");
        assertThat(queue(seen, killedUnread).get("verdict").asString()).isEqualTo("abandoned");
        assertThat(queue(seen, waitingQueue).get("verdict").asString()).isEqualTo("alive");
        assertThat(queue(seen, waitingQueue).get("evidence").asString())
                .isEqualTo("process %d (compact-client) sleeps in it".formatted(waiting.pid()));
        assertThat(queue(seen, slept).get("verdict").asString()).isEqualTo("alive");
        letterbox.run("reap", "--remove", "--yes").expect(0);
        assertThat(table()).as("no rule, no removal").isEqualTo(before);

        // Stopped, it sleeps in no call; that its user has a process speaks for it.
        waiting.signal("STOP");
        try (ChildProcess reaping = letterbox
                .command("reap", "--classic", "--older-than", "2s", "--remove", "--yes")
                .onTerminal(100)
                .start()) {
            reaping.awaitLine("2 suspects; checking again in 5 s");
            letterbox.peer("receive", "" + moving, "0").expect(0);
            Finished reaped = reaping.exit(LONG).expect(1);
            assertThat(reaped.text())
                    .contains("Removed queue " + killed + ".")
                    .containsPattern("suspected +" + moving + " ")
                    .contains("Suspected clients were found dead by one check only: run reap again.");
        }
        List<Integer> left = new ArrayList<>(before);
        left.remove((Object) killed);
        assertThat(table()).isEqualTo(left);

        JsonNode unused = reap(1, "--classic", "--older-than", "1s", "--unused");
        assertThat(ids(unused, "condemned")).contains(killedUnread).doesNotContain(waitingQueue, slept);
        assertThat(queue(unused, waitingQueue).get("evidence").asString()).contains("process " + waiting.pid());
        waiting.signal("CONT");
        waiting.proc().awaitAsleepIn(Syscall.MSGRCV);
    }

    /** Some process of root is always there. */
    @Test
    void rootsQueuesAreNeverCondemned() {
        Privileges.assumeRoot();
        int queue = letterbox.createAbandoned();
        awaitIdle(queue);
        assertThat(letterbox
                        .run("reap", "--classic", "--older-than", "1s")
                        .expect(0)
                        .text())
                .contains("1 queue is kept only because a process of its creator is running, as root's always is.")
                .contains("letterbox rm ID.");
        assertThat(letterbox
                        .run("reap", "--classic", "--older-than", "1h")
                        .expect(0)
                        .text())
                .doesNotContain("only because a process of its creator");
        letterbox.run("rm", "--orphans", "--private", "--yes").expect(0);
        assertThat(namespace.table().queues()).isEmpty();
    }

    /** Returns the queue of a classic client that was killed after it had received so many messages. */
    private int killedClassic(String messages) {
        ChildProcess client = classic(DEAD_USER, "-m", "622", "-q", "-K", messages, "big");
        int queue = Integer.parseInt(client.awaitErrLine("queue (\\d+)").group(1));
        client.exit().expect(137);
        return queue;
    }

    private ChildProcess classic(int user, String... arguments) {
        return start(
                Command.of(Peers.programForAll("compact-client"), arguments).asUser(user));
    }

    /** A server notices no end of a classic client, and fills its queue first. */
    private void awaitIdle(int... queues) {
        for (int queue : queues) {
            Await.until("queue %d was not used for two seconds".formatted(queue), LONG, () -> {
                long last = letterbox.peer("stat", "" + queue).expect(0).lines().stream()
                        .filter(line -> line.matches("[src]time .*"))
                        .mapToLong(line -> Long.parseLong(line.substring(6)))
                        .max()
                        .orElseThrow();
                return System.currentTimeMillis() / 1_000 - last >= 3;
            });
        }
    }

    @Test
    void heldQueuesAreExplainedAndRemovedOnlyWithHeld() {
        ProcessMark self = ProcessMark.current().orElseThrow();
        // Out of sight: the token alone says that they are dead.
        ProcessMark elsewhere = new ProcessMark(1, 1, self.pidNamespace() + 1, self.timeNamespace(), self.boot());
        for (int count = 0; count < 11; count++) {
            clientOf(elsewhere);
        }
        Finished held = letterbox.run("reap", "--remove", "--yes").expect(1);
        assertThat(held.text())
                .contains("11 queues are held: a single sign says that most clients of one user died at once")
                .contains("letterbox reap --held --remove");
        assertThat(table()).hasSize(11);
        JsonNode report = reap(0, "--held", "--remove", "--yes");
        assertThat(ids(report, "removed")).hasSize(11);
        assertThat(report.get("removed").asInt()).isEqualTo(11);
        assertThat(table()).isEmpty();
    }

    @Test
    void rootReapsForAllUsersOrOneAndOtherUsersForThemselves() {
        Privileges.assumeRoot();
        ProcessMark self = ProcessMark.current().orElseThrow();
        ProcessMark ended = new ProcessMark(NOBODYS_PID, 1, self.pidNamespace(), self.timeNamespace(), self.boot());
        int ofRoot = clientOf(ended);
        int given = clientOf(ended);
        letterbox
                .peer("set", "" + given, "" + Privileges.NOBODY, "" + Privileges.NOBODY, "600")
                .expect(0);
        int madeByNobody = Integer.parseInt(Command.of(Peers.programForAll("queue"), "create")
                .asUser(Privileges.NOBODY)
                .in(namespace)
                .run()
                .expect(0)
                .text()
                .strip());
        sign(madeByNobody, ended);

        assertThat(ids(reap(1), "condemned")).containsExactly(ofRoot, given, madeByNobody);
        JsonNode one = Schemas.checked(
                "reap",
                letterbox
                        .command("reap", "--owner", "" + Privileges.NOBODY, "--remove", "--yes", "--json")
                        .withoutCapability("sys_admin")
                        .run(LONG)
                        .expect(1)
                        .text());
        assertThat(ids(one, "removed")).as("who made it may remove it").containsExactly(given);
        assertThat(ids(one, "refused")).containsExactly(madeByNobody);
        assertThat(queue(one, madeByNobody).get("verdict").asString()).isEqualTo("dead");
        assertThat(queue(one, madeByNobody).get("evidence").asString()).contains("EPERM");
        Finished own =
                letterbox.commandOfNobody("reap", "--remove", "--yes").run(LONG).expect(0);
        assertThat(own.text())
                .contains("Removed queue " + madeByNobody + ".")
                .contains("1 private queue belongs to other users; only root can examine them.");
        assertThat(table()).containsExactly(ofRoot);
        assertThat(reap(0, "--owner", "" + Privileges.NOBODY).get("queues").isEmpty())
                .isTrue();
        assertThat(ids(reap(0, "--owner", "root", "--remove", "--yes"), "removed"))
                .containsExactly(ofRoot);
    }

    /** Of a server that was killed and its queue removed by hand, and of a client that was killed while it started. */
    @Test
    void findsAndRemovesWhatKilledProcessesLeftBesideQueues() {
        ChildProcess server = serve();
        ChildProcess client = start(JavaProcess.running(HalfMadeSegment.class).command());
        int segment = Integer.parseInt(client.awaitLine("segment (\\d+)").group(1));
        assertThat(reap(0).get("leftovers").isEmpty()).as("they run").isTrue();
        server.kill();
        server.exit();
        client.kill();
        client.exit();
        assertThat(letterbox.run("rm", KEY.toString(), "--yes").expect(0).text())
                .endsWith(
                        "The server's lock and bell stay, for the next server on that key; letterbox reap --remove removes them.\n");

        JsonNode dry = reap(1);
        assertThat(leftovers(dry)).containsExactly("lock condemned", "bell condemned", "segment condemned");
        assertThat(dry.get("leftovers").get(0).get("key").asString()).isEqualTo(KEY.toString());
        assertThat(dry.get("leftovers").get(2).get("id").asInt()).isEqualTo(segment);
        assertThat(letterbox.run("doctor", "--json").text())
                .contains("left 1 bell, 1 lock, 1 segment, which nothing uses");
        assertThat(letterbox.run("reap").expect(1).text()).contains("To remove 1 bell, 1 lock, 1 segment: --remove.");
        assertThat(letterbox.commandOfNobody("reap").run(LONG).expect(0).text())
                .as("of another user")
                .contains("No orphans.");
        assertThat(leftovers(reap(0, "--remove", "--yes")))
                .containsExactly("lock removed", "bell removed", "segment removed");
        assertThat(namespace.table().items()).isEmpty();
    }

    private static List<String> leftovers(JsonNode report) {
        return StreamSupport.stream(report.get("leftovers").spliterator(), false)
                .map(left ->
                        left.get("kind").asString() + " " + left.get("fate").asString())
                .toList();
    }

    /** Creates a segment as a client begins with its life token, and goes no further. */
    static final class HalfMadeSegment {
        public static void main(String[] none) throws InterruptedException {
            System.out.println("segment " + Linux.host().shmget(Linux.IPC_PRIVATE, 1, Mode.INCOMPLETE.bits()));
            Thread.sleep(Long.MAX_VALUE);
        }
    }

    /** Makes a queue with the certificate of a client whose token is gone. */
    private int clientOf(ProcessMark process) {
        int queue = letterbox.create();
        sign(queue, process);
        return queue;
    }

    private void sign(int queue, ProcessMark process) {
        byte[] certificate = ByteBuffer.allocate(BirthCertificate.BYTES)
                .order(ByteOrder.nativeOrder())
                .put("LBXBIRTH".getBytes(java.nio.charset.StandardCharsets.US_ASCII))
                .putInt(1)
                .putInt(process.pid())
                .putLong(process.began())
                .putInt(process.pidNamespace())
                .putInt(process.timeNamespace())
                .putLong(process.boot().getMostSignificantBits())
                .putLong(process.boot().getLeastSignificantBits())
                .putInt(4_711)
                .putInt(KEY.value())
                .putLong(1)
                .array();
        letterbox
                .peer(
                        "send",
                        "" + queue,
                        "" + BirthCertificate.TYPE,
                        "-x",
                        HexFormat.of().formatHex(certificate))
                .expect(0);
    }
}
