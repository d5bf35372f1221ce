package dev.letterbox.queues;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.letterbox.Access;
import dev.letterbox.engine.ServerStartException;
import dev.letterbox.sysv.Key;
import dev.letterbox.sysv.MessageQueues;
import dev.letterbox.sysv.Mode;
import dev.letterbox.sysv.life.SemaphoreSet;
import dev.letterbox.sysv.life.SemaphoreTable;
import dev.letterbox.sysv.linux.ErrnoException;
import dev.letterbox.sysv.linux.Linux;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What becomes of the parts that a server makes if its lock is removed in the moment before it has noted them. */
final class WellKnownQueueTest {
    private final Key key = Key.free();

    /** A lock that can be written up to that semaphore, as one that is removed after that. */
    private SemaphoreSet endingBefore(int semaphore) throws ErrnoException {
        return SemaphoreSet.open(Linux.host(), key.value(), semaphore);
    }

    @Test
    void aQueueThatCannotBeNotedIsNotLeft() throws ErrnoException {
        SemaphoreSet set = endingBefore(2);
        try {
            assertThatExceptionOfType(ServerStartException.class)
                    .isThrownBy(() -> WellKnownQueue.make(new ServerLock(set), key, Access.OWNER))
                    .withMessageContaining("lock was removed");
            assertThat(MessageQueues.list()).noneMatch(queue -> queue.keyValue() == key.value());
        } finally {
            set.remove();
        }
    }

    @Test
    void aBellThatCannotBeNotedIsNotLeft() throws ErrnoException {
        List<Integer> before = bells();
        SemaphoreSet set = endingBefore(5);
        try {
            assertThatExceptionOfType(ServerStartException.class)
                    .isThrownBy(() -> new ServerLock(set).hang(Mode.OWNER))
                    .withMessageContaining("lock was removed");
            assertThat(bells()).isEqualTo(before);
        } finally {
            set.remove();
        }
    }

    private static List<Integer> bells() {
        return SemaphoreTable.read().stream()
                .filter(SemaphoreTable.Entry::hasModeOfBell)
                .map(SemaphoreTable.Entry::id)
                .toList();
    }
}
