package dev.letterbox.queues.lane;

import static org.assertj.core.api.Assertions.assertThat;

import dev.letterbox.engine.Lane;
import dev.letterbox.engine.LaneAddress;
import dev.letterbox.sysv.linux.Linux;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Which lanes a server attaches, and how many. */
final class ClientLanesTest {
    private static final int ME = (int) Linux.host().geteuid();

    private final ClientLanes lanes = new ClientLanes();
    private final List<Lane> open = new ArrayList<>();

    @AfterEach
    void close() {
        open.forEach(Lane::close);
    }

    private Lane made(int bytes) {
        Lane lane = SegmentLane.make(ME, bytes).orElseThrow();
        open.add(lane);
        return lane;
    }

    private boolean attaches(LaneAddress address, int user) {
        Optional<Lane> attached = lanes.attach(address, user);
        attached.ifPresent(Lane::close);
        return attached.isPresent();
    }

    @Test
    void aClientsLaneIsAttachedAsOftenAsItIsUsed() {
        Lane lane = made(ClientLanes.LONGEST);
        for (int i = 0; i < 2 * ClientLanes.MOST; i++) {
            assertThat(attaches(lane.address(), ME)).isTrue();
        }
    }

    @Test
    void aLaneOfAnotherUserOrLengthIsRefused() {
        LaneAddress right = made(Lane.PIECE).address();
        assertThat(attaches(right, ME)).isTrue();
        assertThat(attaches(right, ME + 1)).isFalse();
        assertThat(attaches(new LaneAddress(right.number(), 2 * Lane.PIECE), ME))
                .isFalse();
        assertThat(attaches(new LaneAddress(-1, Lane.PIECE), ME)).isFalse();
        assertThat(attaches(new LaneAddress(right.number() + 1, Lane.PIECE), ME))
                .isFalse();
    }

    @Test
    void aLaneThatIsTooLongOrNoWholeNumberOfPiecesIsRefused() {
        for (int bytes : new int[] {1, Lane.PIECE / 2, Lane.PIECE + 4096, ClientLanes.LONGEST + Lane.PIECE}) {
            assertThat(attaches(made(bytes).address(), ME))
                    .as("%d bytes", bytes)
                    .isFalse();
        }
    }

    @Test
    void aUserHasHalfOfWhatOthersLeaveUntilLanesAreGone() {
        for (int i = 0; i < ClientLanes.MOST / 2; i++) {
            assertThat(attaches(made(Lane.PIECE).address(), ME))
                    .as("lane %d", i)
                    .isTrue();
        }
        LaneAddress tooMany = made(Lane.PIECE).address();
        assertThat(attaches(tooMany, ME)).isFalse();
        assertThat(attaches(open.getFirst().address(), ME))
                .as("one that counts")
                .isTrue();
        open.removeFirst().close();
        assertThat(attaches(tooMany, ME)).as("after another is gone").isTrue();
    }
}
