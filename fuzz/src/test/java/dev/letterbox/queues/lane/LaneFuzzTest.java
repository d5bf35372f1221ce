package dev.letterbox.queues.lane;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.letterbox.engine.LaneAddress;
import dev.letterbox.fuzz.Check;

/** A client says where its lane is: a server attaches none that is not that client's, whatever the client says. */
final class LaneFuzzTest {
    private static final ClientLanes LANES = new ClientLanes();

    /** No user has this id, so no segment is that user's. */
    private static final int NOBODY = -2;

    @FuzzTest
    void whatIsNotTheClientsIsNotAttached(int number, int bytes) {
        if (bytes > 0) {
            Check.that(LANES.attach(new LaneAddress(number, bytes), NOBODY).isEmpty(), "it was attached");
            int fitting = 65_536 * (bytes % 16 + 1);
            Check.that(LANES.attach(new LaneAddress(number, fitting), NOBODY).isEmpty(), "it was attached");
        }
    }
}
