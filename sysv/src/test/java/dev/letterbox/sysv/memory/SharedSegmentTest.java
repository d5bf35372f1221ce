package dev.letterbox.sysv.memory;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.letterbox.sysv.Mode;
import dev.letterbox.sysv.linux.Errno;
import dev.letterbox.sysv.linux.KernelError;
import dev.letterbox.sysv.linux.Linux;
import dev.letterbox.sysv.support.ForwardingLinux;
import dev.letterbox.testkit.Await;
import dev.letterbox.testkit.ChildProcess;
import dev.letterbox.testkit.Finished;
import dev.letterbox.testkit.IpcTable;
import dev.letterbox.testkit.JavaProcess;
import dev.letterbox.testkit.Privileges;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class SharedSegmentTest {
    private static final Linux LINUX = Linux.host();
    private static final int ME = (int) LINUX.geteuid();
    private static final long BYTES = 128 * 1024;
    private static final int SHM_HUGETLB = 0_4000;
    private static final int SHM_NORESERVE = 0_10000;

    private static boolean exists(int id) {
        return IpcTable.now().segments().stream().anyMatch(segment -> segment.id() == id);
    }

    @Test
    void whatTheOtherEndWritesIsReadAndNothingElseChanges() {
        try (SharedSegment reader = SharedSegment.create(ME, BYTES).orElseThrow();
                SharedSegment writer =
                        SharedSegment.attach(reader.id(), ME, BYTES).orElseThrow()) {
            assertThat(writer.id()).isEqualTo(reader.id());
            assertThat(writer.changed()).isEqualTo(reader.changed());
            writer.memory().set(JAVA_BYTE, BYTES - 1, (byte) 7);
            assertThat(reader.memory().byteSize()).isEqualTo(BYTES);
            assertThat(reader.memory().get(JAVA_BYTE, BYTES - 1)).isEqualTo((byte) 7);
            assertThat(reader.memory().get(JAVA_BYTE, BYTES - 2)).isZero();
        }
    }

    @Test
    void whoCreatedItCanOnlyRead() {
        try (SharedSegment reader = SharedSegment.create(ME, BYTES).orElseThrow()) {
            assertThat(reader.memory().isReadOnly()).isTrue();
        }
    }

    @Test
    void itIsGoneWhenBothEndsAreClosedInWhateverOrder() {
        for (boolean readerFirst : new boolean[] {true, false}) {
            SharedSegment reader = SharedSegment.create(ME, BYTES).orElseThrow();
            SharedSegment writer = SharedSegment.attach(reader.id(), ME, BYTES).orElseThrow();
            (readerFirst ? reader : writer).close();
            assertThat(exists(reader.id())).isTrue();
            (readerFirst ? writer : reader).close();
            assertThat(exists(reader.id())).isFalse();
            reader.close();
            writer.close();
        }
    }

    @Test
    void memoryCannotBeUsedAfterItWasDetached() {
        SharedSegment segment = SharedSegment.create(ME, BYTES).orElseThrow();
        segment.close();
        assertThatExceptionOfType(IllegalStateException.class)
                .isThrownBy(() -> segment.memory().get(JAVA_BYTE, 0));
    }

    @Test
    void itsPagesAreThereFromTheBeginning() throws IOException {
        try (SharedSegment segment = SharedSegment.create(ME, BYTES).orElseThrow()) {
            assertThat(residentBytes(segment.id())).isEqualTo(BYTES);
        }
    }

    /** From /proc/sysvipc/shm: the kernel counts pages there, in bytes. */
    private static long residentBytes(int id) throws IOException {
        return Files.readAllLines(Path.of("/proc/sysvipc/shm")).stream()
                .skip(1)
                .map(line -> line.strip().split("\\s+", -1))
                .filter(fields -> Integer.parseInt(fields[1]) == id)
                .mapToLong(fields -> Long.parseLong(fields[14]))
                .sum();
    }

    @Test
    void itStaysWhileOneEndLivesWhereTheOtherIsKilled() {
        try (ChildProcess child = JavaProcess.running(Creates.class).command().start()) {
            int id = Integer.parseInt(child.awaitLine("segment (\\d+)").group(1));
            try (SharedSegment writer = SharedSegment.attach(id, ME, BYTES).orElseThrow()) {
                child.signal("KILL");
                Await.until(
                        "the child's end is detached",
                        () -> IpcTable.now().segments().stream()
                                .anyMatch(segment -> segment.id() == id && segment.attached() == 1));
                writer.memory().fill((byte) 1);
            }
            assertThat(exists(id)).isFalse();
        }
    }

    static final class Creates {
        public static void main(String[] none) throws InterruptedException {
            SharedSegment segment = SharedSegment.create(ME, BYTES).orElseThrow();
            System.out.println("segment " + segment.id());
            Thread.sleep(Long.MAX_VALUE);
        }
    }

    @Test
    void anotherUserCanNeitherReadNorWriteIt() {
        Privileges.assumeOtherUsers();
        try (SharedSegment segment = SharedSegment.create(ME, BYTES).orElseThrow()) {
            Finished tried = JavaProcess.running(Tries.class)
                    .readableByAll()
                    .command(String.valueOf(segment.id()), String.valueOf(ME))
                    .asUser(Privileges.NOBODY)
                    .run();
            assertThat(tried.expect(0).text()).isEqualToIgnoringNewLines("EACCES EACCES false");
        }
    }

    static final class Tries {
        public static void main(String[] segment) {
            int id = Integer.parseInt(segment[0]);
            System.out.println(
                    KernelError.of(LINUX.shmat(id, Linux.SHM_RDONLY)) + " " + KernelError.of(LINUX.shmat(id, 0)) + " "
                            + SharedSegment.attach(id, Integer.parseInt(segment[1]), BYTES)
                                    .isPresent());
        }
    }

    @Test
    void onlyTheSegmentThatIsExpectedIsAttached() {
        try (SharedSegment segment = SharedSegment.create(ME, BYTES).orElseThrow()) {
            assertThat(SharedSegment.attach(segment.id(), ME + 1, BYTES))
                    .as("creator")
                    .isEmpty();
            assertThat(SharedSegment.attach(segment.id(), ME, BYTES * 2))
                    .as("length")
                    .isEmpty();
            assertThat(SharedSegment.attach(segment.id() + 1, ME, BYTES))
                    .as("id")
                    .isEmpty();
            assertThat(SharedSegment.attach(-1, ME, BYTES)).as("no id").isEmpty();
            assertThat(attached(segment.id())).isEqualTo(1);
        }
    }

    /** It is found out by its second page whether its pages are ordinary ones. */
    @Test
    void aSegmentOfOnePageIsNotAttached() {
        long page = LINUX.getpagesize();
        try (SharedSegment segment = SharedSegment.create(ME, page).orElseThrow()) {
            assertThat(SharedSegment.attach(segment.id(), ME, page)).isEmpty();
            assertThat(attached(segment.id())).isEqualTo(1);
        }
    }

    private static long attached(int id) {
        return IpcTable.now().segments().stream()
                .filter(segment -> segment.id() == id)
                .findFirst()
                .orElseThrow()
                .attached();
    }

    @Test
    void aSegmentOfAnotherOwnerOrModeOrOneThatStaysIsNotAttached() {
        Privileges.assumeRoot();
        assertThat(attachesOwn(0_600, true)).isTrue();
        assertThat(attachesOwn(0_660, true)).as("mode").isFalse();
        assertThat(attachesOwn(0_600, false)).as("not marked as removed").isFalse();
        try (SharedSegment givenAway =
                SharedSegment.create(Privileges.NOBODY, BYTES).orElseThrow()) {
            assertThat(SharedSegment.attach(givenAway.id(), ME, BYTES))
                    .as("owner")
                    .isEmpty();
        }
    }

    private static boolean attachesOwn(int mode, boolean marked) {
        int id = (int) LINUX.shmget(Linux.IPC_PRIVATE, BYTES, mode);
        long address = LINUX.shmat(id, 0);
        try {
            if (marked) {
                LINUX.shmctl(id, Linux.IPC_RMID, MemorySegment.NULL);
            }
            var found = SharedSegment.attach(id, ME, BYTES);
            found.ifPresent(SharedSegment::close);
            assertThat(attached(id)).isEqualTo(1);
            return found.isPresent();
        } finally {
            LINUX.shmctl(id, Linux.IPC_RMID, MemorySegment.NULL);
            LINUX.shmdt(address);
        }
    }

    @Test
    void aSegmentOfHugePagesIsNotAttached() {
        long bytes = 4 << 20;
        long id = LINUX.shmget(Linux.IPC_PRIVATE, bytes, SHM_HUGETLB | SHM_NORESERVE | 0_600);
        assumeTrue(id >= 0, "This test needs the right to make segments of huge pages");
        long address = LINUX.shmat((int) id, 0);
        LINUX.shmctl((int) id, Linux.IPC_RMID, MemorySegment.NULL);
        assumeTrue(address > 0, "This test needs to attach a segment of huge pages");
        try {
            assertThat(SharedSegment.attach((int) id, ME, bytes)).isEmpty();
            assertThat(attached((int) id)).isEqualTo(1);
        } finally {
            LINUX.shmdt(address);
        }
    }

    @Test
    void whereThereCanBeNoSegmentNothingIsLeft() {
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
            assertThat(SharedSegment.create(kernel, ME, BYTES)).as(what).isEmpty();
            assertThat(IpcTable.now().segments()).as(what).hasSameSizeAs(before);
        });
    }

    @Test
    void anIdThatBecomesAnotherSegmentsBeforeItIsAttachedIsDetachedAgain() {
        try (SharedSegment right = SharedSegment.create(ME, BYTES).orElseThrow();
                SharedSegment other = SharedSegment.create(ME, 2 * BYTES).orElseThrow()) {
            ForwardingLinux racing = new ForwardingLinux() {
                private int looks;

                @Override
                public long shmctl(int id, int command, MemorySegment argument) {
                    return super.shmctl(looks++ == 0 ? right.id() : other.id(), command, argument);
                }

                @Override
                public long shmat(int id, int flags) {
                    return super.shmat(other.id(), flags);
                }
            };
            assertThat(SharedSegment.attach(racing, right.id(), ME, BYTES)).isEmpty();
            assertThat(attached(other.id())).isEqualTo(1);
        }
    }

    /** As a process leaves it that is killed between shmget and IPC_RMID. */
    @Test
    void aSegmentThatAKilledProcessCouldNotMarkIsRemovedAfterAWhile() {
        Linux linux = Linux.host();
        int mine = (int) linux.shmget(Linux.IPC_PRIVATE, 1, Mode.INCOMPLETE.bits());
        int another = (int) linux.shmget(Linux.IPC_PRIVATE, 1, Mode.OWNER.bits());
        int ended;
        try (ChildProcess child = JavaProcess.running(Begins.class).command().start()) {
            ended = Integer.parseInt(child.awaitLine("segment (\\d+)").group(1));
            child.kill();
            child.exit();
        }
        try {
            Duration age = Duration.ofMinutes(1);
            AbandonedSegments early = new AbandonedSegments(age, InstantSource.system());
            assertThat(early.remove()).isZero();
            assertThat(early.hasYounger()).isTrue();
            InstantSource later = InstantSource.offset(InstantSource.system(), age.plusSeconds(5));
            AbandonedSegments due = new AbandonedSegments(age, later);
            assertThat(due.remove()).isEqualTo(1);
            assertThat(due.hasYounger()).isFalse();
            assertThat(IpcTable.now().segments())
                    .extracting(IpcTable.Segment::id)
                    .contains(mine, another)
                    .doesNotContain(ended);
        } finally {
            linux.shmctl(mine, Linux.IPC_RMID, MemorySegment.NULL);
            linux.shmctl(another, Linux.IPC_RMID, MemorySegment.NULL);
        }
    }

    static final class Begins {
        public static void main(String[] none) throws InterruptedException {
            System.out.println("segment " + Linux.host().shmget(Linux.IPC_PRIVATE, 1, Mode.INCOMPLETE.bits()));
            Thread.sleep(Long.MAX_VALUE);
        }
    }
}
