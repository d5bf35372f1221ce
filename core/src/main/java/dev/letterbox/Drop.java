package dev.letterbox;

import dev.letterbox.server.ServerStatistics;

/** Why a server dropped a message without an answer. */
public enum Drop {
    /** It is in no known dialect, or violates its rules. */
    MALFORMED,
    /** Its return address cannot be a client's private queue. */
    MISADDRESSED,
    /** It names a session that is not its sender's, or has ended. */
    FORGED,
    /** It repeats a request of its session. */
    REPEATED,
    /** It waited in a queue that this server took over, and its return address belongs to another client by now. */
    STALE,
    /** Its client was gone before the server received it. {@link ServerStatistics} counts it as {@link Outcome#GONE}. */
    GONE
}
