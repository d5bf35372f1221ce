package dev.letterbox.sysv;

import dev.letterbox.sysv.error.MessageTooLargeException;
import dev.letterbox.sysv.error.QueueException;
import dev.letterbox.sysv.linux.Errno;
import dev.letterbox.sysv.linux.KernelError;
import dev.letterbox.sysv.linux.Linux;
import dev.letterbox.sysv.linux.layout.MsqidDs;
import dev.letterbox.sysv.waiting.Sleeper;
import java.lang.foreign.MemorySegment;

/** Sends to a queue: {@code msgsnd}. */
final class Sender extends Mover {
    private static final String TASK = "send to ";

    Sender(MessageQueue queue) {
        super(queue, TASK);
    }

    @Override
    boolean now(MessageBuffer message, Selector any) {
        long result = linux.msgsnd(queue.id(), message.structure(), message.length(), Linux.IPC_NOWAIT);
        if (result == 0) {
            queue.saw();
            return true;
        }
        if (Errno.EAGAIN.in(result)) {
            queue.saw();
            return false;
        }
        throw failed(message, result);
    }

    @Override
    boolean asleep(MessageBuffer message, Selector any, long deadline) throws InterruptedException {
        MemorySegment structure = message.structure();
        int size = message.length();
        Sleeper sleeper = Sleeper.current();
        MemorySegment state = sleeper.state;
        boolean known = linux.msgctl(queue.id(), Linux.MSG_STAT_ANY, state) == queue.id()
                || linux.msgctl(queue.id(), Linux.IPC_STAT, state) == 0;
        if (known && (size > MsqidDs.qbytes(state) || MsqidDs.qbytes(state) == 0)) {
            // Not even into an empty queue, so waiting makes no sense.
            throw Failure.neverFits(queue, size, MsqidDs.qbytes(state));
        }
        while (true) {
            long result = Errno.EINTR.asResult();
            boolean maySleep = sleeper.asleep(queue.place(), deadline);
            try {
                if (maySleep) {
                    result = linux.msgsnd(queue.id(), structure, size, 0);
                }
            } finally {
                sleeper.awake();
            }
            if (result == 0) {
                queue.saw();
                return true;
            }
            if (!Errno.EINTR.in(result)) {
                throw failed(message, result);
            }
            if (isOver(deadline)) {
                return now(message, any);
            }
        }
    }

    private QueueException failed(MessageBuffer message, long result) {
        KernelError errno = KernelError.ofFailure(result);
        if (errno == Errno.EINVAL) {
            MessageTooLargeException tooLarge = Failure.tooLargeToSend(queue, message.length());
            if (tooLarge != null) {
                return tooLarge;
            }
        }
        return Failure.using(queue, TASK + queue, "msgsnd", errno);
    }

    SendOutcome offer(MessageBuffer message) {
        queue.checkOpen(TASK);
        message.claim();
        try {
            long result = linux.msgsnd(queue.id(), message.structure(), message.length(), Linux.IPC_NOWAIT);
            if (result == 0) {
                queue.saw();
                return SendOutcome.SENT;
            }
            if (Errno.EAGAIN.in(result)) {
                queue.saw();
                return SendOutcome.FULL;
            }
            if (Errno.EACCES.in(result)) {
                return SendOutcome.DENIED;
            }
            if (Errno.EINVAL.in(result)) {
                MessageTooLargeException tooLarge = Failure.tooLargeToSend(queue, message.length());
                if (tooLarge != null) {
                    throw tooLarge;
                }
                return SendOutcome.GONE;
            }
            if (Errno.EIDRM.in(result)) {
                return SendOutcome.GONE;
            }
            throw failed(message, result);
        } finally {
            message.release();
        }
    }

    SendOutcome offerAgain(MessageBuffer message, QueueStatus seen) {
        queue.checkOpen(TASK);
        MemorySegment state = MessageQueues.scratch();
        if (MessageQueues.statAny(linux, queue.id(), state)) {
            if (!seen.isOf(state)) {
                return SendOutcome.GONE;
            }
            return MsqidDs.hasRoom(state, message.size()) ? offer(message) : SendOutcome.FULL;
        }
        return queue.isStill(seen) ? offer(message) : SendOutcome.GONE;
    }
}
