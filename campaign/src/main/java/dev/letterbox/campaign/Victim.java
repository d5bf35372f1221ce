package dev.letterbox.campaign;

import dev.letterbox.Access;
import dev.letterbox.ReturnAddress;
import dev.letterbox.Timeout;
import dev.letterbox.client.Client;
import dev.letterbox.engine.ClientEndpoint;
import dev.letterbox.engine.Lane;
import dev.letterbox.engine.Message;
import dev.letterbox.engine.ServerEndpoint;
import dev.letterbox.engine.Transport;
import dev.letterbox.files.FileService;
import dev.letterbox.queues.QueueTransport;
import dev.letterbox.sysv.Key;
import dev.letterbox.testkit.ChildProcess;
import dev.letterbox.testkit.Command;
import dev.letterbox.testkit.JavaProcess;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;

/**
 * Is a client process that comes to a halt in a phase, says so, and waits there to be killed. In no phase it asks again
 * and again.
 */
final class Victim {
    /** What one message of the session dialect carries. */
    private static final int CHUNK = 8_160;

    private static final int MESSAGES = 10;

    /** The file that it fetches: ten messages, of which END carries the last bytes. */
    static final int SIZE = CHUNK * MESSAGES;

    private Victim() {}

    /** Where it halts. */
    enum Phase {
        /** There is a private queue, and nobody knows of it. */
        BEFORE_HELLO,
        /** The server may be about to answer. */
        HELLO_SENT,
        /** There is a session, with nothing in it. */
        WELCOMED,
        /** The answer fills the private queue. */
        REQUEST_SENT,
        /** Some of it was read. */
        IN_THE_MIDDLE,
        /** All was read but END. */
        BEFORE_END,
        /** All is done, and the session still open. */
        BEFORE_CLOSE,
        /** There is a lane, and the server does not know of it. */
        LANE_MADE(true),
        /** The server may be about to use the lane. */
        LANE_OFFERED(true),
        /** Some of the answer came by the lane, and the rest fills it. */
        IN_LANE(true),
        /** All came by the lane, which the client keeps. */
        LANE_SPARE(true),
        /** Nowhere: it asks on. */
        NEVER;

        private final boolean byLane;

        Phase() {
            this(false);
        }

        Phase(boolean byLane) {
            this.byLane = byLane;
        }

        /** Whether the answer is so long that it comes by a lane. */
        boolean isByLane() {
            return byLane;
        }

        static List<Phase> all(boolean byLane) {
            return Arrays.stream(values())
                    .filter(phase -> phase != NEVER && phase.byLane == byLane)
                    .toList();
        }
    }

    static Command program(Key key, Phase phase) {
        return program(key, phase, UnaryOperator.identity());
    }

    static Command program(Key key, Phase phase, UnaryOperator<JavaProcess> how) {
        return how.apply(JavaProcess.running(Victim.class)
                        .options("-Xmx24m", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xshare:auto"))
                .command(key.toString(), phase.name());
    }

    public static void main(String[] keyAndPhase) throws Exception {
        Key key = Key.parse(keyAndPhase[0]);
        Phase phase = Phase.valueOf(keyAndPhase[1]);
        HaltingTransport transport = new HaltingTransport(new QueueTransport(key), phase);
        try (Client client = Client.connect(transport)) {
            if (phase == Phase.NEVER) {
                transport.say();
            }
            do {
                int size = phase.isByLane() ? Served.LARGE : SIZE;
                client.fetch(FileService.NAME, get(Served.name(size)), _ -> {}, Timeout.ofSilence(Duration.ofHours(1)));
                transport.haltIf(phase == Phase.BEFORE_CLOSE || phase == Phase.LANE_SPARE);
            } while (phase == Phase.NEVER);
        }
    }

    /** Waits until it says that it halts, or that it asks on; returns the id of its private queue. */
    static int awaitHalt(ChildProcess victim, Phase phase) {
        return Integer.parseInt(
                victim.awaitLine("^" + phase + " (\\d+)$", Fetch.PATIENT).group(1));
    }

    /** Makes the payload of GET for a whole file, as docs/protocol.md has it. */
    static byte[] get(String name) {
        byte[] bytes = name.getBytes(StandardCharsets.UTF_8);
        return ByteBuffer.allocate(24 + bytes.length)
                .order(ByteOrder.nativeOrder())
                .putLong(16, Long.MAX_VALUE)
                .put(24, bytes)
                .array();
    }

    /** Is the way to the server, with halts. */
    private static final class HaltingTransport implements Transport {
        private final Transport transport;
        private final Phase phase;
        private volatile int queueId;

        HaltingTransport(Transport transport, Phase phase) {
            this.transport = transport;
            this.phase = phase;
        }

        @Override
        public ServerEndpoint bind(Access access) {
            return transport.bind(access);
        }

        @Override
        public ClientEndpoint connect(Duration patience) {
            ClientEndpoint endpoint = transport.connect(patience);
            queueId = endpoint.address().queueId().orElseThrow();
            return new HaltingEndpoint(endpoint, this);
        }

        void say() {
            System.out.println(phase + " " + queueId);
        }

        void haltIf(boolean here) throws InterruptedException {
            if (here) {
                say();
                Thread.sleep(Duration.ofDays(1));
            }
        }
    }

    private static final class HaltingEndpoint implements ClientEndpoint {
        private final ClientEndpoint endpoint;
        private final HaltingTransport halts;
        private final Phase phase;
        private int sent;
        private int received;
        private boolean hasLane;
        private int sinceOffer;

        HaltingEndpoint(ClientEndpoint endpoint, HaltingTransport halts) {
            this.endpoint = endpoint;
            this.halts = halts;
            this.phase = halts.phase;
        }

        @Override
        public void send(Message message, Duration timeout) throws InterruptedException {
            halts.haltIf(sent == 0 && phase == Phase.BEFORE_HELLO);
            endpoint.send(message, timeout);
            sent++;
            halts.haltIf(sent == 1 && phase == Phase.HELLO_SENT);
            halts.haltIf(sent == 2 && phase == Phase.REQUEST_SENT);
            halts.haltIf(hasLane && phase == Phase.LANE_OFFERED);
        }

        @Override
        public Optional<Lane> makeLane(int bytes) {
            if (!phase.isByLane()) {
                return Optional.empty();
            }
            Optional<Lane> lane = endpoint.makeLane(bytes);
            hasLane = lane.isPresent();
            try {
                halts.haltIf(hasLane && phase == Phase.LANE_MADE);
            } catch (InterruptedException ended) {
                Thread.currentThread().interrupt();
            }
            return lane;
        }

        @Override
        public boolean receive(Message message, Duration timeout) throws InterruptedException {
            // WELCOME is the first that comes.
            halts.haltIf(received == MESSAGES && phase == Phase.BEFORE_END);
            boolean came = endpoint.receive(message, timeout);
            received++;
            halts.haltIf(received == 1 && phase == Phase.WELCOMED);
            halts.haltIf(received == 1 + MESSAGES / 2 && phase == Phase.IN_THE_MIDDLE);
            sinceOffer += hasLane ? 1 : 0;
            halts.haltIf(sinceOffer == MESSAGES && phase == Phase.IN_LANE);
            return came;
        }

        @Override
        public Message newMessage() {
            return endpoint.newMessage();
        }

        @Override
        public ReturnAddress address() {
            return endpoint.address();
        }

        @Override
        public void wake() {
            endpoint.wake();
        }

        @Override
        public boolean onServerEnd(Runnable ended) {
            return endpoint.onServerEnd(ended);
        }

        @Override
        public String whySilent() {
            return endpoint.whySilent();
        }

        @Override
        public void close() {
            endpoint.close();
        }
    }
}
