package dev.letterbox.sysv;

import dev.letterbox.sysv.error.MessageTooLargeException;
import dev.letterbox.sysv.error.NoSuchQueueException;
import dev.letterbox.sysv.error.QueueAccessException;
import dev.letterbox.sysv.error.QueueClosedException;
import dev.letterbox.sysv.error.QueueException;
import dev.letterbox.sysv.error.QueueExistsException;
import dev.letterbox.sysv.error.QueueFullException;
import dev.letterbox.sysv.error.QueueRemovedException;
import dev.letterbox.sysv.error.TableFullException;
import dev.letterbox.sysv.error.UnsupportedKernelException;
import dev.letterbox.sysv.linux.KernelError;
import dev.letterbox.sysv.linux.Linux;
import dev.letterbox.sysv.waiting.Place;
import dev.letterbox.sysv.waiting.Waker;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Sends to and receives from a System V message queue of the kernel.
 *
 * <p>This is a handle. Closing it ends the calls that wait in it and leaves the queue alone; a handle that removes its
 * queue is an {@link OwnedQueue}. A queue exists until it is removed, even if all its users have exited.
 *
 * <p>Each call comes in three forms. {@code try…} returns false at once if it would have to wait; with a {@link Duration}
 * it waits that long; {@code send} and {@code receive} wait without a limit. A wait sleeps in the kernel, after some tries
 * if these pay (see {@link #setWaiting}). It ends at its deadline, by {@link Thread#interrupt()}, by {@link #close()} of
 * this handle, or when the queue is removed. If a message was moved before an interrupt came, the call succeeds and the
 * interrupt stays pending.
 *
 * <p>On a virtual thread, a call that does not wait runs on its carrier. A call that has to sleep is made by a platform
 * thread on its behalf, so it never holds a carrier.
 *
 * <p>This class is safe for use by multiple threads; a {@link MessageBuffer} is for one at a time.
 *
 * <p>Every method that calls the kernel throws a {@link QueueException}: {@link QueueRemovedException} if the queue existed
 * and has been removed, {@link NoSuchQueueException} if this handle never saw it, {@link QueueAccessException} if access is
 * denied, {@link QueueClosedException} if this handle is closed.
 *
 * <p>Long because each call says in full what it does, waits for and throws; a sender, a receiver and a control do the
 * work.
 */
public sealed class MessageQueue implements AutoCloseable permits OwnedQueue {
    private final Place place = this::isClosed;
    private final Linux linux;
    private final int id;
    private final @Nullable Key key;
    private final Sender sender;
    private final Receiver receiver;
    private volatile Waiting waiting = Waiting.ADAPTIVE;
    private volatile boolean seen;
    private volatile boolean closed;

    @SuppressWarnings("this-escape") // its parts only keep the reference
    MessageQueue(Linux linux, int id, @Nullable Key key) {
        this.linux = linux;
        this.id = id;
        this.key = key;
        this.seen = key != null;
        this.sender = new Sender(this);
        this.receiver = new Receiver(this);
    }

    /**
     * Opens the queue with this key. Opening needs no permission; sending and receiving check it.
     *
     * @param key the key
     * @return a handle
     * @throws NoSuchQueueException if there is none
     */
    public static MessageQueue open(Key key) {
        return get(Linux.host(), key, 0);
    }

    /**
     * Opens the queue with this key if it grants these permissions now.
     *
     * @param key the key
     * @param wanted the permissions: each bit that is set must be granted to this process
     * @return a handle
     * @throws NoSuchQueueException if there is none
     * @throws QueueAccessException if the queue does not grant them
     */
    public static MessageQueue open(Key key, Mode wanted) {
        return get(Linux.host(), key, wanted.bits());
    }

    /**
     * Creates a queue with this key. The queue outlives this process: remove it with {@link #remove}, or create it with
     * {@link OwnedQueue#create}.
     *
     * @param key the key
     * @param mode who may use it
     * @return a handle
     * @throws QueueExistsException if a queue with this key exists
     * @throws TableFullException if the system has reached its limit of queues
     */
    public static MessageQueue create(Key key, Mode mode) {
        return get(Linux.host(), key, Linux.IPC_CREAT | Linux.IPC_EXCL | mode.bits());
    }

    /**
     * Creates a queue without a key: {@code msgget(IPC_PRIVATE)}. The queue outlives this process: remove it with
     * {@link #remove}, or create it with {@link OwnedQueue#createPrivate}.
     *
     * @param mode who may use it
     * @return a handle
     * @throws TableFullException if the system has reached its limit of queues
     */
    public static MessageQueue createPrivate(Mode mode) {
        Linux linux = Linux.host();
        return new MessageQueue(linux, getPrivate(linux, mode), null);
    }

    static int getPrivate(Linux linux, Mode mode) {
        long id = linux.msgget(Linux.IPC_PRIVATE, mode.bits());
        KernelError errno = KernelError.of(id);
        if (errno != null) {
            throw Failure.creating(linux, "create a private queue", errno);
        }
        return (int) id;
    }

    /**
     * Opens the queue with this key, or creates it if there is none. The process that created it first decides owner and
     * mode, so do not use this where another user's queue would do harm.
     *
     * @param key the key
     * @param mode who may use a new queue; what an existing queue must grant to this process
     * @return a handle
     * @throws QueueAccessException if an existing queue does not grant the mode
     * @throws TableFullException if the system has reached its limit of queues
     */
    public static MessageQueue openOrCreate(Key key, Mode mode) {
        return get(Linux.host(), key, Linux.IPC_CREAT | mode.bits());
    }

    static MessageQueue get(Linux linux, Key key, int flags) {
        long id = linux.msgget(key.value(), flags);
        KernelError errno = KernelError.of(id);
        if (errno != null) {
            throw Failure.opening(linux, key, flags, errno);
        }
        return new MessageQueue(linux, (int) id, key);
    }

    /**
     * Returns a handle for a queue by its id, such as a return address. The kernel is not called.
     *
     * @param id the queue's id, 0 or more
     * @return a handle
     * @throws IllegalArgumentException if the id is negative
     */
    public static MessageQueue ofId(int id) {
        return ofId(Linux.host(), id);
    }

    static MessageQueue ofId(Linux linux, int id) {
        if (id < 0) {
            throw new IllegalArgumentException("A queue's id must be 0 or more, not " + id + ".");
        }
        return new MessageQueue(linux, id, null);
    }

    /**
     * Returns the queue's id.
     *
     * @return 0 or more
     */
    public final int id() {
        return id;
    }

    /**
     * Returns the key by which this handle was opened.
     *
     * @return the key; empty for a private queue and for a handle made from an id
     */
    public final Optional<Key> key() {
        return Optional.ofNullable(key);
    }

    /**
     * Sets how calls of this handle wait from now on. The default is {@linkplain Waiting#ADAPTIVE adaptive}.
     *
     * @param how how to wait
     */
    public final void setWaiting(Waiting how) {
        waiting = how;
        sender.forget();
        receiver.forget();
    }

    /**
     * Sends a message if there is room now.
     *
     * @param message type and body; not changed
     * @return false if the queue is full
     * @throws MessageTooLargeException if the message is longer than the kernel allows
     */
    public final boolean trySend(MessageBuffer message) {
        return sender.moveNow(message, Selector.any());
    }

    /**
     * Sends a message if there is room now, to a queue that may be gone: for servers, whose clients come and go. Returns
     * the outcomes for which {@link #trySend} throws, at the cost of one system call.
     *
     * @param message type and body; not changed
     * @return the outcome
     * @throws MessageTooLargeException if the message is longer than the kernel allows
     */
    public final SendOutcome offer(MessageBuffer message) {
        return sender.offer(message);
    }

    /**
     * Offers a message again that found no room before. While there is still none, this costs a look at the queue, and not
     * the copy of the message that the kernel makes before it finds no room. The look also shows whether it is still the
     * same queue.
     *
     * @param message type and body; not changed
     * @param seen the queue's state when it was seen before
     * @return the outcome; {@link SendOutcome#GONE} also if another queue {@linkplain #isStill has the id} now
     * @throws MessageTooLargeException if the message is longer than the kernel allows
     */
    public final SendOutcome offerAgain(MessageBuffer message, QueueStatus seen) {
        return sender.offerAgain(message, seen);
    }

    /**
     * Returns whether this is still the queue that was seen: with the same key and creator, and with owner, mode and
     * capacity unchanged since. The kernel may give an id to another queue. Needs no permission, and allocates nothing.
     *
     * @param seen the queue's state when it was seen before
     * @return false if it is gone or was changed, or another queue has its id
     */
    public final boolean isStill(QueueStatus seen) {
        MemorySegment state = MessageQueues.scratch();
        if (MessageQueues.statAny(linux, id, state)) {
            return seen.isOf(state);
        }
        return MessageQueues.find(linux, id).filter(seen::isOf).isPresent();
    }

    /**
     * Sends a message, waiting for room until the time is up.
     *
     * @param message type and body; not changed
     * @param timeout how long to wait; zero or less does not wait
     * @return false if the queue stayed full
     * @throws InterruptedException if the thread was interrupted before the message was sent
     * @throws MessageTooLargeException if the message is longer than the kernel allows or the queue can ever hold
     */
    public final boolean trySend(MessageBuffer message, Duration timeout) throws InterruptedException {
        return sender.moveBy(Mover.deadlineAfter(timeout), message, Selector.any());
    }

    /**
     * Sends a message, waiting for room until the time is up.
     *
     * @param message type and body; not changed
     * @param timeout how long to wait; zero or less does not wait
     * @throws QueueFullException if the queue stayed full; the message has the figures
     * @throws InterruptedException if the thread was interrupted before the message was sent
     * @throws MessageTooLargeException if the message is longer than the kernel allows or the queue can ever hold
     */
    public final void send(MessageBuffer message, Duration timeout) throws InterruptedException {
        if (!trySend(message, timeout)) {
            throw Failure.full(this, message.length());
        }
    }

    /**
     * Sends a message, waiting for room without a limit.
     *
     * @param message type and body; not changed
     * @throws InterruptedException if the thread was interrupted before the message was sent
     * @throws MessageTooLargeException if the message is longer than the kernel allows or the queue can ever hold
     */
    public final void send(MessageBuffer message) throws InterruptedException {
        sender.moveBy(Waker.NEVER, message, Selector.any());
    }

    /**
     * Sends a message from the heap, waiting for room without a limit.
     *
     * @param message type and body
     * @throws InterruptedException if the thread was interrupted before the message was sent
     * @throws MessageTooLargeException if the message is longer than the kernel allows or the queue can ever hold
     */
    public final void send(Message message) throws InterruptedException {
        send(MessageBuffer.fixed(message.body().length).put(message.type(), message.body()));
    }

    /**
     * Receives a message if one is there now.
     *
     * @param into takes type and body
     * @param selector which message
     * @return false if no such message is there
     * @throws MessageTooLargeException if the buffer is {@linkplain MessageBuffer#fixed fixed} and too small; the message
     *     stays in the queue
     */
    public final boolean tryReceive(MessageBuffer into, Selector selector) {
        return receiver.moveNow(into, selector);
    }

    /**
     * Receives a message, waiting for one until the time is up. A message that is there when the wait ends is received, also
     * if this process was stopped for longer than the timeout.
     *
     * @param into takes type and body
     * @param selector which message
     * @param timeout how long to wait; zero or less does not wait
     * @return false if none came
     * @throws InterruptedException if the thread was interrupted before a message came
     * @throws MessageTooLargeException if the buffer is {@linkplain MessageBuffer#fixed fixed} and too small; the message
     *     stays in the queue
     */
    public final boolean tryReceive(MessageBuffer into, Selector selector, Duration timeout)
            throws InterruptedException {
        return receiver.moveBy(Mover.deadlineAfter(timeout), into, selector);
    }

    /**
     * Receives a message, waiting for one without a limit.
     *
     * @param into takes type and body
     * @param selector which message
     * @throws InterruptedException if the thread was interrupted before a message came
     * @throws MessageTooLargeException if the buffer is {@linkplain MessageBuffer#fixed fixed} and too small; the message
     *     stays in the queue
     */
    public final void receive(MessageBuffer into, Selector selector) throws InterruptedException {
        receiver.moveBy(Waker.NEVER, into, selector);
    }

    /**
     * Receives a message of any length to the heap, waiting for one without a limit.
     *
     * @param selector which message
     * @return the message
     * @throws InterruptedException if the thread was interrupted before a message came
     */
    public final Message receive(Selector selector) throws InterruptedException {
        MessageBuffer buffer = MessageBuffer.allocate();
        receive(buffer, selector);
        return buffer.toMessage();
    }

    /**
     * Receives a message of any length to the heap, waiting for one until the time is up.
     *
     * @param selector which message
     * @param timeout how long to wait; zero or less does not wait
     * @return the message; empty if none came
     * @throws InterruptedException if the thread was interrupted before a message came
     */
    public final Optional<Message> receive(Selector selector, Duration timeout) throws InterruptedException {
        MessageBuffer buffer = MessageBuffer.allocate();
        return tryReceive(buffer, selector, timeout) ? Optional.of(buffer.toMessage()) : Optional.empty();
    }

    /**
     * Copies a message and leaves it in the queue: {@code MSG_COPY}. Needs the permission to receive.
     *
     * @param into takes type and body
     * @param index the message's place, 0 for the first
     * @return false if there is no message at this place
     * @throws IllegalArgumentException if the index is negative
     * @throws MessageTooLargeException if the buffer is {@linkplain MessageBuffer#fixed fixed} and too small
     * @throws UnsupportedKernelException if the kernel was built without CONFIG_CHECKPOINT_RESTORE
     */
    public final boolean peek(MessageBuffer into, long index) {
        if (index < 0) {
            throw new IllegalArgumentException("A message's position must be 0 or more, not " + index + ".");
        }
        return receiver.peek(into, index);
    }

    /**
     * Reads the queue's state: {@code msgctl(IPC_STAT)}. Needs the permission to receive; {@link MessageQueues#find} does
     * not.
     *
     * @return the state now
     */
    public final QueueStatus status() {
        return new Control(this).status();
    }

    /**
     * Gives the queue to another owner: {@code msgctl(IPC_SET)}. The creator, the owner and root may do this; the creator
     * keeps all rights. Every change of a queue wakes all who sleep in it, and may change their order.
     *
     * @param uid the new owner's user id
     * @param gid the new owner's group id
     */
    public final void setOwner(int uid, int gid) {
        new Control(this).setOwner(uid, gid);
    }

    /**
     * Sets who may use the queue: {@code msgctl(IPC_SET)}. The creator, the owner and root may do this.
     *
     * @param mode the permissions
     * @throws QueueAccessException if the queue is another user's; if its capacity is above {@link Limits#queueBytes},
     *     which the kernel checks first; or if its owner is not mapped in this user namespace and would change too
     */
    public final void setMode(Mode mode) {
        new Control(this).setMode(mode);
    }

    /**
     * Sets how many bytes, and how many messages, the queue holds: {@code msgctl(IPC_SET)}. The creator, the owner and root
     * may set it up to {@link Limits#queueBytes}; more than that needs CAP_SYS_RESOURCE.
     *
     * @param capacity bytes, 1 to 2147483647: the kernel stores the number in 32 bits, and 2^32 would become 0
     * @throws QueueAccessException if it is above the limit, or the queue is another user's
     * @throws IllegalArgumentException if it is less than 1 or more than 2147483647
     */
    public final void setCapacity(long capacity) {
        if (capacity < 1 || capacity > Integer.MAX_VALUE) {
            throw new IllegalArgumentException(
                    "A queue's capacity must be 1 to " + Integer.MAX_VALUE + " bytes, not " + capacity + ".");
        }
        new Control(this).setCapacity(capacity);
    }

    /**
     * Removes the queue with all its messages: {@code msgctl(IPC_RMID)}. The creator, the owner and root may do this. All
     * calls that wait in it throw a {@link QueueRemovedException}.
     */
    public final void remove() {
        new Control(this).remove();
    }

    /**
     * Closes this handle and ends every call that waits in it, with a {@link QueueClosedException}. The queue stays.
     * Closing again does nothing.
     */
    @Override
    public void close() {
        closed = true;
        Waker.INSTANCE.wakeAll(place);
    }

    final boolean isClosed() {
        return closed;
    }

    /** Remembers that the queue exists: from now on its absence means that it was removed. */
    final void saw() {
        if (!seen) {
            seen = true;
        }
    }

    final boolean wasSeen() {
        return seen;
    }

    final Linux linux() {
        return linux;
    }

    final Place place() {
        return place;
    }

    final Waiting waiting() {
        return waiting;
    }

    final void checkOpen(String task) {
        if (closed) {
            throw Failure.closed(task + this);
        }
    }

    /**
     * Returns which queue this is.
     *
     * @return as in {@code queue 5 (key 0x1aaaaaa1)}
     */
    @Override
    public String toString() {
        return key == null ? "queue " + id : "queue " + id + " (key " + key + ")";
    }
}
