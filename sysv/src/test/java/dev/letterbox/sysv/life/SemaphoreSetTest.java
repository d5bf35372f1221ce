package dev.letterbox.sysv.life;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.letterbox.sysv.linux.Errno;
import dev.letterbox.sysv.linux.ErrnoException;
import dev.letterbox.sysv.linux.Linux;
import dev.letterbox.testkit.Await;
import dev.letterbox.testkit.ChildProcess;
import dev.letterbox.testkit.Finished;
import dev.letterbox.testkit.JavaProcess;
import dev.letterbox.testkit.Privileges;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class SemaphoreSetTest {
    private static final Linux LINUX = Linux.host();

    /** Not 0, which is private. */
    private final int key = ThreadLocalRandom.current().nextInt(1, Integer.MAX_VALUE);

    @AfterEach
    void remove() throws ErrnoException {
        SemaphoreSet.open(LINUX, key, 1).remove();
    }

    @Test
    void aNewSetIsOursAndItsNumbersAre0() throws ErrnoException {
        SemaphoreSet set = SemaphoreSet.open(LINUX, key, 3);
        assertThat(set.isOurs()).isTrue();
        assertThat(set.get(1)).isZero();
        assertThat(set.get(2)).isZero();
    }

    @Test
    void numbersStayForWhoOpensTheSetNext() throws ErrnoException {
        SemaphoreSet.open(LINUX, key, 3).set(2, SemaphoreSet.MAX_VALUE);
        assertThat(SemaphoreSet.open(LINUX, key, 3).get(2)).isEqualTo(SemaphoreSet.MAX_VALUE);
        assertThat(SemaphoreSet.open(LINUX, key, 3).get(1)).isZero();
    }

    @Test
    void aNumberAboveTheLargestIsRefused() throws ErrnoException {
        SemaphoreSet set = SemaphoreSet.open(LINUX, key, 2);
        assertThatExceptionOfType(ErrnoException.class)
                .isThrownBy(() -> set.set(1, SemaphoreSet.MAX_VALUE + 1))
                .satisfies(failure -> assertThat(failure.errno()).isEqualTo(Errno.ERANGE));
    }

    @Test
    void theLockIsTakenOnceAndNamesItsHolder() throws ErrnoException {
        SemaphoreSet set = SemaphoreSet.open(LINUX, key, 1);
        assertThat(set.tryLock()).isTrue();
        assertThat(set.tryLock()).isFalse();
        assertThat(set.holder()).isEqualTo(ProcessHandle.current().pid());
    }

    @Test
    void theLockDiesWithItsProcessAlsoByKill() throws ErrnoException {
        SemaphoreSet set = SemaphoreSet.open(LINUX, key, 1);
        try (ChildProcess child =
                JavaProcess.running(Locks.class).command(String.valueOf(key)).start()) {
            child.awaitLine("true");
            assertThat(set.tryLock()).isFalse();
            assertThat(set.holder()).isEqualTo(child.pid());
            child.kill();
            Await.until("the lock is free", set::tryLock);
        }
    }

    static final class Locks {
        public static void main(String[] key) throws Exception {
            System.out.println(
                    SemaphoreSet.open(LINUX, Integer.parseInt(key[0]), 1).tryLock());
            Thread.sleep(Long.MAX_VALUE);
        }
    }

    @Test
    void aSetOfAnotherUserIsDenied() throws ErrnoException {
        SemaphoreSet.open(LINUX, key, 1);
        Finished child = JavaProcess.running(Opens.class)
                .readableByAll()
                .command(String.valueOf(key))
                .asUser(Privileges.NOBODY)
                .run();
        assertThat(child.expect(0).text().strip()).isEqualTo("semget: Permission denied (EACCES)");
    }

    static final class Opens {
        public static void main(String[] key) {
            try {
                SemaphoreSet.open(LINUX, Integer.parseInt(key[0]), 1);
                System.out.println("opened");
            } catch (ErrnoException denied) {
                System.out.println(denied.getMessage());
            }
        }
    }

    @Test
    void aSetWithFewerSemaphoresIsRefused() throws ErrnoException {
        SemaphoreSet.open(LINUX, key, 1);
        assertThatExceptionOfType(ErrnoException.class)
                .isThrownBy(() -> SemaphoreSet.open(LINUX, key, 2))
                .satisfies(failure -> assertThat(failure.errno()).isEqualTo(Errno.EINVAL));
    }

    @Test
    void aSetThatWasRemovedIsToldSo() throws ErrnoException {
        SemaphoreSet set = SemaphoreSet.open(LINUX, key, 1);
        set.remove();
        assertThatExceptionOfType(ErrnoException.class)
                .isThrownBy(set::tryLock)
                .satisfies(failure -> assertThat(failure.errno()).isIn(Errno.EINVAL, Errno.EIDRM));
    }

    @Test
    void limitsThatAreTooLowAreNamedAndNoSetStaysBehind() {
        for (String[] each : new String[][] {
            {
                "4 32000 500 128",
                "semmsl, the first number of kernel.sem, allows 4 semaphores in a set, and 8 are needed."
            },
            {"250 32000 1 128", "semopm, the third number of kernel.sem, allows 1 operations at once, and 2 are needed."
            }
        }) {
            Finished child = JavaProcess.running(OpensASet.class)
                    .command(each[0])
                    .inOwnIpcNamespace(Map.of("msgmni", 10))
                    .run()
                    .expect(0);
            assertThat(child.lines()).as(each[0]).hasSize(2);
            assertThat(child.lines().getFirst()).startsWith("E2BIG " + each[1] + " Raise it: ");
            assertThat(child.lines().getLast()).isEqualTo("sets: 0");
        }
    }

    static final class OpensASet {
        public static void main(String[] limits) throws IOException {
            Files.writeString(Path.of("/proc/sys/kernel/sem"), limits[0]);
            try {
                SemaphoreSet.open(Linux.host(), 42, 8);
            } catch (ErrnoException refused) {
                System.out.println(refused.errno() + " " + refused.getMessage());
            }
            try (Stream<String> table = Files.lines(Path.of("/proc/sysvipc/sem"))) {
                System.out.println("sets: " + (table.count() - 1));
            }
        }
    }
}
