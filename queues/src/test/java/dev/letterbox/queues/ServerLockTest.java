package dev.letterbox.queues;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.letterbox.engine.ServerStartException;
import dev.letterbox.sysv.Key;
import dev.letterbox.sysv.linux.Linux;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a server writes into its lock, for the server after it: which queue and which bell were its own. */
final class ServerLockTest {
    private final Key key = Key.free();

    /** A semaphore holds 15 bits, and an id has 31. */
    @ParameterizedTest
    @ValueSource(ints = {0, 1, 0x7fff, 0x8000, 0x3fff_8000, 0x3fff_ffff, 0x4000_0000, 0x4000_8001, Integer.MAX_VALUE})
    void everyIdOfAQueueIsWrittenDownInAllItsBits(int id) {
        try (ServerLock lock = ServerLock.acquire(Linux.host(), key)) {
            lock.made(id);
            assertThat(lock.left(id)).isTrue();
            for (int bit = 0; bit < 31; bit++) {
                assertThat(lock.left(id ^ 1 << bit))
                        .as("with bit %d changed", bit)
                        .isFalse();
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 0x7fff, 0x8000, 0x3fff_ffff, 0x4000_0000, 0x4000_8001, Integer.MAX_VALUE})
    void everyIdOfABellIsWrittenDownInAllItsBits(int id) {
        try (ServerLock lock = ServerLock.acquire(Linux.host(), key)) {
            assertThat(lock.leftBell()).isEmpty();
            lock.hung(OptionalInt.of(id));
            assertThat(lock.leftBell()).hasValue(id);
            lock.hung(OptionalInt.empty());
            assertThat(lock.leftBell()).isEmpty();
        }
    }

    /** A server that was killed in between has left a queue that nothing tells from a stranger's, save this. */
    @Test
    void whileAQueueIsBeingMadeAnyMayBeTheServers() {
        try (ServerLock lock = ServerLock.acquire(Linux.host(), key)) {
            assertThat(lock.left(5)).isFalse();
            lock.making();
            assertThat(lock.left(5)).isTrue();
            lock.made(6);
            assertThat(lock.left(5)).isFalse();
        }
    }

    @Test
    void aSecondServerIsToldWhoHasTheKeyAndTheNextOneGetsIt() {
        try (ServerLock lock = ServerLock.acquire(Linux.host(), key)) {
            lock.made(6);
            assertThatExceptionOfType(ServerStartException.class)
                    .isThrownBy(() -> ServerLock.acquire(Linux.host(), key))
                    .withMessageContaining("process " + ProcessHandle.current().pid())
                    .withMessageContaining(key.toString());
            assertThat(lock.left(6)).isTrue();
        }
        try (ServerLock next = ServerLock.acquire(Linux.host(), key)) {
            assertThat(next.left(6))
                    .as("nothing is left of one that ended by itself")
                    .isFalse();
        }
    }
}
