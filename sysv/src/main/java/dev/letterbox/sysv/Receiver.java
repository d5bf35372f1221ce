package dev.letterbox.sysv;

import dev.letterbox.sysv.linux.Errno;
import dev.letterbox.sysv.linux.KernelError;
import dev.letterbox.sysv.linux.Linux;
import dev.letterbox.sysv.waiting.Sleeper;
import java.util.OptionalLong;

/** Receives from a queue: {@code msgrcv}. A buffer that grows is enlarged until the message fits; none is lost or cut. */
final class Receiver extends Mover {
    private static final String TASK = "receive from ";
    private static final String PEEK = "peek into ";

    Receiver(MessageQueue queue) {
        super(queue, TASK);
    }

    @Override
    boolean now(MessageBuffer into, Selector selector) {
        return take(into, selector.msgtyp(), selector.flags(), TASK);
    }

    @Override
    boolean asleep(MessageBuffer into, Selector selector, long deadline) throws InterruptedException {
        int flags = selector.flags() | truncation(into, selector.flags());
        Sleeper sleeper = Sleeper.current();
        while (true) {
            long result = Errno.EINTR.asResult();
            boolean maySleep = sleeper.asleep(queue.place(), deadline);
            try {
                if (maySleep) {
                    result = linux.msgrcv(queue.id(), into.structure(), into.room(), selector.msgtyp(), flags);
                }
            } finally {
                sleeper.awake();
            }
            if (received(into, result, selector.msgtyp(), flags, TASK)) {
                return true;
            }
            if (isOver(deadline)) {
                return now(into, selector);
            }
        }
    }

    boolean peek(MessageBuffer into, long index) {
        into.claim();
        try {
            queue.checkOpen(PEEK);
            if (!into.truncates()) {
                return take(into, index, Linux.MSG_COPY, PEEK);
            }
            // The kernel never truncates a copy.
            MessageBuffer whole = MessageBuffer.allocate();
            boolean found = take(whole, index, Linux.MSG_COPY, PEEK);
            if (found) {
                into.copyFrom(whole);
            }
            return found;
        } finally {
            into.release();
        }
    }

    private boolean take(MessageBuffer into, long type, int flags, String task) {
        while (true) {
            long result = linux.msgrcv(
                    queue.id(),
                    into.structure(),
                    into.room(),
                    type,
                    flags | Linux.IPC_NOWAIT | truncation(into, flags));
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

    /** Returns whether a message came; if not, there is none, or the call must be made again. */
    private boolean received(MessageBuffer into, long result, long type, int flags, String task) {
        if (result >= 0) {
            into.received(result);
            queue.saw();
            return true;
        }
        if (Errno.EINTR.in(result)) {
            return false;
        }
        if (Errno.ENOMSG.in(result)) {
            queue.saw();
            return false;
        }
        if (Errno.E2BIG.in(result)) {
            queue.saw();
            if (!into.grows()) {
                throw Failure.tooLargeToReceive(queue, into.capacity(), sizeOfNext(type, flags));
            }
            grow(into);
            return false;
        }
        KernelError errno = KernelError.ofFailure(result);
        throw (flags & Linux.MSG_COPY) != 0
                ? Failure.peeking(queue, task + queue, errno)
                : Failure.using(queue, task + queue, "msgrcv", errno);
    }

    private void grow(MessageBuffer into) {
        try {
            into.grow();
        } catch (OutOfMemoryError noRoom) {
            throw Failure.noMemory(queue, into.capacity(), noRoom);
        }
    }

    /** Known if the message has a certain place: the first of any type, or one that is peeked at. */
    private OptionalLong sizeOfNext(long type, int flags) {
        boolean peeking = (flags & Linux.MSG_COPY) != 0;
        if (!peeking && type != 0) {
            return OptionalLong.empty();
        }
        MessageBuffer whole = MessageBuffer.allocate();
        long size = copy(whole, peeking ? type : 0);
        while (Errno.E2BIG.in(size)) {
            whole.grow();
            size = copy(whole, peeking ? type : 0);
        }
        return size < 0 ? OptionalLong.empty() : OptionalLong.of(size);
    }

    private long copy(MessageBuffer into, long place) {
        return linux.msgrcv(queue.id(), into.structure(), into.room(), place, Linux.MSG_COPY | Linux.IPC_NOWAIT);
    }
}
