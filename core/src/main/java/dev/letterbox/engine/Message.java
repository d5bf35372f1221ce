package dev.letterbox.engine;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * One message outside the heap, a type and a body, to be filled, sent and received again and again without making
 * garbage. An engine {@linkplain ServerEndpoint#newMessage makes} those that it sends and receives, as long as the longest
 * that it carries.
 *
 * <p>The memory begins with the type, in the machine's byte order, and the body follows at once, as {@code msgsnd(2)}
 * wants it; engines may extend this class to keep their own view of that memory. One thread at a time uses a message.
 */
public class Message {
    /** How many bytes the type takes, in front of the body. */
    protected static final int TYPE_BYTES = Long.BYTES;

    private final MemorySegment structure;
    private final MemorySegment memory;
    private final ByteBuffer bytes;
    private int size;
    private boolean truncated;

    /**
     * Creates a message with type 1 and size 0. Its memory is freed by the garbage collector.
     *
     * @param capacity how long the body may be: bytes, 0 or more
     */
    public Message(int capacity) {
        this(Arena.ofAuto().allocate(TYPE_BYTES + (long) capacity, JAVA_LONG.byteAlignment()));
    }

    /**
     * Creates a message in memory that the engine has made.
     *
     * @param structure eight bytes for the type, aligned, then the body, all of it
     */
    protected Message(MemorySegment structure) {
        this.structure = structure;
        this.memory = structure.asSlice(TYPE_BYTES);
        this.bytes = memory.asByteBuffer().order(ByteOrder.nativeOrder());
        structure.set(JAVA_LONG, 0, 1);
    }

    /**
     * Returns the type.
     *
     * @return the type; more than 0, save for what a broken engine delivers
     */
    public final long type() {
        return structure.get(JAVA_LONG, 0);
    }

    /**
     * Sets the type.
     *
     * @param type 1 or more
     * @return this
     * @throws IllegalArgumentException if the type is less than 1
     */
    public final Message type(long type) {
        if (type < 1) {
            throw new IllegalArgumentException("A message's type must be 1 or more, not " + type + ".");
        }
        structure.set(JAVA_LONG, 0, type);
        return this;
    }

    /**
     * Returns the length of the body.
     *
     * @return bytes, 0 or more
     */
    public final int size() {
        return size;
    }

    /**
     * Sets the length of the body, once its bytes are in {@link #memory} or {@link #bytes}.
     *
     * @param length bytes, 0 to {@link #capacity}
     * @return this
     * @throws IllegalArgumentException if it does not fit
     */
    public final Message size(int length) {
        if (length < 0 || length > capacity()) {
            throw new IllegalArgumentException(
                    "A body of " + length + " bytes does not fit a message of " + capacity() + ".");
        }
        size = length;
        truncated = false;
        return this;
    }

    /**
     * Records what an engine received.
     *
     * @param length how long the body is: at most {@link #capacity} bytes of it are in the memory
     */
    protected final void received(long length) {
        size = (int) Math.min(length, capacity());
        truncated = length > capacity();
    }

    /**
     * Returns whether the message that was received last was longer than this one can be, so that its end is missing.
     *
     * @return true if bytes are missing
     */
    public final boolean isTruncated() {
        return truncated;
    }

    /**
     * Returns how long the body may be.
     *
     * @return bytes
     */
    public final int capacity() {
        return bytes.capacity();
    }

    /**
     * Returns the memory of the body, all of its capacity: the same segment each time.
     *
     * @return the segment
     */
    public final MemorySegment memory() {
        return memory;
    }

    /**
     * Returns the body in the machine's byte order, from position 0 to {@link #size}: the same object each time.
     *
     * @return a view, good until the next receive
     */
    public final ByteBuffer bytes() {
        return bytes.clear().limit(size);
    }

    /**
     * Returns a copy of the body.
     *
     * @return the bytes
     */
    public final byte[] toByteArray() {
        return memory.asSlice(0, size).toArray(JAVA_BYTE);
    }

    /**
     * Sets type and body.
     *
     * @param type 1 or more
     * @param body the bytes, copied
     * @return this
     * @throws IllegalArgumentException if the type is less than 1, or the body does not fit
     */
    public final Message put(long type, byte[] body) {
        type(type).size(body.length);
        MemorySegment.copy(body, 0, memory, JAVA_BYTE, 0, body.length);
        return this;
    }

    /**
     * Takes over type and body of another message.
     *
     * @param other the message to copy
     * @return this
     * @throws IllegalArgumentException if the body does not fit
     */
    public final Message put(Message other) {
        type(other.type()).size(other.size());
        MemorySegment.copy(other.memory, 0, memory, 0, other.size());
        truncated = other.truncated;
        return this;
    }

    /**
     * Returns type and length, for people.
     *
     * @return as in {@code type 2, 4096 bytes}
     */
    @Override
    public final String toString() {
        return "type " + type() + ", " + size + " bytes";
    }
}
