package dev.letterbox.sysv;

import dev.letterbox.sysv.linux.Errno;
import dev.letterbox.sysv.linux.Linux;
import dev.letterbox.sysv.linux.layout.IpcPerm;
import dev.letterbox.sysv.linux.layout.MsqidDs;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** Reads, changes and removes a queue: {@code msgctl}. */
final class Control {
    private static final String STAT = "read the state of ";

    private final MessageQueue queue;
    private final Linux linux;

    Control(MessageQueue queue) {
        this.queue = queue;
        this.linux = queue.linux();
    }

    QueueStatus status() {
        try (Arena arena = Arena.ofConfined()) {
            return QueueStatus.of(queue.id(), stat(arena));
        }
    }

    private MemorySegment stat(Arena arena) {
        queue.checkOpen(STAT);
        MemorySegment state = arena.allocate(MsqidDs.LAYOUT);
        control(Linux.IPC_STAT, state, STAT, "msgctl(IPC_STAT)");
        return state;
    }

    void setOwner(int uid, int gid) {
        change(state -> IpcPerm.set(state, uid, gid, IpcPerm.mode(state)));
    }

    void setMode(Mode mode) {
        change(state -> IpcPerm.set(state, IpcPerm.uid(state), IpcPerm.gid(state), mode.bits()));
    }

    void setCapacity(long capacity) {
        queue.checkOpen("set the capacity of ");
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment state = statAny(arena);
            MsqidDs.setQbytes(state, capacity);
            Errno errno = Errno.of(linux.msgctl(queue.id(), Linux.IPC_SET, state));
            if (errno != null) {
                throw Failure.capacityRefused(queue, capacity, errno);
            }
        }
    }

    private interface Change {
        void to(MemorySegment state);
    }

    /** The kernel sets owner, mode and capacity at once, so the others are read first. */
    private void change(Change change) {
        queue.checkOpen("change ");
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment state = statAny(arena);
            change.to(state);
            control(Linux.IPC_SET, state, "change ", "msgctl(IPC_SET)");
        }
    }

    /** An owner may change a queue that it may not read. */
    private MemorySegment statAny(Arena arena) {
        MemorySegment state = arena.allocate(MsqidDs.LAYOUT);
        return linux.msgctl(queue.id(), Linux.MSG_STAT_ANY, state) == queue.id() ? state : stat(arena);
    }

    void remove() {
        queue.checkOpen("remove ");
        control(Linux.IPC_RMID, MemorySegment.NULL, "remove ", "msgctl(IPC_RMID)");
    }

    private void control(int command, MemorySegment argument, String task, String call) {
        Errno errno = Errno.of(linux.msgctl(queue.id(), command, argument));
        if (errno != null) {
            throw Failure.using(queue, task + queue, call, errno);
        }
        queue.saw();
    }
}
