package dev.letterbox.server;

import dev.letterbox.dialect.ResponseFormat;
import dev.letterbox.engine.Lane;
import dev.letterbox.engine.LaneAddress;
import dev.letterbox.engine.Message;
import dev.letterbox.engine.Route;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/**
 * Where an answer's content goes: into the messages themselves, or into the lane that the client has offered. One thread
 * at a time uses it, save for {@link #offer}.
 */
final class ContentPlace implements AutoCloseable {
    private final Route.ToClient client;
    private final int contentOffset;
    private final int chunkBytes;

    /** What the client offered last, until it was looked at. */
    private volatile @Nullable LaneAddress offered;

    private @Nullable Lane lane;
    private boolean asked;

    /** The view for the same memory as before, since each would be garbage. */
    private @Nullable MemorySegment room;

    private MemorySegment target = MemorySegment.NULL;
    private int limit;

    ContentPlace(Route.ToClient client, ResponseFormat format) {
        this.client = client;
        this.contentOffset = format.contentOffset();
        // A message longer than the client's whole queue would never fit.
        int longest = Math.min(client.longestMessage(), client.capacity());
        this.chunkBytes = Math.clamp((long) longest - contentOffset, 1, format.chunkBytes());
    }

    /** The client has a lane for this answer. Callable by any thread. */
    void offer(LaneAddress address) {
        offered = address;
    }

    /**
     * Finds the place for the next content.
     *
     * @param position where that is in the answer
     * @param allowed how many bytes the client takes, 1 or more
     */
    void seek(Message message, long position, long allowed) {
        attach();
        Lane found = lane;
        if (found == null) {
            target = roomIn(message);
            limit = (int) Math.min(chunkBytes, allowed);
        } else {
            // The credit of the client keeps this from what it has not taken yet.
            long place = position % found.address().bytes();
            limit = (int) Math.min(Lane.PIECE - place % Lane.PIECE, allowed);
            target = found.memory().asSlice(place, limit);
        }
    }

    /** One offer for an answer is looked at: each look costs system calls. */
    private void attach() {
        LaneAddress address = offered;
        if (address != null && !asked) {
            asked = true;
            lane = client.lane(address).orElse(null);
        }
    }

    private MemorySegment roomIn(Message message) {
        MemorySegment memory = message.memory();
        MemorySegment known = room;
        if (known == null || memory.address() + contentOffset != known.address()) {
            known = memory.asSlice(contentOffset);
            room = known;
        }
        return known;
    }

    /** How many bytes of content one message carries at most. */
    int chunkBytes() {
        return chunkBytes;
    }

    /** Where the next content goes. */
    MemorySegment target() {
        return target;
    }

    /** How much of it, at most: bytes. */
    int limit() {
        return limit;
    }

    /** Returns whether that is in the lane. */
    boolean isInLane() {
        return lane != null;
    }

    /** Gives the lane back. */
    @Override
    public void close() {
        Lane own = lane;
        if (own != null) {
            lane = null;
            own.close();
        }
    }
}
