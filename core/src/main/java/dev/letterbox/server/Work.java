package dev.letterbox.server;

import dev.letterbox.engine.LaneAddress;
import java.util.Optional;

/** One request at work, as far as its client has a say in it. Callable by any thread. */
interface Work {
    /** The client takes more: so many bytes in all, by a lane if it has one. */
    void allow(long upTo, Optional<LaneAddress> lane);

    /** The client wants no more. */
    void cancel();
}
