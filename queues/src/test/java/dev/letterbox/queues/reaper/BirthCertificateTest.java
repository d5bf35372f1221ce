package dev.letterbox.queues.reaper;

import static org.assertj.core.api.Assertions.assertThat;

import dev.letterbox.sysv.Key;
import dev.letterbox.sysv.Message;
import dev.letterbox.sysv.MessageBuffer;
import dev.letterbox.sysv.Mode;
import dev.letterbox.sysv.OwnedQueue;
import dev.letterbox.testkit.Command;
import dev.letterbox.testkit.JavaProcess;
import dev.letterbox.testkit.Privileges;
import dev.letterbox.testkit.RandomCases;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Test;

final class BirthCertificateTest {
    private static final BirthCertificate CERTIFICATE = new BirthCertificate(
            new ProcessMark(4711, 123_456_789, 0xf000_0001, 0xf000_0002, new UUID(0x1122334455667788L, -2)),
            Key.of(0x1aaaaaa1),
            Optional.of(new BirthCertificate.Token(32_769, 1_800_000_000)));

    @Test
    void whatIsWrittenIsReadAgain() {
        RandomCases.check(1_000, random -> {
            int token = RandomCases.integer(random, -1, Integer.MAX_VALUE);
            int key = random.nextInt();
            BirthCertificate certificate = new BirthCertificate(
                    new ProcessMark(
                            RandomCases.integer(random, 1, Integer.MAX_VALUE),
                            RandomCases.any(random),
                            random.nextInt(),
                            random.nextInt(),
                            new UUID(random.nextLong(), random.nextLong())),
                    Key.of(key == 0 ? 1 : key),
                    token < 0
                            ? Optional.empty()
                            : Optional.of(new BirthCertificate.Token(token, RandomCases.any(random))));
            MessageBuffer message = MessageBuffer.fixed(BirthCertificate.BYTES);
            certificate.encode(message);
            assertThat(BirthCertificate.decode(message)).contains(certificate);
        });
    }

    @Test
    void everyFieldIsWhereTheProtocolHasIt() {
        MessageBuffer message = MessageBuffer.fixed(BirthCertificate.BYTES);
        CERTIFICATE.encode(message);
        ByteBuffer bytes = ByteBuffer.wrap(message.toByteArray()).order(ByteOrder.nativeOrder());
        assertThat(message.type()).isEqualTo(Long.MAX_VALUE);
        assertThat(bytes.capacity()).isEqualTo(64);
        assertThat(new String(bytes.array(), 0, 8, StandardCharsets.US_ASCII)).isEqualTo("LBXBIRTH");
        assertThat(bytes.getInt(8)).isEqualTo(1);
        assertThat(bytes.getInt(12)).isEqualTo(4711);
        assertThat(bytes.getLong(16)).isEqualTo(123_456_789);
        assertThat(bytes.getInt(24)).isEqualTo(0xf000_0001);
        assertThat(bytes.getInt(28)).isEqualTo(0xf000_0002);
        assertThat(bytes.getLong(32)).isEqualTo(0x1122334455667788L);
        assertThat(bytes.getLong(40)).isEqualTo(-2);
        assertThat(bytes.getInt(48)).isEqualTo(32_769);
        assertThat(bytes.getInt(52)).isEqualTo(0x1aaaaaa1);
        assertThat(bytes.getLong(56)).isEqualTo(1_800_000_000);
    }

    @Test
    void whatHasOneByteWrongIsNone() {
        MessageBuffer whole = MessageBuffer.fixed(BirthCertificate.BYTES);
        CERTIFICATE.encode(whole);
        for (int place = 0; place < 12; place++) {
            byte[] bytes = whole.toByteArray();
            bytes[place]++;
            assertThat(BirthCertificate.decode(MessageBuffer.allocate().put(BirthCertificate.TYPE, bytes)))
                    .as("byte %d", place)
                    .isEmpty();
        }
        assertThat(BirthCertificate.decode(MessageBuffer.allocate().put(1, whole.toByteArray())))
                .isEmpty();
        assertThat(BirthCertificate.decode(whole.size(BirthCertificate.BYTES - 1)))
                .isEmpty();
    }

    /** Such a program cannot send a type beyond 31 bits. */
    @Test
    void aProgramOf32BitsHasACertificateOfTheHighestTypeThatItCanSend() {
        MessageBuffer whole = MessageBuffer.fixed(BirthCertificate.BYTES);
        CERTIFICATE.encode(whole);
        assertThat(BirthCertificate.decode(MessageBuffer.allocate().put(0x7fff_ffff, whole.toByteArray())))
                .contains(CERTIFICATE);
        for (long type : new long[] {0x7fff_fffe, 0x8000_0000L, Long.MAX_VALUE - 1}) {
            assertThat(BirthCertificate.decode(MessageBuffer.allocate().put(type, whole.toByteArray())))
                    .isEmpty();
        }
    }

    @Test
    void itIsReadWithoutBeingTakenAndOnlyAsTheFirstMessage() throws InterruptedException {
        try (OwnedQueue queue = OwnedQueue.createPrivate(Mode.OWNER)) {
            assertThat(BirthCertificate.read(queue.id())).isEmpty();
            MessageBuffer message = MessageBuffer.fixed(BirthCertificate.BYTES);
            CERTIFICATE.encode(message);
            queue.send(message);
            assertThat(BirthCertificate.read(queue.id())).contains(CERTIFICATE);
            assertThat(BirthCertificate.read(queue.id())).contains(CERTIFICATE);
            queue.receive(dev.letterbox.sysv.Selector.any());
            queue.send(new Message(1, new byte[8192]));
            queue.send(message);
            assertThat(BirthCertificate.read(queue.id())).isEmpty();
        }
    }

    /** In C, main may call pthread_exit while other threads wait for messages. */
    @Test
    void aProcessWhoseFirstThreadHasEndedIsNotOverWhileOthersRun() {
        assertThat(stat('Z', 2).isOver()).isFalse();
        assertThat(stat('Z', 1).isOver()).isTrue();
        assertThat(stat('X', 1).isOver()).isTrue();
        assertThat(stat('X', 0).isOver()).isTrue();
        assertThat(stat('S', 1).isOver()).isFalse();
    }

    private static ProcessMark.Stat stat(char state, int threads) {
        return ProcessMark.Stat.parse("4711 (a Z) 1 (b) " + state
                + " 1 4711 4711 0 -1 4194304 7 8 9 10 11 12 13 14 20 0 " + threads + " 0 123456 17 18");
    }

    @Test
    void aNumberAndTheTimeThatItBeganAreRead() {
        assertThat(stat('S', 1)).isEqualTo(new ProcessMark.Stat(4711, false, 123_456));
    }

    /** As in a container that is given the host's /proc: by its numbers, another process would be judged. */
    @Test
    void whereProcShowsOtherProcessesThanThisOnesNothingIsCertain() {
        Privileges.assumeRoot();
        List<String> words = new ArrayList<>(List.of("unshare", "--pid", "--fork"));
        words.addAll(JavaProcess.running(Itself.class)
                // Another JVM may be process 1 of its namespace too, and both would keep their counters in one file.
                .options("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-XX:-UsePerfData")
                .command()
                .words());
        assertThat(Command.of(words).run().expect(0).text()).isEqualTo("UNKNOWN");
    }

    /** Prints what it believes has become of it. */
    static final class Itself {
        private Itself() {}

        public static void main(String[] none) {
            System.out.print(ProcessMark.current().orElseThrow().fate());
        }
    }

    @Test
    void thisProcessIsMarkedAsTheKernelKnowsIt() {
        ProcessMark self = ProcessMark.current().orElseThrow();
        assertThat(self.pid()).isEqualTo((int) ProcessHandle.current().pid());
        assertThat(self.fate()).isEqualTo(ProcessMark.Fate.RUNS);
        assertThat(new ProcessMark(self.pid(), self.began() + 1, self.pidNamespace(), self.timeNamespace(), self.boot())
                        .fate())
                .as("another one that had the number before")
                .isEqualTo(ProcessMark.Fate.ENDED);
        assertThat(new ProcessMark(self.pid(), self.began(), self.pidNamespace() + 1, self.timeNamespace(), self.boot())
                        .fate())
                .as("in another pid namespace")
                .isEqualTo(ProcessMark.Fate.UNKNOWN);
        assertThat(new ProcessMark(self.pid(), self.began() + 1, self.pidNamespace(), 1, self.boot()).fate())
                .as("counted in another time namespace")
                .isEqualTo(ProcessMark.Fate.UNKNOWN);
        assertThat(new ProcessMark(self.pid(), self.began(), self.pidNamespace(), self.timeNamespace(), new UUID(1, 2))
                        .fate())
                .as("before the machine was booted")
                .isEqualTo(ProcessMark.Fate.UNKNOWN);
        assertThat(new ProcessMark(Integer.MAX_VALUE, 1, self.pidNamespace(), self.timeNamespace(), self.boot()).fate())
                .isEqualTo(ProcessMark.Fate.ENDED);
    }
}
