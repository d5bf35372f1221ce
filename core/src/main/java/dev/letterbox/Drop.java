package dev.letterbox;

import dev.letterbox.server.ServerStatistics;

/** Why a server dropped a message, so that nobody was answered. */
public enum Drop {
    /** It was of no dialect, or wrong in it. */
    MALFORMED,
    /** Its return address cannot be a client's private queue. */
    MISADDRESSED,
    /** It came in a session that is not its sender's, or is over. */
    FORGED,
    /** It repeated a request of its session. */
    REPEATED,
    /** It waited in a queue that was taken over, and its return address is another client's by now. */
    STALE,
    /** Its client was gone before the server looked at it. {@link ServerStatistics} counts it as {@link Outcome#GONE}. */
    GONE
}
