package dev.letterbox.cli.host;

import static org.assertj.core.api.Assertions.assertThat;

import dev.letterbox.cli.Operator;
import dev.letterbox.cli.host.ClassicCoroner.Opinion;
import dev.letterbox.cli.host.ClassicCoroner.Sign;
import dev.letterbox.cli.host.ListedQueue.Account;
import dev.letterbox.cli.host.Processes.State;
import dev.letterbox.cli.host.Processes.User;
import dev.letterbox.sysv.Mode;
import dev.letterbox.sysv.QueueStatus;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What speaks for the life of a classic client, on a /proc of its own making; and the command line of reap. */
class ReapTest {
    private static final int USER = 33;
    private static final int QUEUE = 7;
    private static final Instant BOOT = Instant.ofEpochSecond(1_000_000);
    private static final Instant USED = BOOT.plusSeconds(100);
    private static final Optional<User> GONE =
            Optional.of(new User(70, OptionalInt.of(70), Optional.empty(), State.GONE));
    private static final Optional<User> LIVING =
            Optional.of(new User(71, OptionalInt.of(71), Optional.of("client"), State.ALIVE));
    private static final Optional<User> HIDDEN =
            Optional.of(new User(0, OptionalInt.empty(), Optional.empty(), State.UNKNOWN));

    /** What the kernel says of a thread asleep in msgrcv on the queue, and in pause. */
    private static final String ASLEEP = (System.getProperty("os.arch").equals("amd64") ? "70" : "188")
            + " 0x7 0x5570 0x2000 0x0 0x0 0x0 0x7ffd 0x7f53\n";

    private static final String PAUSED = "34 0x7 0x0 0x0 0x0 0x0 0x0 0x7ffd 0x7f53\n";

    private int mode = 0_620;

    @TempDir
    private Path proc;

    @BeforeEach
    void boot() throws IOException {
        Files.writeString(proc.resolve("stat"), "btime 1000000\n");
        link("self", "pid", "pid:[4026531836]");
        link("self", "ipc", "ipc:[1]");
        process(1, 0, 0);
    }

    private void link(String process, String kind, String namespace) throws IOException {
        Path folder = Files.createDirectories(proc.resolve(process + "/ns"));
        Files.deleteIfExists(folder.resolve(kind));
        Files.createSymbolicLink(folder.resolve(kind), Path.of(namespace));
    }

    private Path process(int pid, int user, long startSeconds) throws IOException {
        return process(pid, user, startSeconds, "S", "0");
    }

    private Path process(int pid, int user, long startSeconds, String state, String flags) throws IOException {
        Path folder = Files.createDirectories(proc.resolve(pid + "/task/" + pid));
        link("" + pid, "ipc", "ipc:[1]");
        Files.writeString(proc.resolve(pid + "/status"), "Name:\tx\nUid:\t%d\t%d\t%d\t%d\n".formatted(5, user, 5, 5));
        Files.writeString(
                proc.resolve(pid + "/stat"),
                "%d (x (y) z) %s %s%s %s%d 0\n"
                        .formatted(pid, state, "0 ".repeat(5), flags, "0 ".repeat(12), startSeconds * 100));
        Files.writeString(folder.resolve("syscall"), PAUSED);
        return folder;
    }

    private Opinion examine(Optional<User> sender, Optional<User> receiver, long... servers) {
        Account account = new Account(USER, USER, "www-data", "www-data");
        QueueStatus status = new QueueStatus(
                QUEUE,
                0,
                USER,
                USER,
                USER,
                USER,
                Mode.of(mode),
                1,
                10,
                OptionalLong.of(16_384),
                0,
                0,
                Optional.of(USED),
                Optional.empty(),
                BOOT.plusSeconds(50));
        ListedQueue queue = new ListedQueue(
                status,
                Optional.empty(),
                Optional.empty(),
                account,
                account,
                sender,
                receiver,
                List.of(),
                false,
                false,
                USED.plusSeconds(60));
        Set<Long> known = new java.util.HashSet<>();
        for (long server : servers) {
            known.add(server);
        }
        return new ClassicCoroner(ProcessTable.look(proc), known).examine(queue);
    }

    @Test
    void aQueueWithoutSignsOfLifeIsAbandoned() {
        assertThat(examine(GONE, GONE))
                .isEqualTo(new Opinion(
                        Sign.ABANDONED,
                        "its last reader, process 70, has exited, no process sleeps in it, and no process of www-data has"
                                + " been running since its last use"));
        assertThat(examine(GONE, Optional.empty()).evidence()).startsWith("it has never been read, ");
    }

    @Test
    void aRunningLastUserIsASignOfLife() {
        assertThat(examine(GONE, LIVING))
                .isEqualTo(new Opinion(Sign.ALIVE, "process 71 (client) received from it last and is running"));
        assertThat(examine(LIVING, GONE).sign()).isEqualTo(Sign.ALIVE);
        assertThat(examine(LIVING, GONE, 71).sign())
                .as("that a server sent an answer says nothing of the client")
                .isEqualTo(Sign.ABANDONED);
        assertThat(examine(GONE, HIDDEN).sign()).isEqualTo(Sign.UNKNOWN);
        assertThat(examine(HIDDEN, GONE).sign()).isEqualTo(Sign.UNKNOWN);
    }

    @Test
    void aProcessThatSleepsInItIsASignOfLife() throws IOException {
        Path thread = process(80, 999, 500);
        assertThat(examine(GONE, GONE).sign()).isEqualTo(Sign.ABANDONED);
        Path second = Files.createDirectories(thread.resolveSibling("81"));
        Files.writeString(second.resolve("syscall"), ASLEEP);
        assertThat(examine(GONE, GONE)).isEqualTo(new Opinion(Sign.ALIVE, "process 80 (x (y) z) sleeps in it"));
        Files.writeString(second.resolve("syscall"), ASLEEP.replace("0x7 ", "0x8 "));
        assertThat(examine(GONE, GONE).sign()).as("in another queue").isEqualTo(Sign.ABANDONED);
        Files.delete(second.resolve("syscall"));
        Files.writeString(second.resolve("wchan"), "do_msgrcv");
        assertThat(examine(GONE, GONE))
                .isEqualTo(new Opinion(
                        Sign.UNKNOWN, "process 80 (x (y) z) sleeps in a queue, and the kernel does not show in which"));
    }

    @Test
    void aProcessOfItsCreatorThatWasRunningMayOwnIt() throws IOException {
        process(90, USER, 99);
        assertThat(examine(GONE, GONE))
                .isEqualTo(new Opinion(
                        Sign.UNKNOWN,
                        "it may belong to process 90 (x (y) z), which www-data was running when it was last used",
                        true));
        process(91, USER, 20);
        assertThat(examine(GONE, GONE).evidence()).contains(" or 1 more, ");
    }

    @Test
    void aProcessThatCannotOwnItIsNoSignOfLife() throws IOException {
        process(90, USER, 103);
        assertThat(examine(GONE, GONE).sign()).as("it began later").isEqualTo(Sign.ABANDONED);
        process(90, USER + 1, 20);
        assertThat(examine(GONE, GONE).sign()).as("of another user").isEqualTo(Sign.ABANDONED);
        process(90, USER, 20, "Z", "0");
        assertThat(examine(GONE, GONE).sign()).as("a zombie").isEqualTo(Sign.ABANDONED);
        process(90, USER, 20, "S", "" + 0x0020_8040);
        assertThat(examine(GONE, GONE).sign()).as("a thread of the kernel").isEqualTo(Sign.ABANDONED);
        process(90, USER, 20);
        link("90", "ipc", "ipc:[2]");
        assertThat(examine(GONE, GONE).sign()).as("in another IPC namespace").isEqualTo(Sign.ABANDONED);
        Files.delete(proc.resolve("90/ns/ipc"));
        assertThat(examine(GONE, GONE).sign()).as("nobody knows where").isEqualTo(Sign.UNKNOWN);
    }

    @Test
    void invisibleSignsCountAsLife() throws IOException {
        link("self", "pid", "pid:[4026532000]");
        assertThat(examine(GONE, Optional.empty()).sign()).isEqualTo(Sign.UNKNOWN);
        assertThat(examine(GONE, GONE).sign())
                .as("who received is to be seen from here, and is gone")
                .isEqualTo(Sign.ABANDONED);
        mode = 0_660;
        assertThat(examine(GONE, GONE).sign())
                .as("somebody else may have received from it")
                .isEqualTo(Sign.UNKNOWN);
        link("self", "pid", "pid:[4026531836]");
        assertThat(examine(GONE, GONE).sign()).isEqualTo(Sign.ABANDONED);
        Files.delete(proc.resolve("1/status"));
        assertThat(examine(GONE, Optional.empty()).sign())
                .as("/proc hides processes")
                .isEqualTo(Sign.UNKNOWN);
    }

    @Test
    void theRuleRequiresAnAgeAndAReader() {
        ListedQueue unread = new ListedQueue(
                new QueueStatus(
                        QUEUE,
                        0,
                        0,
                        0,
                        0,
                        0,
                        Mode.OWNER,
                        0,
                        0,
                        OptionalLong.empty(),
                        0,
                        0,
                        Optional.empty(),
                        Optional.empty(),
                        USED),
                Optional.empty(),
                Optional.empty(),
                new Account(0, 0, "root", "root"),
                new Account(0, 0, "root", "root"),
                Optional.empty(),
                Optional.empty(),
                List.of(),
                false,
                false,
                USED.plusSeconds(60));
        assertThat(new OrphanSearch.Rule(Duration.ofSeconds(60), true)).accepts(unread);
        assertThat(new OrphanSearch.Rule(Duration.ofSeconds(61), true)).rejects(unread);
        assertThat(new OrphanSearch.Rule(Duration.ofSeconds(60), false)).rejects(unread);
    }

    @Test
    void wrongOptionsAreRejectedInOneLine() {
        for (String[] wrong : new String[][] {
            {"reap", "5"},
            {"reap", "--classic"},
            {"reap", "--older-than", "1h"},
            {"reap", "--unused"},
            {"reap", "--classic", "--older-than", "soon"},
            {"reap", "--owner", "no-such-user"},
            {"reap", "--json", "--remove"}
        }) {
            assertThat(Operator.refusal(wrong).lines()).hasSize(1);
        }
    }
}
