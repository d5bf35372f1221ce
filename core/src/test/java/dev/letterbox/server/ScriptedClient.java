package dev.letterbox.server;

import dev.letterbox.contract.PrivateQueueStub;
import dev.letterbox.engine.BriefWait;
import dev.letterbox.engine.Lane;
import dev.letterbox.engine.LaneAddress;
import dev.letterbox.engine.Message;
import dev.letterbox.engine.Offer;
import dev.letterbox.error.TransportException;
import dev.letterbox.wire.SessionWire;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.function.IntSupplier;

/** A private queue in a session that answers each offer as the test says; it takes what it was told nothing of. */
final class ScriptedClient extends PrivateQueueStub {
    /** Whoever never comes to an end is to fail, and not to hang. */
    private static final int MOST = 10_000;

    final Queue<Offer> offers = new ArrayDeque<>();
    final Queue<Offer> settled = new ArrayDeque<>();

    /** What it answers to all offers that it was told nothing of. */
    volatile Offer otherwise = Offer.SENT;

    /** So many of the next offers the engine refuses, as if msgmax was lowered. */
    int refusals;

    /** The next offer, or question what became of the messages, fails as nobody expects. */
    boolean isBroken;

    volatile boolean there = true;

    /** How old the last look is that found it there: whoever believes such a look does not notice that it has gone. */
    long ageOfLook = Long.MAX_VALUE;

    /** Whether it tells of room and of settlement. */
    boolean tells = true;

    int looks;
    int offeredAgain;

    /** How often it was asked for what became of the messages. */
    int settlements;

    Optional<Lane> lane = Optional.empty();

    /** How often a lane was looked for. */
    int laneLooks;

    BriefWait briefWait = BriefWait.NEVER;

    /** What wants to know of room, and of settlement. */
    final List<Runnable> roomLooks = new ArrayList<>();

    final List<Runnable> settlementLooks = new ArrayList<>();

    /** How much was charged at each offer. */
    final Queue<Integer> atWork = new ArrayDeque<>();

    final List<Short> kinds = new ArrayList<>();
    final List<Thread> threads = new ArrayList<>();
    byte[] last = {};

    private final ByteArrayOutputStream content = new ByteArrayOutputStream();
    private final IntSupplier charged;
    private long taken;

    /** Creates one; what is charged is noted at each offer. */
    ScriptedClient(IntSupplier charged) {
        super(5);
        this.charged = charged;
    }

    @Override
    public Offer offer(Message offered) {
        if (atWork.size() >= MOST) {
            throw new AssertionError("This takes for ever.");
        }
        atWork.add(charged.getAsInt());
        threads.add(Thread.currentThread());
        if (refusals > 0) {
            refusals--;
            throw new TransportException("as if msgmax was lowered");
        }
        breakOnce();
        Offer answer = offers.isEmpty() ? otherwise : offers.remove();
        if (answer == Offer.SENT) {
            taken++;
            last = offered.toByteArray();
            short kind = SessionWire.what(offered.bytes());
            kinds.add(kind);
            if (kind != SessionWire.FAILURE) {
                content.write(last, SessionWire.RESPONSE_HEADER, last.length - SessionWire.RESPONSE_HEADER);
            }
        }
        return answer;
    }

    private void breakOnce() {
        if (isBroken) {
            isBroken = false;
            throw new IllegalStateException("as nobody expects");
        }
    }

    @Override
    public Offer offerAgain(Message message) {
        offeredAgain++;
        return offer(message);
    }

    @Override
    public long taken() {
        return taken;
    }

    @Override
    public Offer settled(long upTo) {
        if (settlements++ >= MOST) {
            throw new AssertionError("This takes for ever.");
        }
        breakOnce();
        return upTo == taken && !settled.isEmpty() ? settled.remove() : Offer.SENT;
    }

    @Override
    public boolean onRoom(Runnable look) {
        roomLooks.add(look);
        return tells;
    }

    @Override
    public boolean onSettled(long upTo, Runnable look) {
        settlementLooks.add(look);
        return tells && upTo == taken;
    }

    @Override
    public boolean isUnchanged(long holds) {
        looks++;
        return there || ageOfLook < holds;
    }

    @Override
    public int longestMessage() {
        return SessionWire.RESPONSE_HEADER + 4;
    }

    @Override
    public Optional<Lane> lane(LaneAddress address) {
        laneLooks++;
        return lane;
    }

    @Override
    public BriefWait briefWait() {
        return briefWait;
    }

    /** The content that came in messages. */
    String text() {
        return content.toString(StandardCharsets.UTF_8);
    }

    /** What the last message says, if it is FAILURE. */
    String failure() {
        return new String(Arrays.copyOfRange(last, SessionWire.RESPONSE_HEADER, last.length), StandardCharsets.UTF_8);
    }
}
