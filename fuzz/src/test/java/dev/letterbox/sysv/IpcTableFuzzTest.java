package dev.letterbox.sysv;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.letterbox.fuzz.Check;
import dev.letterbox.sysv.linux.Linux;

/** Lines of /proc/sysvipc/msg, whose numbers are what users made them. */
final class IpcTableFuzzTest {
    @FuzzTest
    void everyLineThatTheKernelWritesIsRead(int key, int number, int mode, long bytes, int pid, int uid, long time) {
        int id = number & Integer.MAX_VALUE;
        long count = Math.abs(bytes >> 1);
        long when = Math.abs(time % 100_000_000_000L);
        // As in the kernel's ipc/msg.c.
        QueueStatus read = MessageQueues.parse(
                Linux.host(),
                "%10d %10d  %4o  %10d %10d %5d %5d %5d %5d %5d %5d %10d %10d %10d"
                        .formatted(
                                key,
                                id,
                                mode & 0_7777,
                                count,
                                count,
                                pid & 0x3f_ffff,
                                pid & 0x3f_ffff,
                                Integer.toUnsignedLong(uid),
                                7,
                                Integer.toUnsignedLong(uid),
                                8,
                                when,
                                when,
                                when));
        Check.that(read.id() == id && read.ownerUid() == uid && read.creatorUid() == uid, "whose it is");
        Check.that(read.mode().equals(Mode.of(mode & 0_777)) && read.bytes() == count, "what it is");
        Check.that(read.lastSender() == (pid & 0x3f_ffff), "who used it");
        Check.that(read.changed().getEpochSecond() == when, "when");
    }
}
