package dev.letterbox.sysv;

import dev.letterbox.sysv.linux.Errno;
import dev.letterbox.sysv.linux.KernelError;
import dev.letterbox.sysv.linux.Linux;
import dev.letterbox.sysv.linux.layout.IpcPerm;
import dev.letterbox.sysv.linux.layout.MsqidDs;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.function.Consumer;

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
            queue.checkOpen(STAT);
            return QueueStatus.of(queue.id(), stat(arena, STAT));
        }
    }

    private MemorySegment stat(Arena arena, String task) {
        MemorySegment state = arena.allocate(MsqidDs.LAYOUT);
        control(Linux.IPC_STAT, state, task, "msgctl(IPC_STAT)");
        return state;
    }

    void setOwner(int uid, int gid) {
        change("set the owner of ", state -> IpcPerm.set(state, uid, gid, IpcPerm.mode(state)), Changes.OWNER);
    }

    void setMode(Mode mode) {
        change(
                "set the mode of ",
                state -> IpcPerm.set(state, IpcPerm.uid(state), IpcPerm.gid(state), mode.bits()),
                Changes.MODE);
    }

    void setCapacity(long capacity) {
        change("set the capacity of ", state -> MsqidDs.setQbytes(state, capacity), Changes.CAPACITY);
    }

    private enum Changes {
        OWNER,
        MODE,
        CAPACITY
    }

    /** The kernel sets owner, mode and capacity at once, so the others are read first. */
    private void change(String task, Consumer<MemorySegment> change, Changes what) {
        queue.checkOpen(task);
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment state = statAny(arena, task);
            int uid = IpcPerm.uid(state);
            int gid = IpcPerm.gid(state);
            if (what != Changes.OWNER && UserNamespace.mayHide(uid, gid)) {
                throw Failure.unmappedOwner(queue, task + queue, uid, gid);
            }
            change.accept(state);
            KernelError errno = KernelError.of(linux.msgctl(queue.id(), Linux.IPC_SET, state));
            if (errno != null) {
                throw Failure.changing(queue, task + queue, MsqidDs.qbytes(state), what == Changes.CAPACITY, errno);
            }
            queue.saw();
        }
    }

    /** An owner may change a queue that it may not read. */
    private MemorySegment statAny(Arena arena, String task) {
        MemorySegment state = arena.allocate(MsqidDs.LAYOUT);
        long found = linux.msgctl(queue.id(), Linux.MSG_STAT_ANY, state);
        if (found == queue.id()) {
            return state;
        }
        boolean unknown = Errno.EINVAL.in(found) && !MessageQueues.hasStatAny(linux);
        if (unknown && Errno.EACCES.in(linux.msgctl(queue.id(), Linux.IPC_STAT, state))) {
            throw Failure.capacityHidden(task + queue);
        }
        return stat(arena, task);
    }

    void remove() {
        queue.checkOpen("remove ");
        control(Linux.IPC_RMID, MemorySegment.NULL, "remove ", "msgctl(IPC_RMID)");
    }

    private void control(int command, MemorySegment argument, String task, String call) {
        KernelError errno = KernelError.of(linux.msgctl(queue.id(), command, argument));
        if (errno != null) {
            throw Failure.using(queue, task + queue, call, errno);
        }
        queue.saw();
    }
}
