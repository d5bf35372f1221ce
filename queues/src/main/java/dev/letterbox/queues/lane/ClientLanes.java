package dev.letterbox.queues.lane;

import dev.letterbox.engine.Lane;
import dev.letterbox.engine.LaneAddress;
import dev.letterbox.sysv.life.LifeToken;
import dev.letterbox.sysv.life.LifeToken.Sight;
import dev.letterbox.sysv.memory.SharedSegment;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;

/**
 * The lanes that a server's clients have made. Clients pay for the memory of their lanes. One that takes pages out of its
 * segment has the server pay for them, as long as the segment exists; so the server writes to a limited number of
 * segments, and counts each from its first use until it is gone.
 *
 * <p>This class is safe for use by any number of threads.
 */
public final class ClientLanes {
    /** How long a lane may be: bytes. */
    public static final int LONGEST = 1024 * 1024;

    /** How many there may be: 128 MiB in the worst case. */
    static final int MOST = 128;

    private record Known(int id, int user, long changed) {
        boolean exists() {
            return LifeToken.look(id, user, changed) != Sight.GONE;
        }
    }

    // Guarded by this object's monitor.
    private final Set<Known> known = new HashSet<>();

    /**
     * Attaches a client's lane, to write to it. Any number of users may have lanes, each of them half of what the others
     * leave.
     *
     * @param address where the client says that it is
     * @param user the client's effective user
     * @return the lane; empty if there is no such lane of that user, or the user has its share
     */
    public Optional<Lane> attach(LaneAddress address, int user) {
        int bytes = address.bytes();
        if (bytes < Lane.PIECE || bytes > LONGEST || bytes % Lane.PIECE != 0) {
            return Optional.empty();
        }
        return SharedSegment.attach(address.number(), user, bytes)
                .filter(segment -> {
                    boolean counted = count(new Known(segment.id(), user, segment.changed()));
                    if (!counted) {
                        segment.close();
                    }
                    return counted;
                })
                .map(segment -> new SegmentLane(segment, bytes));
    }

    private synchronized boolean count(Known lane) {
        if (known.contains(lane)) {
            return true;
        }
        known.removeIf(each -> !each.exists());
        long ofUser = known.stream().filter(each -> each.user() == lane.user()).count();
        return ofUser < MOST - known.size() && known.add(lane);
    }
}
