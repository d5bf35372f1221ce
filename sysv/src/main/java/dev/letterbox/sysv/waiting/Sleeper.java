package dev.letterbox.sysv.waiting;

import dev.letterbox.sysv.error.UnexpectedErrnoException;
import dev.letterbox.sysv.error.UnsupportedKernelException;
import dev.letterbox.sysv.linux.KernelError;
import dev.letterbox.sysv.linux.Linux;
import dev.letterbox.sysv.linux.layout.MsqidDs;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.net.ProtocolFamily;
import java.nio.channels.DatagramChannel;
import java.nio.channels.Pipe;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.channels.spi.AbstractSelectableChannel;
import java.nio.channels.spi.AbstractSelector;
import java.nio.channels.spi.SelectorProvider;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Lets one platform thread sleep in a system call that a deadline, an interrupt or a close can end.
 *
 * <p>It is an {@link AbstractSelector} for one reason: {@code begin} and {@code end} of that class are the JDK's public
 * way to be told, in the moment, of {@link Thread#interrupt} on a thread that is blocked outside the JVM. It selects
 * nothing.
 */
public final class Sleeper extends AbstractSelector {
    private static final ThreadLocal<Sleeper> MINE = ThreadLocal.withInitial(Sleeper::new);

    /** The kernel's id of the thread. */
    final int thread;

    /** The thread's own memory for a queue's state, so that no wait has to allocate it. */
    public final MemorySegment state = Arena.ofAuto().allocate(MsqidDs.LAYOUT);

    // The waker's, guarded by its lock.
    @Nullable
    Sleeper next;

    @Nullable
    Sleeper previous;

    boolean asleep;
    long due;
    long pause;

    @Nullable
    volatile Place place;

    private volatile boolean woken;

    private Sleeper() {
        super(NoSelectors.INSTANCE);
        thread = (int) Linux.host().gettid();
        KernelError refused = KernelError.of(Linux.host().unblockSignal(Waker.INSTANCE.signal()));
        if (refused != null) {
            throw new UnexpectedErrnoException(
                    "Cannot wait with a deadline: %s (pthread_sigmask: %s).".formatted(refused.text(), refused),
                    refused.name());
        }
    }

    /**
     * Returns the calling platform thread's own.
     *
     * @return the sleeper
     * @throws UnsupportedKernelException if no real-time signal is left to end a sleep with
     */
    public static Sleeper current() {
        return MINE.get();
    }

    /**
     * Announces that the thread is about to sleep in a place. Call {@link #awake} afterwards, whatever happens.
     *
     * @param in the place
     * @param deadline when to wake the thread, on the clock of {@link Waker#now}
     * @return false if the thread must not sleep: it was interrupted, or the place is closed
     */
    public boolean asleep(Place in, long deadline) {
        woken = false;
        place = in;
        Waker.INSTANCE.add(this, deadline);
        begin();
        return !woken && !in.isClosed();
    }

    /** Announces that the thread is awake. */
    public void awake() {
        end();
        Waker.INSTANCE.remove(this);
        place = null;
    }

    /** Called on the interrupting thread. */
    @Override
    public Selector wakeup() {
        woken = true;
        Waker.INSTANCE.wake(this);
        return this;
    }

    @Override
    protected void implCloseSelector() {}

    @Override
    protected SelectionKey register(AbstractSelectableChannel channel, int operations, Object attachment) {
        throw new UnsupportedOperationException();
    }

    @Override
    public Set<SelectionKey> keys() {
        return Set.of();
    }

    @Override
    public Set<SelectionKey> selectedKeys() {
        return Set.of();
    }

    @Override
    public int selectNow() {
        throw new UnsupportedOperationException();
    }

    @Override
    public int select(long timeout) {
        throw new UnsupportedOperationException();
    }

    @Override
    public int select() {
        throw new UnsupportedOperationException();
    }

    /** Stands for the JDK's provider, for which all jars would be searched. */
    private static final class NoSelectors extends SelectorProvider {
        static final SelectorProvider INSTANCE = new NoSelectors();

        @Override
        public DatagramChannel openDatagramChannel() {
            throw new UnsupportedOperationException();
        }

        @Override
        public DatagramChannel openDatagramChannel(ProtocolFamily family) {
            throw new UnsupportedOperationException();
        }

        @Override
        public Pipe openPipe() {
            throw new UnsupportedOperationException();
        }

        @Override
        public AbstractSelector openSelector() {
            throw new UnsupportedOperationException();
        }

        @Override
        public ServerSocketChannel openServerSocketChannel() {
            throw new UnsupportedOperationException();
        }

        @Override
        public SocketChannel openSocketChannel() {
            throw new UnsupportedOperationException();
        }
    }
}
