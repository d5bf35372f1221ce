package dev.letterbox.dialect;

import dev.letterbox.FailureKind;
import dev.letterbox.engine.Message;
import java.lang.foreign.MemorySegment;
import java.util.OptionalLong;

/** Writes the messages of a response. */
public interface ResponseFormat {
    /**
     * Returns the position of content in a message.
     *
     * @return bytes from the beginning of the message's memory
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
     * Returns whether each message says which request it answers, so that a client can have several requests in progress.
     *
     * @return false for classic dialects
     */
    default boolean isNumbered() {
        return false;
    }

    /**
     * Called with the length of the content, before the first message is written.
     *
     * @param size bytes; empty if unknown
     */
    default void begin(OptionalLong size) {}

    /**
     * Writes DATA. The content is in the message's memory already.
     *
     * @param message the message
     * @param length how many bytes, 1 to {@link #chunkBytes}
     */
    void data(Message message, int length);

    /**
     * Writes a message that says only that the answer is being prepared.
     *
     * @param message the message
     * @return false if the dialect has no such message
     */
    default boolean signOfLife(Message message) {
        return false;
    }

    /**
     * Writes a message that says that content is in the client's lane. Called only if the client has offered a lane.
     *
     * @param message the message
     * @param content the content in the lane
     */
    default void dataInLane(Message message, MemorySegment content) {
        throw new UnsupportedOperationException("This format knows no lane.");
    }

    /**
     * Writes the last of the content, in a message that may also say that it is the last.
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
     * Writes END: the content is complete.
     *
     * @param message the message
     */
    void end(Message message);

    /**
     * Writes FAILURE: there is no content, or no more of it.
     *
     * @param message the message
     * @param kind the kind of failure
     * @param text the reason, for people
     */
    void failure(Message message, FailureKind kind, String text);
}
