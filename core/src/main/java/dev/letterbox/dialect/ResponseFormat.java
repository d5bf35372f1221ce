package dev.letterbox.dialect;

import dev.letterbox.FailureKind;
import dev.letterbox.engine.Message;
import java.lang.foreign.MemorySegment;
import java.util.OptionalLong;

/** Makes the messages of a response. */
public interface ResponseFormat {
    /**
     * Returns where in a message content goes.
     *
     * @return bytes from the beginning of its memory
     */
    default int contentOffset() {
        return 0;
    }

    /**
     * Returns how many bytes of content one message carries.
     *
     * @return 1 or more
     */
    int chunkBytes();

    /**
     * Tells whether each message says which request it answers, so that one client can ask several things at once.
     *
     * @return false for classic dialects
     */
    default boolean isNumbered() {
        return false;
    }

    /**
     * Learns how long the content is, before anything of it is made.
     *
     * @param size bytes; empty if nobody knows
     */
    default void begin(OptionalLong size) {}

    /**
     * Makes a message of content that is in its memory already.
     *
     * @param message the message
     * @param length how many bytes, 1 to {@link #chunkBytes}
     */
    void data(Message message, int length);

    /**
     * Makes a message that says that the answer is being prepared, and nothing else.
     *
     * @param message the message
     * @return false if the dialect has none
     */
    default boolean signOfLife(Message message) {
        return false;
    }

    /**
     * Makes a message that says that content lies in the client's lane. Asked only of the formats of clients that have
     * offered one.
     *
     * @param message the message
     * @param content the content, where it lies
     */
    default void dataInLane(Message message, MemorySegment content) {
        throw new UnsupportedOperationException("This format knows no lane.");
    }

    /**
     * Makes a message of the last of the content, which may say at once that it is the last.
     *
     * @param message the message
     * @param length how many bytes, 1 to {@link #chunkBytes}
     * @return true if it says so, and no END is to follow
     */
    default boolean lastData(Message message, int length) {
        data(message, length);
        return false;
    }

    /**
     * Makes the message that says that the content is complete.
     *
     * @param message the message
     */
    void end(Message message);

    /**
     * Makes the message that says that there is no content, or no more of it, and why.
     *
     * @param message the message
     * @param kind what sort of failure it is
     * @param text the reason, for people
     */
    void failure(Message message, FailureKind kind, String text);
}
