package dev.letterbox.campaign;

import dev.letterbox.Access;
import dev.letterbox.ReturnAddress;
import dev.letterbox.Timeout;
import dev.letterbox.campaign.Victim.Phase;
import dev.letterbox.client.Client;
import dev.letterbox.engine.ClientEndpoint;
import dev.letterbox.engine.Lane;
import dev.letterbox.engine.Message;
import dev.letterbox.engine.ServerEndpoint;
import dev.letterbox.engine.Transport;
import dev.letterbox.error.RequestException;
import dev.letterbox.error.TransportException;
import dev.letterbox.files.FileClient;
import dev.letterbox.files.FileService;
import dev.letterbox.queues.QueueTransport;
import dev.letterbox.sysv.Key;
import dev.letterbox.testkit.Background;
import dev.letterbox.testkit.ChildProcess;
import dev.letterbox.testkit.Command;
import dev.letterbox.testkit.Finished;
import dev.letterbox.testkit.JavaProcess;
import dev.letterbox.testkit.Peers;
import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.CountDownLatch;

/**
 * Does what a lane invites to: its user takes pages out of it, or writes into it, while it is used; a client allows more than
 * its lane holds; another user tries to attach it; the client's control group has too little memory. What must hold: each
 * request ends, the server serves on, others get every byte right, and no lane is left.
 */
final class LaneHostile implements Scenario {
    private static final int NOBODY = 65_534;
    private static final long FORGED = 1L << 50;
    /** Where a control message says how much is allowed, and how long the lane is; docs/protocol.md has the fields. */
    private static final long ALLOWED = 48;

    private static final long LANE_BYTES = 56;
    private static final int LEAST_MEMORY = 16 << 20;
    private static final int MOST_MEMORY = 96 << 20;

    private final Lanes lanes = new Lanes();
    private final Served served = new Served();
    private final LiveServer server = new LiveServer(served.directory(), Key.free(), "--access", "all");
    private final Orphans orphans = new Orphans();

    LaneHostile() throws IOException {
        server.start();
    }

    @Override
    public void round(int number, SplittableRandom random, Tally tally) throws Exception {
        harmed(tally, random.nextBoolean());
        forged(tally);
        anotherUser(tally);
        littleMemory(random, tally);
        Fetch.one(server.key(), Served.LARGE, Fetch.PATIENT).orFail().count(tally);
        lanes.awaitNone();
    }

    /** Beside a client whose lane is harmed by another process of its user, one that is not harmed gets all. */
    private void harmed(Tally tally, boolean writes) throws Exception {
        CountDownLatch halted = new CountDownLatch(1);
        CountDownLatch goOn = new CountDownLatch(1);
        try (FileClient client = FileClient.connect(new QueueTransport(server.key()), Fetch.PATIENT);
                Background<Boolean> victim = Background.start("victim", () -> fetchSlowly(client, halted, goOn))) {
            halted.await();
            int lane = lanes.awaitUsed();
            Command punch = writes
                    ? Command.of(Peers.program("punch"), "-w", "" + lane)
                    : Command.of(Peers.program("punch"), "" + lane);
            try (ChildProcess harm = punch.start()) {
                harm.awaitLine("^ready$", Fetch.PATIENT);
                refusesOthers(lane, tally);
                goOn.countDown();
                Fetch.one(server.key(), Served.LARGE, Fetch.PATIENT).orFail().count(tally);
                tally.add(victim.result() ? "harmed and not hit" : "harmed and noticed");
            }
        } finally {
            goOn.countDown();
        }
    }

    private void refusesOthers(int lane, Tally tally) {
        Finished tried = Command.of(Peers.programForAll("punch"), "" + lane)
                .asUser(NOBODY)
                .run()
                .expect(2);
        if (!tried.err().contains("shmat: EACCES")) {
            throw new AssertionError("Another user was to be refused: " + tried);
        }
        tally.add("other users refused");
    }

    /** Returns whether the answer's checksum was right. */
    private static boolean fetchSlowly(FileClient client, CountDownLatch halted, CountDownLatch goOn)
            throws IOException, InterruptedException {
        long[] bytes = new long[1];
        try {
            client.get(Served.name(Served.LARGE), piece -> {
                bytes[0] += piece.remaining();
                if (bytes[0] > Served.LARGE / 4 && halted.getCount() > 0) {
                    halted.countDown();
                    try {
                        goOn.await();
                    } catch (InterruptedException ended) {
                        Thread.currentThread().interrupt();
                    }
                }
            });
            return true;
        } catch (RequestException noticed) {
            return false;
        }
    }

    private void forged(Tally tally) throws InterruptedException, IOException {
        try (Client client = Client.connect(new Forging(new QueueTransport(server.key())))) {
            client.fetch(
                    FileService.NAME, Victim.get(Served.name(Served.LARGE)), _ -> {}, Timeout.ofSilence(Fetch.PATIENT));
            tally.add("forged and right all the same");
        } catch (RequestException | TransportException noticed) {
            tally.add("forged and noticed");
        }
    }

    /** A client of another user has a lane too. */
    private void anotherUser(Tally tally) {
        try (ChildProcess client = Victim.program(server.key(), Phase.LANE_SPARE, JavaProcess::readableByAll)
                .asUser(NOBODY)
                .start()) {
            Victim.awaitHalt(client, Phase.LANE_SPARE);
            tally.add("right answers to another user");
        }
    }

    /** The JVM itself may not fit: then it ends anywhere. */
    private void littleMemory(SplittableRandom random, Tally tally) throws IOException {
        if (!MemoryGroup.canBeMade()) {
            tally.add("control groups of memory that may not be made here");
            return;
        }
        try (MemoryGroup group = new MemoryGroup(random.nextInt(LEAST_MEMORY, MOST_MEMORY))) {
            Finished run = Command.of(group.command(
                            Letterbox.command("get", Served.name(Served.LARGE), "--key", "" + server.key())
                                    .words()))
                    .env("LETTERBOX_NO_BUILD", "1")
                    .outTo(Path.of("/dev/null"))
                    .run(Fetch.PATIENT);
            tally.add(run.status() == 0 ? "right answers with little memory" : "ended for want of memory");
        }
    }

    /** Allows far more than the lane holds. */
    private record Forging(QueueTransport transport) implements Transport {
        @Override
        public ServerEndpoint bind(Access access) {
            return transport.bind(access);
        }

        @Override
        public ClientEndpoint connect(Duration patience) {
            return new ForgingEndpoint(transport.connect(patience));
        }
    }

    private record ForgingEndpoint(ClientEndpoint endpoint) implements ClientEndpoint {
        @Override
        public void send(Message message, Duration timeout) throws InterruptedException {
            if (message.size() == ALLOWED + 16
                    && message.memory().get(ValueLayout.JAVA_INT_UNALIGNED, LANE_BYTES) != 0) {
                message.memory().set(ValueLayout.JAVA_LONG_UNALIGNED, ALLOWED, FORGED);
            }
            endpoint.send(message, timeout);
        }

        @Override
        public boolean receive(Message message, Duration timeout) throws InterruptedException {
            return endpoint.receive(message, timeout);
        }

        @Override
        public Optional<Lane> makeLane(int bytes) {
            return endpoint.makeLane(bytes);
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

    @Override
    public void finish(Tally tally) {
        orphans.awaitReapedBy(server, tally);
    }

    @Override
    public void close() {
        server.close();
        served.close();
    }
}
