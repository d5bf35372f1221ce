package dev.letterbox.queues;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIOException;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.letterbox.Content;
import dev.letterbox.ContentSink;
import dev.letterbox.Service;
import dev.letterbox.ServiceException;
import dev.letterbox.Timeout;
import dev.letterbox.client.Client;
import dev.letterbox.engine.Lane;
import dev.letterbox.engine.LaneAddress;
import dev.letterbox.error.RequestException;
import dev.letterbox.error.RequestRefusedException;
import dev.letterbox.error.ResponseMalformedException;
import dev.letterbox.error.TransportException;
import dev.letterbox.queues.HandmadeClient.Answer;
import dev.letterbox.queues.lane.SegmentLane;
import dev.letterbox.server.Server;
import dev.letterbox.sysv.Key;
import dev.letterbox.sysv.linux.Linux;
import dev.letterbox.testkit.Await;
import dev.letterbox.testkit.Background;
import dev.letterbox.testkit.Deadline;
import dev.letterbox.testkit.IpcTable;
import dev.letterbox.testkit.TempFiles;
import dev.letterbox.wire.SessionWire;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Long answers by shared memory, on the kernel's queues. */
final class LaneTest {
    private static final Timeout PATIENT = Timeout.ofTotal(Duration.ofMinutes(10));
    private static final byte[] NOTHING = {};
    private static final int ME = (int) Linux.host().geteuid();
    private static final int LANE = 1024 * 1024;

    /** Not a multiple of anything that is used here, and several times the lane. */
    private static final int LENGTH = 5_000_011;

    private static final byte[] BYTES = TempFiles.bytes(LENGTH);

    private final Key key = Key.free();

    /** The longest reads that services were asked for: more than a message holds only where there is a lane. */
    private final Set<Integer> limits = ConcurrentHashMap.newKeySet();

    private final Server server = Server.on(new QueueTransport(key))
            .service("long", serving(LENGTH, OptionalLong.of(LENGTH)))
            .service("unknown", serving(LENGTH, OptionalLong.empty()))
            .service("short", serving(900_000, OptionalLong.of(900_000)))
            .service("failing", _ -> new Bytes(LENGTH, OptionalLong.of(2L * LENGTH)))
            .start();

    @AfterEach
    void stop() {
        server.close();
    }

    private Service serving(int length, OptionalLong size) {
        return _ -> new Bytes(length, size);
    }

    private final class Bytes implements Content {
        private final int length;
        private final OptionalLong size;
        private int done;

        Bytes(int length, OptionalLong size) {
            this.length = length;
            this.size = size;
        }

        @Override
        public OptionalLong size() {
            return size;
        }

        @Override
        public int read(MemorySegment target, int limit) throws ServiceException {
            limits.add(limit);
            int count = Math.min(limit, length - done);
            if (count == 0 && size.isPresent()) {
                throw new ServiceException("There is no more");
            }
            MemorySegment.copy(MemorySegment.ofArray(BYTES), done, target, 0, count);
            done += count;
            return count == 0 ? -1 : count;
        }

        @Override
        public void close() {}
    }

    private static byte[] fetched(Client client, String service)
            throws RequestException, IOException, InterruptedException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        client.fetch(service, NOTHING, into(bytes), PATIENT);
        return bytes.toByteArray();
    }

    private static ContentSink into(ByteArrayOutputStream bytes) {
        return piece -> {
            byte[] copy = new byte[piece.remaining()];
            piece.get(copy);
            bytes.writeBytes(copy);
        };
    }

    private static List<IpcTable.Segment> lanes() {
        return IpcTable.now().segments().stream()
                .filter(segment -> segment.bytes() == LANE)
                .toList();
    }

    private static Set<Integer> laneIds() {
        return lanes().stream().map(IpcTable.Segment::id).collect(Collectors.toSet());
    }

    private boolean usedLane() {
        return limits.contains(Lane.PIECE);
    }

    @Test
    void aLongAnswerComesByTheLaneAndNothingIsLeftOfIt() throws Exception {
        try (Client client = Client.connect(new QueueTransport(key))) {
            assertThat(fetched(client, "long")).isEqualTo(BYTES);
            assertThat(usedLane()).isTrue();
            assertThat(lanes())
                    .singleElement()
                    .satisfies(lane -> assertThat(lane.mode()).isEqualTo(0_1600));
            Await.asserted(() -> assertThat(lanes())
                    .as("the server lets go of it")
                    .singleElement()
                    .satisfies(lane -> assertThat(lane.attached()).isEqualTo(1)));
        }
        assertThat(lanes()).isEmpty();
    }

    @Test
    void anAnswerOfUnknownLengthComesByTheLaneToo() throws Exception {
        try (Client client = Client.connect(new QueueTransport(key))) {
            assertThat(fetched(client, "unknown")).isEqualTo(BYTES);
            assertThat(usedLane()).isTrue();
        }
    }

    @Test
    void aShortAnswerNeedsNoLane() throws Exception {
        try (Client client = Client.connect(new QueueTransport(key))) {
            assertThat(fetched(client, "short")).hasSize(900_000);
            assertThat(usedLane()).isFalse();
            assertThat(lanes()).isEmpty();
        }
    }

    @Test
    void aClientUsesOneLaneForAllItsAnswers() throws Exception {
        try (Client client = Client.connect(new QueueTransport(key))) {
            assertThat(fetched(client, "long")).isEqualTo(BYTES);
            Set<Integer> first = laneIds();
            for (int i = 0; i < 20; i++) {
                assertThat(fetched(client, "long")).isEqualTo(BYTES);
            }
            assertThat(laneIds()).isEqualTo(first).hasSize(1);
        }
    }

    @Test
    void callersOfOneClientShareItsLaneInTurn() throws Exception {
        try (Client client = Client.connect(new QueueTransport(key))) {
            List<Background<Boolean>> callers = new ArrayList<>();
            for (int i = 0; i < 8; i++) {
                callers.add(Background.start("caller " + i, () -> {
                    for (int round = 0; round < 10; round++) {
                        assertThat(fetched(client, "long")).isEqualTo(BYTES);
                    }
                    return lanes().size() == 1;
                }));
            }
            for (Background<Boolean> caller : callers) {
                try (caller) {
                    assertThat(caller.result(Duration.ofMinutes(2))).isTrue();
                }
            }
        }
    }

    @Test
    void aLaneWhoseAnswerWasGivenUpIsNotUsedAgain() throws Exception {
        try (Client client = Client.connect(new QueueTransport(key))) {
            Set<Integer> before = ConcurrentHashMap.newKeySet();
            assertThatIOException()
                    .isThrownBy(() -> client.fetch(
                            "long",
                            NOTHING,
                            new ContentSink() {
                                private int bytes;

                                @Override
                                public void accept(ByteBuffer piece) throws IOException {
                                    bytes += piece.remaining();
                                    if (bytes > 2_000_000) {
                                        before.addAll(laneIds());
                                        throw new IOException("full");
                                    }
                                }
                            },
                            PATIENT));
            assertThat(before).hasSize(1);
            assertThat(fetched(client, "long")).isEqualTo(BYTES);
            assertThat(laneIds()).hasSize(1).doesNotContainAnyElementsOf(before);
        }
    }

    @Test
    void anAnswerThatFailsInTheMiddleFailsByTheLaneToo() throws Exception {
        try (Client client = Client.connect(new QueueTransport(key))) {
            assertThatExceptionOfType(RequestRefusedException.class)
                    .isThrownBy(() -> fetched(client, "failing"))
                    .withMessageContaining("There is no more");
            assertThat(usedLane()).isTrue();
            assertThat(fetched(client, "long")).isEqualTo(BYTES);
        }
    }

    @Test
    void aClientThatStopsReadingIsStalledAndCostsNoLane() throws Exception {
        CountDownLatch stopped = new CountDownLatch(1);
        CountDownLatch goOn = new CountDownLatch(1);
        Key own = Key.free();
        try (Server impatient = Server.on(new QueueTransport(own))
                        .service("long", serving(LENGTH, OptionalLong.of(LENGTH)))
                        .stallTimeout(Duration.ofSeconds(1))
                        .start();
                Client client = Client.connect(new QueueTransport(own));
                Background<Throwable> slow = Background.start("slow", () -> {
                    try {
                        client.fetch(
                                "long",
                                NOTHING,
                                new ContentSink() {
                                    private int bytes;

                                    @Override
                                    public void accept(ByteBuffer piece) throws IOException {
                                        bytes += piece.remaining();
                                        if (bytes > 2_000_000 && stopped.getCount() > 0) {
                                            stopped.countDown();
                                            try {
                                                goOn.await();
                                            } catch (InterruptedException asked) {
                                                throw new IOException(asked);
                                            }
                                        }
                                    }
                                },
                                PATIENT);
                        return new AssertionError("it came whole");
                    } catch (RequestException stalled) {
                        return stalled;
                    }
                })) {
            stopped.await();
            Await.asserted(() -> assertThat(lanes())
                    .singleElement()
                    .satisfies(lane -> assertThat(lane.attached()).isEqualTo(1)));
            goOn.countDown();
            assertThat(slow.result()).isInstanceOf(RequestRefusedException.class);
            assertThat(impatient.statistics().atWork()).isZero();
        }
    }

    // Clients that do as they should not

    private static Answer answerByLane(HandmadeClient client, LaneAddress lane, String service, long allowed)
            throws InterruptedException {
        client.request(client.credentials(), 1, service, "", 0, 1_000);
        assertThat(client.next().what()).isEqualTo(SessionWire.DATA);
        SessionWire.control(client.message(), client.credentials(), 1, SessionWire.CREDIT, allowed);
        SessionWire.offerLane(client.message(), lane);
        client.send();
        return client.next();
    }

    @Test
    void aClientThatAllowsMoreThanItsLaneHoldsHurtsItselfAlone() throws Exception {
        try (HandmadeClient hostile = HandmadeClient.inSessionWith(server);
                Lane lane = SegmentLane.make(ME, Lane.PIECE).orElseThrow();
                Client honest = Client.connect(new QueueTransport(key))) {
            Answer answer = answerByLane(hostile, lane.address(), "long", HandmadeClient.ENDLESS);
            assertThat(answer.what()).isEqualTo(SessionWire.IN_LANE);
            assertThat(fetched(honest, "long")).isEqualTo(BYTES);
            long bytes = answer.checksum();
            while (answer.what() == SessionWire.IN_LANE) {
                answer = hostile.next();
                bytes += answer.what() == SessionWire.IN_LANE ? answer.checksum() : 0;
            }
            assertThat(answer.what()).isEqualTo(SessionWire.END);
            assertThat(bytes + 1_000).isEqualTo(LENGTH);
        }
    }

    @Test
    void whatIsNoLaneOfTheClientsIsPassedOverAndContentComesInMessages() throws Exception {
        try (HandmadeClient hostile = HandmadeClient.inSessionWith(server);
                Lane lane = SegmentLane.make(ME, Lane.PIECE).orElseThrow()) {
            int number = lane.address().number();
            long id = 0;
            for (LaneAddress wrong : List.of(
                    new LaneAddress(number, 2 * Lane.PIECE),
                    new LaneAddress(number, 1),
                    new LaneAddress(number, Integer.MAX_VALUE),
                    new LaneAddress(number, -1),
                    new LaneAddress(-1, Lane.PIECE),
                    new LaneAddress(number + 1, Lane.PIECE))) {
                id++;
                hostile.request(hostile.credentials(), id, "long", "", 0, 1_000);
                assertThat(hostile.next().what()).isEqualTo(SessionWire.DATA);
                SessionWire.control(hostile.message(), hostile.credentials(), id, SessionWire.CREDIT, 2_000);
                SessionWire.offerLane(hostile.message(), wrong);
                hostile.send();
                Answer answer = hostile.next();
                assertThat(answer.what()).as("%s", wrong).isEqualTo(SessionWire.DATA);
                assertThat(answer.offset()).isEqualTo(1_000);
            }
        }
        assertThat(limits).allMatch(limit -> limit < 8_192);
    }

    @Test
    void aClientThatTakesPagesOutOfItsLaneHurtsItselfAlone() throws Exception {
        Linux linux = Linux.host();
        int removes = 9; // MADV_REMOVE
        int id = (int) linux.shmget(Linux.IPC_PRIVATE, Lane.PIECE, 0_600);
        long address = linux.shmat(id, 0);
        linux.shmctl(id, Linux.IPC_RMID, MemorySegment.NULL);
        try (HandmadeClient hostile = HandmadeClient.inSessionWith(server)) {
            Answer answer = answerByLane(hostile, new LaneAddress(id, Lane.PIECE), "long", HandmadeClient.ENDLESS);
            while (answer.what() == SessionWire.IN_LANE) {
                assertThat(linux.madvise(address, Lane.PIECE, removes)).isZero();
                answer = hostile.next();
            }
            assertThat(answer.what()).isEqualTo(SessionWire.END);
        } finally {
            linux.shmdt(address);
        }
    }

    // Servers that do as they should not

    @Test
    void contentThatCanLieInNoLaneIsMalformed() throws Exception {
        try (FakeSessionServer fake = new FakeSessionServer();
                Client client = fake.accept()) {
            for (int length : new int[] {0, -1, LANE + 1, Integer.MAX_VALUE}) {
                try (Background<byte[]> caller = Background.start("caller", () -> fetched(client, "long"))) {
                    long id = fake.await(SessionWire.REQUEST).id();
                    long position = 0;
                    long size = 3L * LANE;
                    while (position < LANE / 2) {
                        fake.piece(id, SessionWire.DATA, position, size, 0, new byte[8_000]);
                        position += 8_000;
                    }
                    assertThat(fake.await(SessionWire.CREDIT).lane())
                            .hasValueSatisfying(lane -> assertThat(lane.bytes()).isEqualTo(LANE));
                    SessionWire.inLane(fake.message(), id, position, size, length);
                    fake.send();
                    assertThat(caller.failure(Deadline.PATIENCE)).isInstanceOf(ResponseMalformedException.class);
                    fake.await(SessionWire.CANCEL);
                }
            }
        }
    }

    @Test
    void contentInALaneThatWasNotOfferedIsMalformed() throws Exception {
        try (FakeSessionServer fake = new FakeSessionServer();
                Client client = fake.accept();
                Background<byte[]> caller = Background.start("caller", () -> fetched(client, "long"))) {
            long id = fake.await(SessionWire.REQUEST).id();
            SessionWire.inLane(fake.message(), id, 0, LANE, 100);
            fake.send();
            assertThat(caller.failure(Deadline.PATIENCE)).isInstanceOf(ResponseMalformedException.class);
        }
    }

    @Test
    void theEndOfTheServerIsTheEndOfAnAnswerByLane() throws Exception {
        try (Client client = Client.connect(new QueueTransport(key))) {
            assertThat(catchThrowable(() -> client.fetch(
                            "long",
                            NOTHING,
                            new ContentSink() {
                                private int bytes;

                                @Override
                                public void accept(ByteBuffer piece) {
                                    bytes += piece.remaining();
                                    if (bytes > 2_000_000) {
                                        server.close();
                                    }
                                }
                            },
                            PATIENT)))
                    .isInstanceOfAny(RequestException.class, TransportException.class);
        }
        assertThat(lanes()).isEmpty();
    }
}
