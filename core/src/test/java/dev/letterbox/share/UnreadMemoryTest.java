package dev.letterbox.share;

import static org.assertj.core.api.Assertions.assertThat;

import dev.letterbox.contract.PrivateQueueStub;
import dev.letterbox.engine.Message;
import dev.letterbox.engine.Offer;
import dev.letterbox.testkit.Logged;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** How much may stand unread in the queues of clients: of one user, and of all. */
final class UnreadMemoryTest {
    private static final long MIB = 1 << 20;
    private static final int FULL = 16_384;

    /** What the second request of a queue adds, if the first one's answer is unread. */
    private static final int MORE = 128;

    private static final long LIMIT_HOLDS = TimeUnit.SECONDS.toNanos(10);
    private static final long LOOK_HOLDS = TimeUnit.MILLISECONDS.toNanos(100);

    /** A clock begins anywhere. */
    private final AtomicLong clock = new AtomicLong(TimeUnit.DAYS.toNanos(3));

    private OptionalLong limit = OptionalLong.of(128 * MIB);
    private int looks;

    /** A client with a queue of 16 KiB, that reads when the test says so. */
    private class Client extends PrivateQueueStub {
        private long unread = FULL;

        private Client(int id) {
            super(id);
        }

        @Override
        public Offer offer(Message message) {
            return Offer.SENT;
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

    private int limitsRead;

    private UnreadMemory memory() {
        return new UnreadMemory(
                () -> {
                    limitsRead++;
                    return limit;
                },
                clock::get);
    }

    /** A bound of so many queues. */
    private UnreadMemory memoryOf(int queues) {
        limit = OptionalLong.of(8L * FULL * queues);
        return memory();
    }

    /** Asks once from each of many queues, and does not read; returns those that were admitted. */
    private List<Client> ask(UnreadMemory memory, String user, int first, int queues) {
        return ask(memory, user, first, queues, true);
    }

    private List<Client> ask(UnreadMemory memory, String user, int first, int queues, boolean proven) {
        List<Client> admitted = new ArrayList<>();
        for (int i = 0; i < queues; i++) {
            Client client = new Client(first + i);
            if (memory.tryEnter(client, user, proven)) {
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

    /** The shares of {@link Admission}, counted in queues that are full. */
    @ParameterizedTest
    @CsvSource({"1024, 512 170 85 51", "2, 1 0", "4, 2 0", "100, 50 16 8 5"})
    void usersGetTheseShares(int queues, String shares) {
        UnreadMemory memory = memoryOf(queues);
        List<String> got = new ArrayList<>();
        for (int user = 0; user < shares.split(" ", -1).length; user++) {
            got.add("" + ask(memory, "user " + user, 10_000 * user, queues).size());
        }
        assertThat(String.join(" ", got)).isEqualTo(shares);
    }

    @Test
    void aQueueThatIsAskedFromAgainIsChargedItsMessagesMore() {
        UnreadMemory memory = memoryOf(4);
        Client client = new Client(1);
        assertThat(memory.tryEnter(client, "one", true)).isTrue();
        assertThat(memory.used()).isEqualTo(FULL);
        assertThat(memory.tryEnter(client, "one", true)).isTrue();
        assertThat(memory.used()).isEqualTo(FULL + MORE);
    }

    /** Of two queues' memory one user gets one queue's, and each request adds to what is charged. */
    @Test
    void whoAsksFromOneQueueAndNeverReadsIsRefusedToo() {
        UnreadMemory memory = memoryOf(2);
        Client client = new Client(1);
        int admitted = 0;
        while (memory.tryEnter(client, "one", true) && admitted < 1_000) {
            admitted++;
            client.unread = FULL + (long) MORE * admitted;
        }
        assertThat(admitted).isOne();
        assertThat(memory.used()).isEqualTo(FULL + MORE);
    }

    @Test
    void aQueueThatWasReadInPartIsChargedWhatIsLeft() {
        UnreadMemory memory = memoryOf(2);
        Client half = ask(memory, "one", 0, 1).getFirst();
        half.unread = FULL / 2;
        clock.addAndGet(LOOK_HOLDS);
        assertThat(ask(memory, "one", 1, 1)).isEmpty();
        assertThat(memory.used()).isEqualTo(FULL / 2);
    }

    /** While it is at work it may fill its queue; once it is over, what is unread counts, and that was read. */
    @Test
    void aQueueIsChargedAsAWholeUntilItsLastRequestIsOver() {
        UnreadMemory memory = memoryOf(3);
        Client client = new Client(1);
        client.unread = 0;
        memory.tryEnter(client, "one", true);
        memory.tryEnter(client, "one", true);
        memory.leave(client);
        clock.addAndGet(LOOK_HOLDS);
        assertThat(ask(memory, "one", 2, 1)).isEmpty();
        assertThat(memory.used()).isEqualTo(FULL);
        memory.leave(client);
        clock.addAndGet(LOOK_HOLDS);
        assertThat(ask(memory, "one", 2, 1)).hasSize(1);
        assertThat(memory.used()).isEqualTo(FULL);
    }

    @Test
    void aUsersQueuesAreLookedAtFirstAndOthersOnlyIfThatDidNotSuffice() {
        UnreadMemory memory = memoryOf(100);
        ask(memory, "other", 0, 10);
        List<Client> own = ask(memory, "one", 1_000, 100);
        own.forEach(client -> client.unread = 0);
        clock.addAndGet(LOOK_HOLDS);
        looks = 0;
        assertThat(ask(memory, "one", 2_000, 1)).hasSize(1);
        assertThat(looks).isEqualTo(own.size());
    }

    @Test
    void whatOthersHaveReadMakesRoom() {
        UnreadMemory memory = memoryOf(4);
        List<Client> others = ask(memory, "other", 0, 2);
        assertThat(ask(memory, "one", 1_000, 1)).isEmpty();
        others.forEach(client -> client.unread = 0);
        clock.addAndGet(LOOK_HOLDS - TimeUnit.MILLISECONDS.toNanos(2));
        assertThat(ask(memory, "one", 1_000, 1)).as("the last look holds").isEmpty();
        // That took the last millisecond of the hundred.
        assertThat(ask(memory, "one", 1_000, 1)).hasSize(1);
    }

    /** All queues were looked at a moment ago for somebody else: a user's own are looked at nevertheless. */
    @Test
    void aFloodOfOneUserDoesNotDelayAnotherWhoReads() {
        UnreadMemory memory = memoryOf(100);
        List<Client> own = ask(memory, "honest", 0, 100);
        ask(memory, "greedy", 1_000, 100);
        clock.addAndGet(LOOK_HOLDS);
        assertThat(ask(memory, "greedy", 2_000, 1)).isEmpty();
        own.forEach(client -> client.unread = 0);
        assertThat(ask(memory, "honest", 3_000, 1)).hasSize(1);
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

    /** A server sees many users in a year. */
    @Test
    void aUserWhoIsChargedNothingIsForgotten() {
        UnreadMemory memory = memoryOf(4);
        List<Client> own = ask(memory, "one", 0, 3);
        assertThat(own).hasSize(2);
        for (int user = 0; user < 100; user++) {
            assertThat(ask(memory, "refused " + user, 1_000 + user, 1)).isEmpty();
        }
        assertThat(memory.looksKnown()).as("one, and all").isEqualTo(2);
        own.forEach(client -> client.unread = 0);
        clock.addAndGet(LOOK_HOLDS);
        assertThat(ask(memory, "another", 2_000, 1)).hasSize(1);
        assertThat(memory.looksKnown()).as("all").isOne();
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

    @Test
    void theLimitIsReadAgainOnceItIsOlderThanTenSeconds() {
        UnreadMemory memory = memory();
        clock.addAndGet(LIMIT_HOLDS);
        ask(memory, "one", 0, 1);
        assertThat(limitsRead).isOne();
        ask(memory, "one", 1, 10);
        assertThat(limitsRead).isEqualTo(2);
    }

    @Test
    void aLimitThatIsLiftedTakesWhatIsChargedWithIt() {
        UnreadMemory memory = memory();
        List<Client> before = ask(memory, "one", 0, 100);
        limit = OptionalLong.empty();
        clock.addAndGet(LIMIT_HOLDS + 1);
        assertThat(ask(memory, "one", 1_000, 2_000)).hasSize(2_000);
        assertThat(memory.used()).isZero();
        // Nothing of that is left when there is one again.
        before.forEach(client -> client.unread = 0);
        limit = OptionalLong.of(128 * MIB);
        clock.addAndGet(LIMIT_HOLDS + 1);
        assertThat(ask(memory, "one", 10_000, 1_000)).hasSize(512);
        assertThat(memory.used()).isEqualTo(512L * FULL);
    }

    /** Its end is not the end of another one, that was admitted since. */
    @Test
    void aRequestFromBeforeThereWasABoundIsGivenBackOnce() {
        limit = OptionalLong.empty();
        UnreadMemory memory = memory();
        Client client = new Client(1);
        client.unread = 0;
        memory.tryEnter(client, "one", true);
        limit = OptionalLong.of(8L * 2 * FULL);
        clock.addAndGet(LIMIT_HOLDS + 1);
        memory.tryEnter(client, "one", true);
        memory.leave(client);
        memory.leave(client);
        assertThat(ask(memory, "one", 2, 1)).hasSize(1);
        assertThat(memory.used()).as("nothing of the first queue is charged").isEqualTo(FULL);

        // The next request counts as one, and its queue as a whole until it is over.
        UnreadMemory again = memoryOf(2);
        again.tryEnter(client, "one", true);
        again.leave(client);
        again.leave(client);
        again.tryEnter(client, "one", true);
        clock.addAndGet(LOOK_HOLDS);
        assertThat(ask(again, "one", 2, 1)).isEmpty();
        assertThat(again.used()).isEqualTo(FULL);
    }

    /** Anybody can name a queue: that its owner asks, too, is charged to the owner. */
    @Test
    void whoHasProvenItIsCharged() {
        UnreadMemory memory = memoryOf(100);
        List<Client> named = ask(memory, "unproven 7", 0, 10, false);
        named.forEach(client -> assertThat(memory.tryEnter(client, "7", true)).isTrue());
        assertThat(memory.used()).isEqualTo(10L * (FULL + MORE));
        // As one who has nothing, beside one who has ten of the hundred.
        assertThat(ask(memory, "unproven 7", 1_000, 100, false)).hasSize(30);
    }

    @Test
    void whoHasProvenNothingIsChargedToWhoeverIsChargedAlready() {
        UnreadMemory memory = memoryOf(100);
        List<Client> own = ask(memory, "7", 0, 10);
        own.forEach(client ->
                assertThat(memory.tryEnter(client, "unproven 7", false)).isTrue());
        // Half of the hundred, as alone.
        assertThat(ask(memory, "7", 1_000, 100)).hasSize(40);
    }

    @Test
    void theBoundIsLoggedWhereThereIsOne() {
        try (Logged logged = Logged.by(UnreadMemory.class)) {
            memory();
            assertThat(logged.lines())
                    .containsExactly(
                            "INFO Answers that clients have not read may take 16384 KiB of this server's memory:"
                                    + " an eighth of the 131072 KiB that it may use.");
        }
        limit = OptionalLong.empty();
        try (Logged logged = Logged.by(UnreadMemory.class)) {
            memory();
            assertThat(logged.lines()).isEmpty();
        }
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
