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
import dev.letterbox.sysv.linux.Errno;
import dev.letterbox.sysv.linux.Linux;
import dev.letterbox.sysv.linux.layout.IpcPerm;
import dev.letterbox.sysv.linux.layout.MsqidDs;
import dev.letterbox.sysv.waiting.AdaptiveSpin;
import dev.letterbox.sysv.waiting.CarrierRelief;
import dev.letterbox.sysv.waiting.Place;
import dev.letterbox.sysv.waiting.Sleeper;
import dev.letterbox.sysv.waiting.Waker;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Sends to and receives from a System V message queue of the kernel.
 *
 * <p>This is a handle: closing it ends what waits in it and leaves the queue alone. A handle that removes its queue is an
 * {@link OwnedQueue}. A queue lives until somebody removes it, also when all its users are gone.
 *
 * <p>Each call comes in three forms. {@code try…} returns false at once where it would have to wait; with a
 * {@link Duration} it waits for so long; {@code send} and {@code receive} wait as long as it takes. A wait sleeps in the
 * kernel, after some tries where these pay (see {@link #setWaiting}), and ends at its deadline, by {@link Thread#interrupt()}, by {@link #close()} of this handle, or when the queue
 * is removed. When a message was moved before an interrupt came, the call succeeds and the interrupt stays pending.
 *
 * <p>On a virtual thread a call that does not wait runs where it is; one that has to sleep is made by a platform thread
 * on its behalf, so it never holds a carrier.
 *
 * <p>This class is safe for use by any number of threads; a {@link MessageBuffer} is for one at a time.
 *
 * <p>Every method that asks the kernel throws a {@link QueueException}: {@link QueueRemovedException} where the queue
 * existed and is gone, {@link NoSuchQueueException} where it was never seen, {@link QueueAccessException} where the mode
 * forbids it, {@link QueueClosedException} where this handle is closed.
 */
public sealed class MessageQueue implements AutoCloseable permits OwnedQueue {
    /** What is longer, 146 years, never ends; so a deadline never overflows. */
    private static final Duration LONGEST = Duration.ofNanos(Waker.NEVER / 2);

    /** For the calling thread to look at a queue with: a look is no reason to allocate. */
    private static final ThreadLocal<MemorySegment> STATE =
            ThreadLocal.withInitial(() -> Arena.ofAuto().allocate(MsqidDs.LAYOUT));

    private final Place place = this::isClosed;
    private final Linux linux;
    private final int id;
    private final @Nullable Key key;
    private volatile boolean seen;
    private volatile boolean closed;

    // Made when the first call has to wait: most handles on clients' queues never do.
    private volatile Waiting waiting = Waiting.ADAPTIVE;
    private volatile @Nullable AdaptiveSpin sends;
    private volatile @Nullable AdaptiveSpin receives;

    MessageQueue(Linux linux, int id, @Nullable Key key) {
        this.linux = linux;
        this.id = id;
        this.key = key;
        this.seen = key != null;
    }

    /**
     * Opens the queue with this key. No permission is needed for this; sending and receiving check it.
     *
     * @param key the key
     * @return a handle
     * @throws NoSuchQueueException where there is none
     */
    public static MessageQueue open(Key key) {
        return get(Linux.host(), key, 0);
    }

    /**
     * Opens the queue with this key, if it grants these permissions now.
     *
     * @param key the key
     * @param wanted the permissions wanted: each bit that is set must be granted to this process
     * @return a handle
     * @throws NoSuchQueueException where there is none
     * @throws QueueAccessException where it does not grant them
     */
    public static MessageQueue open(Key key, Mode wanted) {
        return get(Linux.host(), key, wanted.bits());
    }

    /**
     * Makes a queue with this key, and fails where there is one already. The queue outlives this process: remove it with
     * {@link #remove}, or make it with {@link OwnedQueue#create}.
     *
     * @param key the key
     * @param mode who may use it
     * @return a handle
     * @throws QueueExistsException where there is one already
     * @throws TableFullException where the system has as many queues as it may
     */
    public static MessageQueue create(Key key, Mode mode) {
        return get(Linux.host(), key, Linux.IPC_CREAT | Linux.IPC_EXCL | mode.bits());
    }

    /**
     * Makes a queue without a key: {@code msgget(IPC_PRIVATE)}. The queue outlives this process: remove it with
     * {@link #remove}, or make it with {@link OwnedQueue#createPrivate}.
     *
     * @param mode who may use it
     * @return a handle
     * @throws TableFullException where the system has as many queues as it may
     */
    public static MessageQueue createPrivate(Mode mode) {
        Linux linux = Linux.host();
        return new MessageQueue(linux, getPrivate(linux, mode), null);
    }

    static int getPrivate(Linux linux, Mode mode) {
        long id = linux.msgget(Linux.IPC_PRIVATE, mode.bits());
        Errno errno = Errno.of(id);
        if (errno != null) {
            throw Failure.creating(linux, "make a private queue", errno);
        }
        return (int) id;
    }

    /**
     * Opens the queue with this key, and makes it where there is none. Whoever made it first decides owner and mode, so
     * do not use this where a stranger's queue would do harm.
     *
     * @param key the key
     * @param mode who may use it, where it is made; and what it must grant to this process, where there is one
     * @return a handle
     * @throws QueueAccessException where there is one that does not grant the mode
     * @throws TableFullException where the system has as many queues as it may
     */
    public static MessageQueue openOrCreate(Key key, Mode mode) {
        return get(Linux.host(), key, Linux.IPC_CREAT | mode.bits());
    }

    static MessageQueue get(Linux linux, Key key, int flags) {
        long id = linux.msgget(key.value(), flags);
        Errno errno = Errno.of(id);
        if (errno != null) {
            throw Failure.opening(linux, key, errno);
        }
        return new MessageQueue(linux, (int) id, key);
    }

    /**
     * Returns a handle for a queue whose id somebody sent, such as a return address. Nothing is asked of the kernel.
     *
     * @param id the queue's id, 0 or more
     * @return a handle
     * @throws IllegalArgumentException where the id is negative
     */
    public static MessageQueue ofId(int id) {
        return ofId(Linux.host(), id);
    }

    static MessageQueue ofId(Linux linux, int id) {
        if (id < 0) {
            throw new IllegalArgumentException("A queue's id is 0 or more, not " + id + ".");
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
     * @return the key; empty for a private queue and for a handle made of an id
     */
    public final Optional<Key> key() {
        return Optional.ofNullable(key);
    }

    /**
     * Says how calls of this handle wait from here on. Without it they are {@linkplain Waiting#ADAPTIVE adaptive}.
     *
     * @param how how to wait
     */
    public final void setWaiting(Waiting how) {
        waiting = how;
        sends = null;
        receives = null;
    }

    private AdaptiveSpin spinOf(@Nullable Selector selector) {
        AdaptiveSpin known = selector == null ? sends : receives;
        if (known != null) {
            return known;
        }
        AdaptiveSpin made = new AdaptiveSpin(waiting.adaptive(), waiting.trying());
        if (selector == null) {
            sends = made;
        } else {
            receives = made;
        }
        return made;
    }

    /**
     * Sends a message if there is room now.
     *
     * @param message type and body; not changed
     * @return false where the queue is full: wait, or do something else, and try again
     * @throws MessageTooLargeException where the kernel takes no message so long
     */
    public final boolean trySend(MessageBuffer message) {
        checkOpen("send to ");
        message.claim();
        try {
            return sendNow(message);
        } finally {
            message.release();
        }
    }

    /**
     * Sends a message if there is room now, to a queue that may well be gone: for servers, whose clients come and go.
     * Where {@link #trySend} throws, this tells the outcome at the price of one system call.
     *
     * @param message type and body; not changed
     * @return what became of it
     * @throws MessageTooLargeException where the kernel takes no message so long
     */
    public final SendOutcome offer(MessageBuffer message) {
        checkOpen("send to ");
        message.claim();
        try {
            long result = linux.msgsnd(id, message.structure(), message.length(), Linux.IPC_NOWAIT);
            if (result == 0) {
                saw();
                return SendOutcome.SENT;
            }
            return switch (Errno.of(result)) {
                case EAGAIN -> {
                    saw();
                    yield SendOutcome.FULL;
                }
                case EIDRM -> SendOutcome.GONE;
                case EACCES -> SendOutcome.DENIED;
                case EINVAL -> {
                    MessageTooLargeException tooLarge = Failure.tooLargeToSend(this, message.length());
                    if (tooLarge != null) {
                        throw tooLarge;
                    }
                    yield SendOutcome.GONE;
                }
                case null, default -> throw sendFailed(message, result);
            };
        } finally {
            message.release();
        }
    }

    /**
     * Offers a message that found no room before. Where there still is none this costs a look, and not the copy that the
     * kernel makes of a message before it finds no room; and the look shows whether it still is the same queue.
     *
     * @param message type and body; not changed
     * @param seen the queue as it was seen before
     * @return what became of it; {@link SendOutcome#GONE} also where another queue {@linkplain #isStill has the id by now}
     * @throws MessageTooLargeException where the kernel takes no message so long
     */
    public final SendOutcome offerAgain(MessageBuffer message, QueueStatus seen) {
        checkOpen("send to ");
        MemorySegment state = STATE.get();
        if (MessageQueues.statAny(linux, id, state)) {
            if (!seen.isOf(state)) {
                return SendOutcome.GONE;
            }
            return MsqidDs.hasRoom(state, message.size()) ? offer(message) : SendOutcome.FULL;
        }
        return isStill(seen) ? offer(message) : SendOutcome.GONE;
    }

    /**
     * Looks whether this still is the queue that was seen: with the same key, made by the same user, and with owner, mode
     * and capacity unchanged since. An id may come back to another queue. Needs no permission, and allocates nothing.
     *
     * @param seen the queue as it was seen before
     * @return false where it is gone, was changed, or another one has its id
     */
    public final boolean isStill(QueueStatus seen) {
        MemorySegment state = STATE.get();
        if (MessageQueues.statAny(linux, id, state)) {
            return seen.isOf(state);
        }
        return !MessageQueues.hasStatAny(linux)
                && MessageQueues.find(linux, id).filter(seen::isOf).isPresent();
    }

    /**
     * Sends a message, waiting for room until the time is up.
     *
     * @param message type and body; not changed
     * @param timeout how long to wait at most; zero or less does not wait
     * @return false where the queue stayed full
     * @throws InterruptedException where the thread was interrupted before the message was sent
     * @throws MessageTooLargeException where the kernel takes no message so long, or the queue can never hold it
     */
    public final boolean trySend(MessageBuffer message, Duration timeout) throws InterruptedException {
        return moveUntil(message, null, deadlineAfter(timeout), "send to ");
    }

    /**
     * Sends a message, waiting for room until the time is up.
     *
     * @param message type and body; not changed
     * @param timeout how long to wait at most; zero or less does not wait
     * @throws QueueFullException where the queue stayed full; it says by how much
     * @throws InterruptedException where the thread was interrupted before the message was sent
     * @throws MessageTooLargeException where the kernel takes no message so long, or the queue can never hold it
     */
    public final void send(MessageBuffer message, Duration timeout) throws InterruptedException {
        if (!trySend(message, timeout)) {
            throw Failure.full(this, message.length());
        }
    }

    /**
     * Sends a message, waiting for room as long as it takes.
     *
     * @param message type and body; not changed
     * @throws InterruptedException where the thread was interrupted before the message was sent
     * @throws MessageTooLargeException where the kernel takes no message so long, or the queue can never hold it
     */
    public final void send(MessageBuffer message) throws InterruptedException {
        moveUntil(message, null, Waker.NEVER, "send to ");
    }

    /**
     * Sends a message from the heap, waiting for room as long as it takes.
     *
     * @param message type and body
     * @throws InterruptedException where the thread was interrupted before the message was sent
     * @throws MessageTooLargeException where the kernel takes no message so long, or the queue can never hold it
     */
    public final void send(Message message) throws InterruptedException {
        send(MessageBuffer.fixed(message.body().length).put(message.type(), message.body()));
    }

    /**
     * Receives a message if one is there now.
     *
     * @param into takes type and body
     * @param selector which message
     * @return false where no such message is there
     * @throws MessageTooLargeException where the buffer is {@linkplain MessageBuffer#fixed fixed} and too small; the
     *     message is still in the queue
     */
    public final boolean tryReceive(MessageBuffer into, Selector selector) {
        checkOpen("receive from ");
        into.claim();
        try {
            return receiveNow(into, selector);
        } finally {
            into.release();
        }
    }

    /**
     * Receives a message, waiting for one until the time is up.
     *
     * @param into takes type and body
     * @param selector which message
     * @param timeout how long to wait at most; zero or less does not wait
     * @return false where none came
     * @throws InterruptedException where the thread was interrupted before a message came
     * @throws MessageTooLargeException where the buffer is {@linkplain MessageBuffer#fixed fixed} and too small; the
     *     message is still in the queue
     */
    public final boolean tryReceive(MessageBuffer into, Selector selector, Duration timeout)
            throws InterruptedException {
        return moveUntil(into, selector, deadlineAfter(timeout), "receive from ");
    }

    /**
     * Receives a message, waiting for one as long as it takes.
     *
     * @param into takes type and body
     * @param selector which message
     * @throws InterruptedException where the thread was interrupted before a message came
     * @throws MessageTooLargeException where the buffer is {@linkplain MessageBuffer#fixed fixed} and too small; the
     *     message is still in the queue
     */
    public final void receive(MessageBuffer into, Selector selector) throws InterruptedException {
        moveUntil(into, selector, Waker.NEVER, "receive from ");
    }

    /**
     * Receives a message to the heap, however long, waiting for one as long as it takes.
     *
     * @param selector which message
     * @return the message
     * @throws InterruptedException where the thread was interrupted before a message came
     */
    public final Message receive(Selector selector) throws InterruptedException {
        MessageBuffer buffer = MessageBuffer.allocate();
        receive(buffer, selector);
        return buffer.toMessage();
    }

    /**
     * Receives a message to the heap, however long, waiting for one until the time is up.
     *
     * @param selector which message
     * @param timeout how long to wait at most; zero or less does not wait
     * @return the message; empty where none came
     * @throws InterruptedException where the thread was interrupted before a message came
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
     * @return false where the queue has no so many messages
     * @throws IllegalArgumentException where the index is negative
     * @throws MessageTooLargeException where the buffer is {@linkplain MessageBuffer#fixed fixed} and too small
     * @throws UnsupportedKernelException where the kernel was built without CONFIG_CHECKPOINT_RESTORE
     */
    public final boolean peek(MessageBuffer into, long index) {
        if (index < 0) {
            throw new IllegalArgumentException("A message's place is 0 or more, not " + index + ".");
        }
        into.claim();
        try {
            checkOpen("peek into ");
            if (!into.truncates()) {
                return take(into, index, Linux.MSG_COPY, "peek into ");
            }
            // The kernel never truncates a copy.
            MessageBuffer whole = MessageBuffer.allocate();
            boolean found = take(whole, index, Linux.MSG_COPY, "peek into ");
            if (found) {
                into.copyFrom(whole);
            }
            return found;
        } finally {
            into.release();
        }
    }

    /**
     * Reads the queue's state: {@code msgctl(IPC_STAT)}. Needs the permission to receive;
     * {@link MessageQueues#find} does not.
     *
     * @return the state now
     */
    public final QueueStatus status() {
        try (Arena arena = Arena.ofConfined()) {
            return QueueStatus.of(id, stat(arena));
        }
    }

    private MemorySegment stat(Arena arena) {
        checkOpen("read the state of ");
        MemorySegment state = arena.allocate(MsqidDs.LAYOUT);
        control(Linux.IPC_STAT, state, "read the state of ", "msgctl(IPC_STAT)");
        return state;
    }

    /**
     * Gives the queue to another owner: {@code msgctl(IPC_SET)}. Creator, owner and root may do this; the creator
     * keeps all rights.
     *
     * @param uid the new owner's user id
     * @param gid the new owner's group id
     */
    public final void setOwner(int uid, int gid) {
        change(state -> IpcPerm.set(state, uid, gid, IpcPerm.mode(state)));
    }

    /**
     * Sets who may use the queue: {@code msgctl(IPC_SET)}. Creator, owner and root may do this.
     *
     * @param mode the permissions
     */
    public final void setMode(Mode mode) {
        change(state -> IpcPerm.set(state, IpcPerm.uid(state), IpcPerm.gid(state), mode.bits()));
    }

    /**
     * Sets how many bytes, and how many messages, the queue holds: {@code msgctl(IPC_SET)}. Creator, owner and root may
     * lower it, and raise it up to {@link Limits#queueBytes}; above that CAP_SYS_RESOURCE is needed.
     *
     * @param capacity bytes, 1 or more
     * @throws QueueAccessException where it is above the limit, or the queue is somebody else's
     * @throws IllegalArgumentException where it is less than 1
     */
    public final void setCapacity(long capacity) {
        if (capacity < 1) {
            throw new IllegalArgumentException("A queue's capacity is 1 byte or more, not " + capacity + ".");
        }
        checkOpen("set the capacity of ");
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment state = statAny(arena);
            MsqidDs.setQbytes(state, capacity);
            Errno errno = Errno.of(linux.msgctl(id, Linux.IPC_SET, state));
            if (errno != null) {
                throw Failure.capacityRefused(this, capacity, errno);
            }
        }
    }

    private interface Change {
        void to(MemorySegment state);
    }

    /** The kernel sets owner, mode and capacity at once, so the others are read first. */
    private void change(Change change) {
        checkOpen("change ");
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment state = statAny(arena);
            change.to(state);
            control(Linux.IPC_SET, state, "change ", "msgctl(IPC_SET)");
        }
    }

    /** An owner may change a queue that it may not read. */
    private MemorySegment statAny(Arena arena) {
        MemorySegment state = arena.allocate(MsqidDs.LAYOUT);
        return linux.msgctl(id, Linux.MSG_STAT_ANY, state) == id ? state : stat(arena);
    }

    /**
     * Removes the queue, with all that is in it, whoever uses it: {@code msgctl(IPC_RMID)}. Creator, owner and root may
     * do this. All who wait in it get a {@link QueueRemovedException}.
     */
    public final void remove() {
        checkOpen("remove ");
        control(Linux.IPC_RMID, MemorySegment.NULL, "remove ", "msgctl(IPC_RMID)");
    }

    private void control(int command, MemorySegment argument, String task, String call) {
        Errno errno = Errno.of(linux.msgctl(id, command, argument));
        if (errno != null) {
            throw Failure.using(this, task + this, call, errno);
        }
        saw();
    }

    /**
     * Closes this handle and ends every call that waits in it, with a {@link QueueClosedException}. The queue lives on.
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

    /** Remembers that the queue exists: from here on its absence is a removal. */
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

    private void checkOpen(String task) {
        if (closed) {
            throw Failure.closed(this, task + this);
        }
    }

    private static long deadlineAfter(Duration timeout) {
        if (timeout.isNegative() || timeout.isZero()) {
            return 0;
        }
        return timeout.compareTo(LONGEST) >= 0 ? Waker.NEVER : Waker.now() + timeout.toNanos();
    }

    private boolean sendNow(MessageBuffer message) {
        long result = linux.msgsnd(id, message.structure(), message.length(), Linux.IPC_NOWAIT);
        if (result == 0) {
            saw();
            return true;
        }
        if (Errno.EAGAIN.in(result)) {
            saw();
            return false;
        }
        throw sendFailed(message, result);
    }

    private QueueException sendFailed(MessageBuffer message, long result) {
        Errno errno = Errno.of(result);
        if (errno == Errno.EINVAL) {
            MessageTooLargeException tooLarge = Failure.tooLargeToSend(this, message.length());
            if (tooLarge != null) {
                return tooLarge;
            }
        }
        return Failure.using(this, "send to " + this, "msgsnd", errno == null ? Errno.UNKNOWN : errno);
    }

    private boolean receiveNow(MessageBuffer into, Selector selector) {
        return take(into, selector.msgtyp(), selector.flags(), "receive from ");
    }

    private boolean take(MessageBuffer into, long type, int flags, String task) {
        while (true) {
            long result = linux.msgrcv(
                    id, into.structure(), into.room(), type, flags | Linux.IPC_NOWAIT | truncation(into, flags));
            if (received(into, result, type, flags, task)) {
                return true;
            }
            if (!Errno.E2BIG.in(result)) {
                return false;
            }
        }
    }

    private static int truncation(MessageBuffer into, int flags) {
        return into.truncates() && (flags & Linux.MSG_COPY) == 0 ? Linux.MSG_NOERROR : 0;
    }

    /** Returns true where a message came, false where the call should be made again or none is there, else throws. */
    private boolean received(MessageBuffer into, long result, long type, int flags, String task) {
        if (result >= 0) {
            into.received(result);
            saw();
            return true;
        }
        if (Errno.EINTR.in(result)) {
            return false;
        }
        if (Errno.ENOMSG.in(result)) {
            saw();
            return false;
        }
        if (Errno.E2BIG.in(result)) {
            saw();
            if (!into.grows()) {
                throw Failure.tooLargeToReceive(this, into.capacity(), sizeOfNext(type, flags));
            }
            into.growBeyond(MessageQueues.limits(linux).maxMessageBytes());
            return false;
        }
        Errno errno = Objects.requireNonNullElse(Errno.of(result), Errno.UNKNOWN);
        throw (flags & Linux.MSG_COPY) != 0
                ? Failure.peeking(this, task + this, errno)
                : Failure.using(this, task + this, "msgrcv", errno);
    }

    /** Known where the message has a certain place: the first of any type, or one that is peeked at. */
    private Optional<Integer> sizeOfNext(long type, int flags) {
        boolean peeking = (flags & Linux.MSG_COPY) != 0;
        if (!peeking && type != 0) {
            return Optional.empty();
        }
        MessageBuffer whole = MessageBuffer.allocate();
        long size = linux.msgrcv(
                id, whole.structure(), whole.room(), peeking ? type : 0, Linux.MSG_COPY | Linux.IPC_NOWAIT);
        return size < 0 ? Optional.empty() : Optional.of((int) size);
    }

    /**
     * Receives, or sends where there is no selector: at once, or after some tries, or after a sleep.
     *
     * <p>From here to a call of the kernel there are few methods, one within the other: each of the linker's calls makes a
     * slice of the segment that takes errno, and the compiler sees that nobody keeps it only as far as it inlines, which
     * is 15 methods deep, its caller's included.
     */
    private boolean moveUntil(MessageBuffer message, @Nullable Selector selector, long deadline, String task)
            throws InterruptedException {
        checkOpen(task);
        message.claim();
        try {
            if (Thread.interrupted()) {
                throw new InterruptedException();
            }
            if (moveNow(message, selector)) {
                return true;
            }
            if (deadline == 0) {
                return false;
            }
            AdaptiveSpin spin = spinOf(selector);
            long began = Waker.now();
            if (moveTrying(message, selector, spin, deadline)) {
                return true;
            }
            boolean moved = Thread.currentThread().isVirtual()
                    ? CarrierRelief.run(() -> moveAsleep(message, selector, deadline))
                    : selector == null ? sendAsleep(message, deadline) : receiveAsleep(message, selector, deadline);
            spin.slept(Waker.now() - began);
            return moved;
        } finally {
            message.release();
        }
    }

    private boolean moveNow(MessageBuffer message, @Nullable Selector selector) {
        return selector == null ? sendNow(message) : receiveNow(message, selector);
    }

    private boolean moveTrying(MessageBuffer message, @Nullable Selector selector, AdaptiveSpin spin, long deadline) {
        long started = spin.start();
        if (started == AdaptiveSpin.SLEEP) {
            return false;
        }
        boolean moved = false;
        int tries = 0;
        try {
            do {
                moved = moveNow(message, selector);
                tries++;
            } while (!moved
                    && spin.goOn(started, tries)
                    && !closed
                    && Waker.now() < deadline
                    && !Thread.currentThread().isInterrupted());
            return moved;
        } finally {
            spin.end(started, tries, moved);
        }
    }

    private boolean moveAsleep(MessageBuffer message, @Nullable Selector selector, long deadline)
            throws InterruptedException {
        return selector == null ? sendAsleep(message, deadline) : receiveAsleep(message, selector, deadline);
    }

    private boolean sendAsleep(MessageBuffer message, long deadline) throws InterruptedException {
        MemorySegment structure = message.structure();
        int size = message.length();
        Sleeper sleeper = Sleeper.current();
        MemorySegment state = sleeper.state;
        boolean known =
                linux.msgctl(id, Linux.MSG_STAT_ANY, state) == id || linux.msgctl(id, Linux.IPC_STAT, state) == 0;
        if (known && size > MsqidDs.qbytes(state)) {
            // Not even once it is empty, so that waiting makes no sense.
            throw Failure.neverFits(this, size, MsqidDs.qbytes(state));
        }
        while (true) {
            long result = Errno.EINTR.asResult();
            boolean maySleep = sleeper.asleep(place, deadline);
            try {
                if (maySleep) {
                    result = linux.msgsnd(id, structure, size, 0);
                }
            } finally {
                sleeper.awake();
            }
            if (result == 0) {
                saw();
                return true;
            }
            if (!Errno.EINTR.in(result)) {
                throw sendFailed(message, result);
            }
            if (isOver(deadline, "send to ")) {
                return false;
            }
        }
    }

    private boolean receiveAsleep(MessageBuffer into, Selector selector, long deadline) throws InterruptedException {
        int flags = selector.flags() | truncation(into, selector.flags());
        Sleeper sleeper = Sleeper.current();
        while (true) {
            long result = Errno.EINTR.asResult();
            boolean maySleep = sleeper.asleep(place, deadline);
            try {
                if (maySleep) {
                    result = linux.msgrcv(id, into.structure(), into.room(), selector.msgtyp(), flags);
                }
            } finally {
                sleeper.awake();
            }
            if (received(into, result, selector.msgtyp(), flags, "receive from ")) {
                return true;
            }
            if (isOver(deadline, "receive from ")) {
                return false;
            }
        }
    }

    /** Finds out why a sleep ended with nothing done; false where for no reason that counts. */
    private boolean isOver(long deadline, String task) throws InterruptedException {
        checkOpen(task);
        if (Thread.interrupted()) {
            throw new InterruptedException();
        }
        return Waker.now() >= deadline;
    }

    /**
     * Tells which queue it is.
     *
     * @return as in {@code queue 5 (key 0x1aaaaaa1)}
     */
    @Override
    public String toString() {
        return key == null ? "queue " + id : "queue " + id + " (key " + key + ")";
    }
}
