package dev.letterbox.share;

import static org.assertj.core.api.Assertions.assertThat;

import dev.letterbox.Caller;
import dev.letterbox.ReturnAddress;
import dev.letterbox.engine.Message;
import dev.letterbox.engine.Offer;
import dev.letterbox.engine.Route;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** How much may stand unread in the queues of clients: of one user, and of all. */
final class UnreadMemoryTest {
    private static final long MIB = 1 << 20;
    private static final int FULL = 16_384;

    private final AtomicLong clock = new AtomicLong();
    private OptionalLong limit = OptionalLong.of(128 * MIB);
    private int looks;

    /** A client with a queue of 16 KiB, that reads when the test says so. */
    private class Client implements Route.ToClient {
        private final ReturnAddress address;
        private long unread = FULL;

        private Client(int id) {
            this.address = ReturnAddress.ofQueue(id);
        }

        @Override
        public ReturnAddress address() {
            return address;
        }

        @Override
        public Offer offer(Message message) {
            return Offer.SENT;
        }

        @Override
        public Caller owner() {
            return Caller.ofUser(1, 1);
        }

        @Override
        public boolean isConfidential() {
            return true;
        }

        @Override
        public boolean isUnchanged(long holds) {
            return true;
        }

        @Override
        public int capacity() {
            return FULL;
        }

        @Override
        public int longestMessage() {
            return 8192;
        }

        @Override
        public long unread() {
            looks++;
            return unread;
        }

        @Override
        public long unreadAtMost() {
            return FULL;
        }
    }

    private UnreadMemory memory() {
        return new UnreadMemory(() -> limit, clock::get);
    }

    /** Asks once from each of many queues, and does not read; returns those that were admitted. */
    private List<Client> ask(UnreadMemory memory, String user, int first, int queues) {
        List<Client> admitted = new ArrayList<>();
        for (int i = 0; i < queues; i++) {
            Client client = new Client(first + i);
            if (memory.tryEnter(client, user, true)) {
                memory.leave(client);
                admitted.add(client);
            }
            clock.addAndGet(TimeUnit.MILLISECONDS.toNanos(1));
        }
        return admitted;
    }

    @Test
    void aUserWhoNeverReadsGetsHalfOfAnEighthOfTheGroupsMemory() {
        UnreadMemory memory = memory();
        List<Client> admitted = ask(memory, "greedy", 0, 4631);
        assertThat(admitted).hasSize((int) (8 * MIB / FULL));
        assertThat(memory.used()).isLessThanOrEqualTo(8 * MIB);
        // What others get is left to them.
        assertThat(ask(memory, "other", 10_000, 1)).hasSize(1);
    }

    @Test
    void whoReadsIsNeverRefused() {
        UnreadMemory memory = memory();
        for (int i = 0; i < 10_000; i++) {
            Client client = new Client(i);
            client.unread = 0;
            assertThat(memory.tryEnter(client, "honest", true)).isTrue();
            memory.leave(client);
            clock.addAndGet(TimeUnit.MICROSECONDS.toNanos(500));
        }
        assertThat(looks).as("each queue is looked at about once").isBetween(9_000, 11_000);
    }

    @Test
    void whatIsReadIsFree() {
        UnreadMemory memory = memory();
        List<Client> admitted = ask(memory, "slow", 0, 1000);
        clock.addAndGet(TimeUnit.SECONDS.toNanos(1));
        assertThat(ask(memory, "slow", 5000, 1)).isEmpty();
        admitted.forEach(client -> client.unread = 0);
        clock.addAndGet(TimeUnit.SECONDS.toNanos(1));
        assertThat(ask(memory, "slow", 6000, 1)).hasSize(1);
        assertThat(memory.used()).isEqualTo(FULL);
    }

    @Test
    void aRequestAtWorkMayStillFillItsQueue() {
        UnreadMemory memory = memory();
        List<Client> atWork = new ArrayList<>();
        for (int i = 0; i < 1000; i++) {
            Client client = new Client(i);
            client.unread = 0;
            if (memory.tryEnter(client, "busy", true)) {
                atWork.add(client);
            }
        }
        assertThat(atWork).hasSize((int) (8 * MIB / FULL));
    }

    /** To look costs a system call for each queue, so whoever floods must not have it done at will. */
    @Test
    void aFloodOfRequestsDoesNotMakeAFloodOfLooks() {
        UnreadMemory memory = memory();
        ask(memory, "greedy", 0, 600);
        looks = 0;
        for (int i = 0; i < 10_000; i++) {
            memory.tryEnter(new Client(20_000 + i), "greedy", true);
        }
        assertThat(looks).isLessThanOrEqualTo(2 * 513);
    }

    @Test
    void theBoundFollowsTheLimitOfTheGroup() {
        limit = OptionalLong.empty();
        UnreadMemory memory = memory();
        assertThat(ask(memory, "one", 0, 2000)).hasSize(2000);
        limit = OptionalLong.of(MIB);
        clock.addAndGet(TimeUnit.SECONDS.toNanos(11));
        assertThat(ask(memory, "one", 10_000, 100)).hasSize((int) (MIB / 8 / 2 / FULL));
    }

    /** Anybody can name a queue: that its owner asks, too, is charged to the owner. */
    @Test
    void whoHasProvenItIsCharged() {
        UnreadMemory memory = memory();
        Client client = new Client(1);
        assertThat(memory.tryEnter(client, "unproven 7", false)).isTrue();
        assertThat(memory.tryEnter(client, "7", true)).isTrue();
        assertThat(ask(memory, "unproven 7", 100, 1000)).hasSizeGreaterThan(300);
    }

    @Test
    void enginesWhoseQueuesTakeNoMemoryOfTheServersAreNotBounded() {
        UnreadMemory memory = memory();
        for (int i = 0; i < 10_000; i++) {
            Client client = new Client(i) {
                @Override
                public long unreadAtMost() {
                    return 0;
                }
            };
            assertThat(memory.tryEnter(client, "one", true)).isTrue();
        }
        assertThat(memory.used()).isZero();
    }
}
