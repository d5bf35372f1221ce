package dev.letterbox.rabbitmq;

import com.rabbitmq.client.AMQP.BasicProperties;
import com.rabbitmq.client.BlockedListener;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.ConfirmListener;
import com.rabbitmq.client.ShutdownSignalException;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Publishes on one channel, and tells of each message what became of it. {@link #offer} never waits: up to a window of
 * bytes may be unconfirmed. What may block in a socket, since the broker stopped reading, is written by a thread of its
 * own, which sleeps while there is nothing to write.
 *
 * <p>This class is safe for use by any number of threads.
 */
final class Publisher implements AutoCloseable {
    /**
     * As much may be unconfirmed before the calling thread no longer writes itself: 64 small requests at a time. It fits into the
     * buffers of a socket whose other end reads nothing; Linux takes 128 KiB where it receives, and as much where it sends.
     */
    private static final int WRITTEN_AT_ONCE = 96 * 1024;

    /** So many messages a thread writes in a row, so that it comes back to its own work. */
    private static final int WRITTEN_FOR_OTHERS = 16;

    /** What a message costs beside its body, about. */
    private static final int OVERHEAD = 256;

    private final Channel channel;
    private final long window;
    private final Consumer<Exception> onFailure;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition work = lock.newCondition();

    // All below is guarded by the lock.
    private final Deque<Item> unconfirmed = new ArrayDeque<>();
    private final Deque<Item> waiting = new ArrayDeque<>();
    private final List<Runnable> wantRoom = new ArrayList<>();
    private long firstTag = 1;
    private long nextTag = 1;
    private long bytes;
    private boolean writing;
    private boolean closed;
    private @Nullable Thread writer;

    private volatile @Nullable String blocked;

    /** What became of a message. */
    enum Fate {
        /** It is in all queues that it was routed to. */
        TAKEN,
        /** A queue refused it, since it is full, or the queue's node went down. */
        REFUSED,
        /** It was routed to no queue: the one that it was for is gone. */
        GONE,
        /** The channel or its connection ended before the broker said anything. */
        UNKNOWN
    }

    /** Is told what became of a message, once; by a thread that must not wait. */
    @FunctionalInterface
    interface Receipt {
        void settled(Fate fate);
    }

    private static final class Item {
        private final String exchange;
        private final String key;
        private final BasicProperties properties;
        private final byte[] body;
        private final Receipt receipt;
        private boolean returned;
        private @Nullable Fate fate;

        Item(String exchange, String key, BasicProperties properties, byte[] body, Receipt receipt) {
            this.exchange = exchange;
            this.key = key;
            this.properties = properties;
            this.body = body;
            this.receipt = receipt;
        }

        int bytes() {
            return body.length + OVERHEAD;
        }
    }

    /**
     * Creates a publisher on a channel that nobody else publishes on.
     *
     * @param window how many bytes may be unconfirmed
     * @param onFailure is told that a message could not be written, before any receipt; by a thread that must not wait
     * @throws IOException if the broker has no confirms
     */
    Publisher(Channel channel, long window, Consumer<Exception> onFailure) throws IOException {
        this.channel = channel;
        this.window = window;
        this.onFailure = onFailure;
        channel.confirmSelect();
        channel.addReturnListener(returned -> returned(returned.getProperties().getMessageId()));
        channel.addConfirmListener(new ConfirmListener() {
            @Override
            public void handleAck(long tag, boolean multiple) {
                confirmed(tag, multiple, Fate.TAKEN);
            }

            @Override
            public void handleNack(long tag, boolean multiple) {
                confirmed(tag, multiple, Fate.REFUSED);
            }
        });
        channel.addShutdownListener(_ -> close());
        channel.getConnection().addBlockedListener(new BlockedListener() {
            @Override
            public void handleBlocked(String reason) {
                blocked = reason;
            }

            @Override
            public void handleUnblocked() {
                unblocked();
            }
        });
    }

    /**
     * Publishes a message, mandatory and to be confirmed, if the window has room.
     *
     * @param properties its properties; the message-id is this publisher's own
     * @param receipt is told what became of it
     * @return false if the window has no room: see {@link #onRoom}
     */
    boolean offer(String exchange, String key, BasicProperties properties, byte[] body, Receipt receipt) {
        boolean here;
        Item item;
        lock.lock();
        try {
            if (closed) {
                // Told as what was lost on the way: whoever sends has one way to hear of it.
                here = false;
                item = null;
            } else {
                if (bytes > 0 && bytes + body.length + OVERHEAD > window) {
                    return false;
                }
                BasicProperties own =
                        properties.builder().messageId(Long.toString(nextTag)).build();
                item = new Item(exchange, key, own, body, receipt);
                nextTag++;
                unconfirmed.add(item);
                here = !writing && waiting.isEmpty() && blocked == null && bytes + item.bytes() <= WRITTEN_AT_ONCE;
                bytes += item.bytes();
                if (here) {
                    writing = true;
                } else {
                    waiting.add(item);
                    if (!writing) {
                        wakeWriter();
                    }
                }
            }
        } finally {
            lock.unlock();
        }
        if (item == null) {
            receipt.settled(Fate.UNKNOWN);
        } else if (here) {
            writeHere(item);
        }
        return true;
    }

    /** Writes a message, and some of those that came meanwhile: their senders have not waited. */
    private void writeHere(Item first) {
        Item next = first;
        for (int written = 1; next != null; written++) {
            write(next);
            lock.lock();
            try {
                writing = false;
                next = null;
                if (!waiting.isEmpty() && written < WRITTEN_FOR_OTHERS && bytes <= WRITTEN_AT_ONCE) {
                    next = waiting.remove();
                    writing = true;
                } else if (!waiting.isEmpty()) {
                    wakeWriter();
                }
            } finally {
                lock.unlock();
            }
        }
    }

    /** Calls back, once, when the window has room again, or the channel has ended. */
    void onRoom(Runnable look) {
        lock.lock();
        try {
            if (!closed && bytes > window / 2) {
                wantRoom.add(look);
                return;
            }
        } finally {
            lock.unlock();
        }
        look.run();
    }

    /** Returns what ended the channel; null as long as it is open. */
    @Nullable
    ShutdownSignalException closeReason() {
        return channel.getCloseReason();
    }

    /** Returns why the broker reads nothing from publishers, such as an alarm; null while it does. */
    @Nullable
    String blocked() {
        return blocked;
    }

    private void unblocked() {
        blocked = null;
    }

    /** With the lock held. */
    private void wakeWriter() {
        if (writer == null) {
            writer = Thread.ofPlatform().daemon().name("letterbox-publisher").start(this::writeWaiting);
        } else {
            work.signal();
        }
    }

    private void writeWaiting() {
        boolean wrote = false;
        while (true) {
            Item item;
            lock.lock();
            try {
                if (wrote) {
                    writing = false;
                }
                while (!closed && (waiting.isEmpty() || writing)) {
                    work.awaitUninterruptibly();
                }
                if (closed) {
                    return;
                }
                item = waiting.remove();
                writing = true;
            } finally {
                lock.unlock();
            }
            write(item);
            wrote = true;
        }
    }

    private void write(Item item) {
        try {
            channel.basicPublish(item.exchange, item.key, true, item.properties, item.body);
        } catch (IOException | RuntimeException failed) {
            // Whatever it was: the numbers of the broker's confirms no longer fit those of the messages.
            onFailure.accept(failed);
            close();
        }
    }

    /** A return comes before the ack of the same message, and names it by its id alone. */
    private void returned(String messageId) {
        lock.lock();
        try {
            long place = Long.parseLong(messageId) - firstTag;
            int at = 0;
            for (Item item : unconfirmed) {
                if (at++ == place) {
                    item.returned = true;
                    return;
                }
            }
        } finally {
            lock.unlock();
        }
    }

    private void confirmed(long tag, boolean multiple, Fate fate) {
        List<Item> settled = new ArrayList<>();
        List<Runnable> room = List.of();
        lock.lock();
        try {
            long at = firstTag;
            for (Item item : unconfirmed) {
                if (at > tag) {
                    break;
                }
                if (item.fate == null && (multiple || at == tag)) {
                    item.fate = item.returned ? Fate.GONE : fate;
                    bytes -= item.bytes();
                    settled.add(item);
                }
                at++;
            }
            while (!unconfirmed.isEmpty() && unconfirmed.peek().fate != null) {
                unconfirmed.remove();
                firstTag++;
            }
            if (!wantRoom.isEmpty() && bytes <= window / 2) {
                room = List.copyOf(wantRoom);
                wantRoom.clear();
            }
        } finally {
            lock.unlock();
        }
        for (Item item : settled) {
            item.receipt.settled(item.returned ? Fate.GONE : fate);
        }
        room.forEach(Runnable::run);
    }

    /** Gives up: what the broker has not confirmed is told as {@link Fate#UNKNOWN}. Does not close the channel. */
    @Override
    public void close() {
        List<Item> lost = new ArrayList<>();
        List<Runnable> room;
        lock.lock();
        try {
            if (closed) {
                return;
            }
            closed = true;
            for (Item item : unconfirmed) {
                if (item.fate == null) {
                    lost.add(item);
                }
            }
            unconfirmed.clear();
            waiting.clear();
            room = List.copyOf(wantRoom);
            wantRoom.clear();
            work.signalAll();
        } finally {
            lock.unlock();
        }
        for (Item item : lost) {
            item.receipt.settled(item.returned ? Fate.GONE : Fate.UNKNOWN);
        }
        room.forEach(Runnable::run);
    }
}
