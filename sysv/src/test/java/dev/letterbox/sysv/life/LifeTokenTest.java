package dev.letterbox.sysv.life;

import static org.assertj.core.api.Assertions.assertThat;

import dev.letterbox.sysv.life.LifeToken.Sight;
import dev.letterbox.sysv.linux.Errno;
import dev.letterbox.sysv.linux.Linux;
import dev.letterbox.sysv.support.ForwardingLinux;
import dev.letterbox.testkit.Await;
import dev.letterbox.testkit.ChildProcess;
import dev.letterbox.testkit.Finished;
import dev.letterbox.testkit.IpcTable;
import dev.letterbox.testkit.JavaProcess;
import dev.letterbox.testkit.Privileges;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Map;
import java.util.regex.MatchResult;
import org.junit.jupiter.api.Test;

final class LifeTokenTest {
    private static final int ME = (int) Linux.host().geteuid();

    @Test
    void aTokenIsSeenUntilItIsClosedAndThenNothingIsLeft() {
        LifeToken token = LifeToken.issue(ME).orElseThrow();
        assertThat(look(token)).isEqualTo(Sight.HERE);
        token.close();
        token.close();
        assertThat(look(token)).isEqualTo(Sight.GONE);
        assertThat(IpcTable.now().segments()).noneMatch(segment -> segment.id() == token.id());
    }

    @Test
    void aTokenEndsWithItsProcessHoweverThatEnds() {
        for (String signal : List.of("KILL", "TERM")) {
            try (ChildProcess child = JavaProcess.running(Lives.class).command().start()) {
                MatchResult token = child.awaitLine("token (\\d+) (\\d+)");
                int id = Integer.parseInt(token.group(1));
                long created = Long.parseLong(token.group(2));
                assertThat(LifeToken.look(id, ME, created)).isEqualTo(Sight.HERE);
                child.signal(signal);
                Await.until("the token is gone", () -> LifeToken.look(id, ME, created) == Sight.GONE);
            }
        }
    }

    @Test
    void aStoppedProcessLives() {
        try (ChildProcess child = JavaProcess.running(Lives.class).command().start()) {
            MatchResult token = child.awaitLine("token (\\d+) (\\d+)");
            child.signal("STOP");
            assertThat(LifeToken.look(Integer.parseInt(token.group(1)), ME, Long.parseLong(token.group(2))))
                    .isEqualTo(Sight.HERE);
        }
    }

    static final class Lives {
        public static void main(String[] none) throws InterruptedException {
            LifeToken token = LifeToken.issue(ME).orElseThrow();
            // A program that Java starts is another process, and does not keep the token.
            System.out.println("token " + token.id() + " " + token.created());
            Thread.sleep(Long.MAX_VALUE);
        }
    }

    @Test
    void aTokenMadeForAnotherUserIsSeenByThatUser() {
        Privileges.assumeOtherUsers();
        try (LifeToken token = LifeToken.issue(Privileges.NOBODY).orElseThrow()) {
            Finished seen = JavaProcess.running(Looks.class)
                    .readableByAll()
                    .command(String.valueOf(token.id()), String.valueOf(ME), String.valueOf(token.created()))
                    .asUser(Privileges.NOBODY)
                    .run();
            assertThat(seen.expect(0).text()).isEqualToIgnoringNewLines("HERE without SHM_STAT_ANY HERE");
        }
    }

    static final class Looks {
        public static void main(String[] token) {
            int id = Integer.parseInt(token[0]);
            int maker = Integer.parseInt(token[1]);
            long created = Long.parseLong(token[2]);
            System.out.println(LifeToken.look(id, maker, created) + " without SHM_STAT_ANY "
                    + LifeToken.look(new BeforeStatAny(), id, maker, created));
        }
    }

    @Test
    void aTokenOfAnotherCreatorOrTimeIsNotTheOneThatWasMeant() {
        try (LifeToken token = LifeToken.issue(ME).orElseThrow()) {
            for (Linux kernel : List.of(Linux.host(), new BeforeStatAny())) {
                assertThat(LifeToken.look(kernel, token.id(), ME, token.created()))
                        .isEqualTo(Sight.HERE);
                assertThat(LifeToken.look(kernel, token.id(), ME + 1, token.created()))
                        .isEqualTo(Sight.GONE);
                assertThat(LifeToken.look(kernel, token.id(), ME, token.created() + 1))
                        .isEqualTo(Sight.GONE);
            }
        }
    }

    @Test
    void anIdWhosePlaceIsAnotherSegmentsByNowIsGone() {
        LifeToken before = LifeToken.issue(ME).orElseThrow();
        before.close();
        try (LifeToken after = LifeToken.issue(ME).orElseThrow()) {
            assertThat(after.id()).isNotEqualTo(before.id());
            assertThat(look(before)).isEqualTo(Sight.GONE);
        }
    }

    @Test
    void whatTheKernelDoesNotTellIsUnknown() {
        ForwardingLinux secretive = new ForwardingLinux() {
            @Override
            public long shmctl(int id, int command, MemorySegment argument) {
                return Errno.EACCES.asResult();
            }
        };
        assertThat(LifeToken.look(secretive, 5, ME, 0)).isEqualTo(Sight.UNKNOWN);
        assertThat(LifeToken.look(-1, ME, 0)).isEqualTo(Sight.UNKNOWN);
    }

    @Test
    void whereThereCanBeNoTokenNothingIsLeft() {
        Map<String, ForwardingLinux> kernels = Map.of(
                "no segment",
                new ForwardingLinux() {
                    @Override
                    public long shmget(int key, long size, int flags) {
                        return Errno.ENOSPC.asResult();
                    }
                },
                "no address",
                new ForwardingLinux() {
                    @Override
                    public long shmat(int id, int flags) {
                        return Errno.ENOMEM.asResult();
                    }
                },
                "no state",
                new ForwardingLinux() {
                    @Override
                    public long shmctl(int id, int command, MemorySegment argument) {
                        return command == IPC_STAT ? Errno.EACCES.asResult() : super.shmctl(id, command, argument);
                    }
                });
        kernels.forEach((what, kernel) -> {
            List<IpcTable.Segment> before = IpcTable.now().segments();
            assertThat(LifeToken.issue(kernel, ME)).as(what).isEmpty();
            assertThat(IpcTable.now().segments()).as(what).hasSameSizeAs(before);
        });
    }

    private static Sight look(LifeToken token) {
        return LifeToken.look(token.id(), ME, token.created());
    }

    private static final class BeforeStatAny extends ForwardingLinux {
        @Override
        public long shmctl(int id, int command, MemorySegment argument) {
            return command == SHM_STAT_ANY ? Errno.EINVAL.asResult() : super.shmctl(id, command, argument);
        }
    }
}
