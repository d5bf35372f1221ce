package dev.letterbox.sysv;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.letterbox.sysv.error.MessageTooLargeException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.jspecify.annotations.Nullable;

/**
 * Holds one message outside the heap, as the kernel wants it, to be sent and received again and again: a send or
 * receive with it allocates nothing.
 *
 * <p>Write the body into {@link #memory} or {@link #bytes}, then set {@link #type(long)} and {@link #size(int)}; or do
 * all at once with {@link #put(long, byte[])}. After a receive, read {@link #type()}, {@link #size()} and the body.
 *
 * <p>What happens to a message that is longer than the buffer is chosen when the buffer is made: {@link #allocate()}
 * grows, {@link #truncating} cuts, {@link #fixed} refuses and leaves the message in its queue.
 *
 * <p>A buffer serves one thread at a time and may be handed on. A thread that finds another one using it gets an
 * {@link IllegalStateException} instead of a mixture of two messages. (Views that were taken before are
 * not protected.) The memory is freed by the garbage collector, so it can never be used after it was freed.
 *
 * <p>Long because each method says in full what it does to the message.
 */
public final class MessageBuffer {
    /** What to do with a message that is longer than the buffer. */
    private enum Longer {
        GROW,
        TRUNCATE,
        REFUSE
    }

    private static final long TYPE_BYTES = JAVA_LONG.byteSize();

    /** The default of {@code msgmax}. */
    private static final int USUAL_CAPACITY = 8192;

    private static final int SMALLEST_GROWN = 64;
    private static final VarHandle USER;

    static {
        try {
            USER = MethodHandles.lookup().findVarHandle(MessageBuffer.class, "user", Thread.class);
        } catch (ReflectiveOperationException impossible) {
            throw new ExceptionInInitializerError(impossible);
        }
    }

    private final Longer longer;
    private MemorySegment message;
    private MemorySegment memory;
    private ByteBuffer bytes;
    private int capacity;
    private int size;
    private boolean truncated;

    @SuppressWarnings("UnusedVariable") // used by USER
    private volatile @Nullable Thread user;

    private MessageBuffer(int capacity, Longer longer) {
        if (capacity < 0) {
            throw new IllegalArgumentException("A buffer's capacity must be 0 or more, not " + capacity + ".");
        }
        this.longer = longer;
        this.message = MemorySegment.NULL;
        this.memory = MemorySegment.NULL;
        this.bytes = ByteBuffer.allocate(0);
        reserve(capacity);
        message.set(JAVA_LONG, 0, 1);
    }

    /**
     * Creates a buffer for messages of any length. It starts at 8192 bytes, the longest message by default
     * ({@code msgmax}), and doubles when a longer message is received or {@linkplain #put put} into it. It never shrinks.
     *
     * @return the buffer, with type 1 and size 0
     */
    public static MessageBuffer allocate() {
        return allocate(USUAL_CAPACITY);
    }

    /**
     * Creates a buffer for messages of any length that starts at a capacity of your choice.
     *
     * @param capacity bytes of body, 0 or more
     * @return the buffer, with type 1 and size 0
     * @throws IllegalArgumentException if the capacity is negative
     */
    public static MessageBuffer allocate(int capacity) {
        return new MessageBuffer(capacity, Longer.GROW);
    }

    /**
     * Creates a buffer that takes only the beginning of a longer message, and says so in {@link #truncated}.
     *
     * @param capacity bytes of body, 0 or more
     * @return the buffer, with type 1 and size 0
     */
    public static MessageBuffer truncating(int capacity) {
        return new MessageBuffer(capacity, Longer.TRUNCATE);
    }

    /**
     * Creates a buffer that leaves a longer message in its queue: the receive throws {@link MessageTooLargeException}.
     *
     * @param capacity bytes of body, 0 or more
     * @return the buffer, with type 1 and size 0
     */
    public static MessageBuffer fixed(int capacity) {
        return new MessageBuffer(capacity, Longer.REFUSE);
    }

    static long checkedType(long type) {
        if (type < 1) {
            throw new IllegalArgumentException("A message's type must be 1 or more, not " + type + ".");
        }
        return type;
    }

    /**
     * Returns the message's type.
     *
     * @return 1 or more
     */
    public long type() {
        checkUser();
        return message.get(JAVA_LONG, 0);
    }

    /**
     * Sets the message's type.
     *
     * @param type 1 or more
     * @return this
     * @throws IllegalArgumentException if the type is less than 1
     */
    public MessageBuffer type(long type) {
        checkUser();
        message.set(JAVA_LONG, 0, checkedType(type));
        return this;
    }

    /**
     * Returns the length of the body.
     *
     * @return bytes, 0 or more
     */
    public int size() {
        checkUser();
        return size;
    }

    /**
     * Sets the length of the body, once its bytes are in {@link #memory} or {@link #bytes}.
     *
     * @param size bytes, 0 to {@link #capacity}
     * @return this
     * @throws IllegalArgumentException if it does not fit
     */
    public MessageBuffer size(int size) {
        checkUser();
        if (size < 0 || size > capacity) {
            throw new IllegalArgumentException(
                    "A body of " + size + " bytes does not fit a buffer of " + capacity + ".");
        }
        this.size = size;
        truncated = false;
        return this;
    }

    /**
     * Returns how long a body may be.
     *
     * @return bytes
     */
    public int capacity() {
        return capacity;
    }

    /**
     * Returns whether the last message received was longer than this buffer and was cut.
     *
     * @return true if bytes are missing; only with {@link #truncating}
     */
    public boolean truncated() {
        checkUser();
        return truncated;
    }

    /**
     * Returns the memory of the body, all of its capacity: the same segment each time, until the buffer grows.
     *
     * @return the segment
     */
    public MemorySegment memory() {
        checkUser();
        return memory;
    }

    /**
     * Returns the memory of the type and the body, as {@code msgsnd(2)} wants it: eight bytes in the machine's byte order,
     * then all of the capacity.
     *
     * @return the segment, good until the buffer grows
     */
    public MemorySegment typeAndBody() {
        checkUser();
        return message.asSlice(0, TYPE_BYTES + capacity);
    }

    /**
     * Returns the body as a segment of its length.
     *
     * @return a view, good until the next receive
     */
    public MemorySegment body() {
        checkUser();
        return memory.asSlice(0, size);
    }

    /**
     * Returns the body as a {@link ByteBuffer} in the machine's byte order, from position 0 to {@link #size}; the limit
     * may be moved up to the capacity. The same object each time, until the buffer grows.
     *
     * @return a view, good until the next receive
     */
    public ByteBuffer bytes() {
        checkUser();
        return bytes.clear().limit(size);
    }

    /**
     * Copies the body to the heap.
     *
     * @return the body's bytes
     */
    public byte[] toByteArray() {
        claim();
        try {
            return memory.asSlice(0, size).toArray(JAVA_BYTE);
        } finally {
            release();
        }
    }

    /**
     * Sets type and body.
     *
     * @param type 1 or more
     * @param body the bytes, copied
     * @return this
     * @throws IllegalArgumentException if the type is less than 1, or the body does not fit a buffer that does not grow
     */
    public MessageBuffer put(long type, byte[] body) {
        return put(type, MemorySegment.ofArray(body));
    }

    /**
     * Sets type and body.
     *
     * @param type 1 or more
     * @param body the bytes from its position to its limit, copied; its position stays
     * @return this
     * @throws IllegalArgumentException if the type is less than 1, or the body does not fit a buffer that does not grow
     */
    public MessageBuffer put(long type, ByteBuffer body) {
        return put(type, MemorySegment.ofBuffer(body));
    }

    /**
     * Sets type and body.
     *
     * @param type 1 or more
     * @param body the bytes, copied
     * @return this
     * @throws IllegalArgumentException if the type is less than 1, or the body does not fit a buffer that does not grow
     */
    public MessageBuffer put(long type, MemorySegment body) {
        checkedType(type);
        claim();
        try {
            long length = body.byteSize();
            if (length > capacity) {
                if (longer != Longer.GROW || length > Integer.MAX_VALUE) {
                    throw new IllegalArgumentException(
                            "A body of " + length + " bytes does not fit a buffer of " + capacity + ".");
                }
                reserve((int) length);
            }
            MemorySegment.copy(body, 0, memory, 0, length);
            message.set(JAVA_LONG, 0, type);
            size = (int) length;
            truncated = false;
            return this;
        } finally {
            release();
        }
    }

    /**
     * Copies the message to the heap.
     *
     * @return type and body
     */
    public Message toMessage() {
        return new Message(type(), toByteArray());
    }

    /**
     * Makes room for a longer body; what was in the buffer is lost, except for the type.
     *
     * <p>One byte more than the capacity is there: a message cut at {@code capacity + 1} bytes betrays itself.
     */
    private void reserve(int wanted) {
        MemorySegment fresh = Arena.ofAuto().allocate(TYPE_BYTES + wanted + 1, JAVA_LONG.byteAlignment());
        if (message.byteSize() > 0) {
            fresh.set(JAVA_LONG, 0, message.get(JAVA_LONG, 0));
        }
        message = fresh;
        memory = fresh.asSlice(TYPE_BYTES, wanted);
        bytes = memory.asByteBuffer().order(ByteOrder.nativeOrder());
        capacity = wanted;
        size = 0;
    }

    /** Makes the calling thread the only user until {@link #release}. */
    void claim() {
        Thread holder = (Thread) USER.compareAndExchange(this, (Thread) null, Thread.currentThread());
        if (holder != null) {
            throw inUse(holder);
        }
    }

    void release() {
        USER.setRelease(this, (Thread) null);
    }

    private void checkUser() {
        Thread holder = user;
        if (holder != null && holder != Thread.currentThread()) {
            throw inUse(holder);
        }
    }

    private static IllegalStateException inUse(Thread holder) {
        return new IllegalStateException("This buffer is in use by thread '" + holder.getName()
                + "' in a send or receive: give each thread a buffer of its own.");
    }

    boolean grows() {
        return longer == Longer.GROW;
    }

    boolean truncates() {
        return longer == Longer.TRUNCATE;
    }

    /** Doubles the capacity, up to the longest message that any kernel allows. */
    void grow() {
        reserve(Math.clamp(2L * capacity, SMALLEST_GROWN, Integer.MAX_VALUE));
    }

    /** The whole structure, type and body. */
    MemorySegment structure() {
        return message;
    }

    /** The size, for the thread that sends on behalf of the buffer's user. */
    int length() {
        return size;
    }

    /** What to tell the kernel that fits. */
    long room() {
        return truncates() ? capacity + 1L : capacity;
    }

    void received(long bytesReceived) {
        truncated = bytesReceived > capacity;
        size = (int) Math.min(bytesReceived, capacity);
    }

    /** Takes over what a longer buffer received, as far as it fits. */
    void copyFrom(MessageBuffer whole) {
        int length = Math.min(whole.size, capacity);
        MemorySegment.copy(whole.memory, 0, memory, 0, length);
        message.set(JAVA_LONG, 0, whole.message.get(JAVA_LONG, 0));
        size = length;
        truncated = whole.size > capacity;
    }

    /**
     * Returns type and length.
     *
     * @return as in {@code buffer with a message of type 2, 4096 bytes}
     */
    @Override
    public String toString() {
        return "buffer with a message of type " + message.get(JAVA_LONG, 0) + ", " + size + " bytes";
    }
}
