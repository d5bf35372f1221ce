package dev.letterbox.queues.lane;

import dev.letterbox.engine.Lane;
import dev.letterbox.engine.LaneAddress;
import dev.letterbox.sysv.memory.SharedSegment;
import java.lang.foreign.MemorySegment;
import java.util.Optional;

/** One end of a lane in a segment of shared memory. */
public final class SegmentLane implements Lane {
    private final SharedSegment segment;
    private final LaneAddress address;

    SegmentLane(SharedSegment segment, int bytes) {
        this.segment = segment;
        this.address = new LaneAddress(segment.id(), bytes);
    }

    /**
     * Makes a lane at the client's end.
     *
     * @param server the server's user
     * @param bytes how long it is to be
     * @return the lane; empty if the system gives no segment
     */
    public static Optional<Lane> make(int server, int bytes) {
        return SharedSegment.create(server, bytes).map(segment -> new SegmentLane(segment, bytes));
    }

    @Override
    public LaneAddress address() {
        return address;
    }

    @Override
    public MemorySegment memory() {
        return segment.memory();
    }

    @Override
    public void close() {
        segment.close();
    }
}
