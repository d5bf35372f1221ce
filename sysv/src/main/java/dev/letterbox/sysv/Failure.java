package dev.letterbox.sysv;

import dev.letterbox.sysv.error.MessageTooLargeException;
import dev.letterbox.sysv.error.NoSuchQueueException;
import dev.letterbox.sysv.error.QueueAccessException;
import dev.letterbox.sysv.error.QueueClosedException;
import dev.letterbox.sysv.error.QueueException;
import dev.letterbox.sysv.error.QueueExistsException;
import dev.letterbox.sysv.error.QueueFullException;
import dev.letterbox.sysv.error.QueueRemovedException;
import dev.letterbox.sysv.error.QueueReplacedException;
import dev.letterbox.sysv.error.TableFullException;
import dev.letterbox.sysv.error.UnexpectedErrnoException;
import dev.letterbox.sysv.error.UnsupportedKernelException;
import dev.letterbox.sysv.linux.Errno;
import dev.letterbox.sysv.linux.KernelError;
import dev.letterbox.sysv.linux.Linux;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Explains a call that failed: it looks at the queue, the limits and the caller once more, since errno alone never says
 * enough.
 */
final class Failure {
    private static final String ALL_QUEUES = "MessageQueues.list() returns all queues.";
    private static final String RAISE_CAPACITY = "Its owner can raise it with MessageQueue.setCapacity.";

    private Failure() {}

    /** Passes a result on, or throws for a call that has no queue. */
    static long check(Linux linux, long result, String task, String call) {
        KernelError errno = KernelError.of(result);
        if (errno == null) {
            return result;
        }
        throw Denial.is(linux, errno) ? new Denial(linux, task, call, errno).ofAll() : unexpected(task, call, errno);
    }

    private static QueueException unexpected(String task, String call, KernelError errno) {
        if (errno == Errno.ENOSYS) {
            return new UnsupportedKernelException(
                    "Cannot %s: this kernel is built without System V IPC (%s: ENOSYS).".formatted(task, call),
                    errno.name());
        }
        String advice = switch (errno) {
            case Errno.ENOMEM ->
                " The kernel is out of memory for it. Check the memory limit of this service or container:"
                        + " /sys/fs/cgroup/memory.max.";
            default -> "";
        };
        return new UnexpectedErrnoException(
                "Cannot %s: %s (%s: %s).%s".formatted(task, lower(errno), call, errno, advice), errno.name());
    }

    private static String lower(KernelError errno) {
        return errno.text().toLowerCase(Locale.ROOT);
    }

    /** For msgget with a key. */
    static QueueException opening(Linux linux, Key key, int flags, KernelError errno) {
        String task = "open the queue with key " + key;
        if (Denial.is(linux, errno)) {
            return new Denial(linux, task, "msgget", errno).ofMode(() -> listed(linux, key), Permission.asked(flags));
        }
        return switch (errno) {
            case Errno.ENOENT ->
                new NoSuchQueueException(
                        "There is no message queue with key %s (msgget: ENOENT).".formatted(key),
                        ALL_QUEUES,
                        errno.name());
            case Errno.EEXIST -> {
                Optional<QueueStatus> holder = holder(linux, key);
                yield new QueueExistsException(
                        "A message queue with key %s already exists%s (msgget: EEXIST)."
                                .formatted(
                                        key, holder.map(h -> ": " + describe(h)).orElse("")),
                        "Open it with MessageQueue.open, or remove it with MessageQueue.remove if no program uses it.",
                        errno.name());
            }
            default -> creating(linux, task, errno);
        };
    }

    /** For msgget that makes a queue. */
    static QueueException creating(Linux linux, String task, KernelError errno) {
        if (errno == Errno.ENOSPC) {
            Limits limits = MessageQueues.limits(linux);
            int limit = limits.maxQueues();
            int used = MessageQueues.usage(linux).queues();
            String help = limits.moreQueues() > limit
                    ? "Raise the limit: sysctl -w kernel.msgmni=" + limits.moreQueues() + "."
                    : "Remove unused queues; a higher limit needs a kernel booted with ipcmni_extend.";
            return new TableFullException(
                    "Cannot %s: the table of queues is full, %d of %d are in use (msgget: ENOSPC). %s"
                            .formatted(task, used, limit, help),
                    ALL_QUEUES,
                    errno.name());
        }
        return Denial.is(linux, errno)
                ? new Denial(linux, task, "msgget", errno).ofAll()
                : unexpected(task, "msgget", errno);
    }

    /** Where the call that finds it is refused. */
    private static Optional<QueueStatus> listed(Linux linux, Key key) {
        return MessageQueues.list(linux).stream()
                .filter(queue -> queue.keyValue() == key.value())
                .findFirst();
    }

    private static Optional<QueueStatus> holder(Linux linux, Key key) {
        long id = linux.msgget(key.value(), 0);
        return id < 0 ? Optional.empty() : MessageQueues.find(linux, (int) id);
    }

    /** For msgrcv with MSG_COPY. */
    static QueueException peeking(MessageQueue queue, String task, KernelError errno) {
        Linux linux = queue.linux();
        if (errno == Errno.ENOSYS && !MessageQueues.isReceivingFiltered(linux)) {
            return new UnsupportedKernelException(
                    "Cannot %s: this kernel is built without CONFIG_CHECKPOINT_RESTORE (msgrcv: ENOSYS)."
                            .formatted(task),
                    errno.name());
        }
        if (errno == Errno.EINVAL && MessageQueues.find(linux, queue.id()).isPresent()) {
            int limit = MessageQueues.limits(linux).maxMessageBytes();
            return new MessageTooLargeException(
                    ("Cannot %s: the message is longer than msgmax, which is %d now, and the kernel does not copy such a"
                                    + " message (msgrcv: EINVAL). Receive it, or raise the limit to its former value:"
                                    + " sysctl -w kernel.msgmax=BYTES")
                            .formatted(task, limit),
                    errno.name());
        }
        return using(queue, task, "msgrcv", errno);
    }

    /** For msgsnd, msgrcv and msgctl on a queue. */
    static QueueException using(MessageQueue queue, String task, String call, KernelError errno) {
        Linux linux = queue.linux();
        if (Denial.is(linux, errno)) {
            Denial denial = new Denial(linux, task, call, errno);
            Supplier<Optional<QueueStatus>> state = () -> MessageQueues.find(linux, queue.id());
            return switch (call) {
                case "msgctl(IPC_SET)", "msgctl(IPC_RMID)" -> denial.ofOwners(state);
                case "msgsnd" -> denial.ofMode(state, Permission.SEND);
                default -> denial.ofMode(state, Permission.RECEIVE);
            };
        }
        return switch (errno) {
            case Errno.EIDRM -> removed(queue, task, call, errno);
            case Errno.EINVAL -> {
                Optional<QueueStatus> state = MessageQueues.find(linux, queue.id());
                yield state.isPresent()
                        ? new UnexpectedErrnoException(
                                "Cannot %s: the kernel rejects an argument (%s: EINVAL).".formatted(task, call),
                                errno.name())
                        : removed(queue, task, call, errno);
            }
            default -> unexpected(task, call, errno);
        };
    }

    private static QueueException removed(MessageQueue queue, String task, String call, KernelError errno) {
        int oldId = queue.id();
        if (queue.isClosed()) {
            return closed(task);
        }
        if (queue.key().isPresent()) {
            Key key = queue.key().get();
            long newId = queue.linux().msgget(key.value(), 0);
            if (newId >= 0 && newId != oldId) {
                return new QueueReplacedException(
                        "Cannot %s: the queue was removed and made again under key %s; its id was %d and is %d now (%s: %s). Open it again."
                                .formatted(task, key, oldId, newId, call, errno),
                        errno.name(),
                        oldId,
                        (int) newId);
            }
        }
        if (queue.wasSeen() || errno == Errno.EIDRM) {
            return new QueueRemovedException(
                    "Cannot %s: the queue was removed (%s: %s).".formatted(task, call, errno), errno.name());
        }
        return new NoSuchQueueException(
                "Cannot %s: there is no such queue (%s: %s).".formatted(task, call, errno), ALL_QUEUES, errno.name());
    }

    static QueueClosedException closed(String task) {
        return new QueueClosedException("Cannot " + task + ": this handle was closed.");
    }

    /** For IPC_SET with this capacity, which is the queue's own unless {@code task} is to change it. */
    static QueueException changing(MessageQueue queue, String task, long capacity, boolean isNew, KernelError errno) {
        Linux linux = queue.linux();
        int limit = MessageQueues.limits(linux).queueBytes();
        // Another user is refused before the kernel looks at the number.
        boolean ours = linux.geteuid() == 0
                || MessageQueues.find(linux, queue.id())
                        .filter(state -> Denial.belongsTo(state, linux.geteuid()))
                        .isPresent();
        if (errno != Errno.EPERM || !ours || capacity <= limit) {
            return using(queue, task, "msgctl(IPC_SET)", errno);
        }
        String raise = "raise the limit: sysctl -w kernel.msgmnb=" + capacity + ".";
        return new QueueAccessException(
                isNew
                        ? "Cannot %s to %d bytes: more than msgmnb, which is %d, needs CAP_SYS_RESOURCE (msgctl(IPC_SET): EPERM). %s"
                                .formatted(task, capacity, limit, "R" + raise.substring(1))
                        : ("Cannot %s: its capacity is %d bytes, above msgmnb, which is %d. The kernel checks that before it looks"
                                        + " at any other change, and lets only CAP_SYS_RESOURCE pass (msgctl(IPC_SET): EPERM)."
                                        + " Lower the capacity first, or %s")
                                .formatted(task, capacity, limit, raise),
                errno.name());
    }

    /** For IPC_SET in a user namespace that does not know the queue's owner. */
    static QueueAccessException unmappedOwner(MessageQueue queue, String task, int uid, int gid) {
        return new QueueAccessException(
                ("Cannot %s: its owner is not mapped in this user namespace and is shown as uid %d gid %d. Every change sets the"
                                + " owner too, so it would give the queue to that user. Set the owner first, or change the queue"
                                + " from outside the namespace.")
                        .formatted(task, Integer.toUnsignedLong(uid), Integer.toUnsignedLong(gid)),
                Errno.EPERM.name());
    }

    /** For IPC_SET of a queue without read permission, on a kernel that tells its capacity to readers alone. */
    static QueueAccessException capacityHidden(String task) {
        return new QueueAccessException(
                ("Cannot %s: the kernel sets owner, mode and capacity together, and the capacity cannot be read. The queue's mode"
                                + " denies that to you, and this kernel lacks MSG_STAT_ANY (Linux 4.17), which takes no permission"
                                + " (msgctl(IPC_STAT): EACCES). Run this as root.")
                        .formatted(task),
                Errno.EACCES.name());
    }

    static QueueException full(MessageQueue queue, int size) {
        Optional<QueueStatus> found = MessageQueues.find(queue.linux(), queue.id());
        long capacity =
                found.map(QueueStatus::capacity).orElse(OptionalLong.empty()).orElse(Long.MAX_VALUE);
        if (capacity == 0 || size > capacity) {
            return neverFits(queue, size, capacity);
        }
        String figures = found.map(state -> "%s in %d %s"
                        .formatted(
                                state.capacity().isPresent()
                                        ? state.bytes() + " of " + bytes(capacity)
                                        : bytes(state.bytes()),
                                state.messages(),
                                state.messages() == 1 ? "message" : "messages"))
                .orElse("it has been removed since");
        return new QueueFullException(
                "Cannot send %s to %s: it stayed full (%s; msgsnd: EAGAIN). Its reader is too slow or not running."
                        .formatted(bytes(size), queue, figures),
                "MessageQueues.find(%d) shows when a message was last received.".formatted(queue.id()),
                Errno.EAGAIN.name());
    }

    /** Returns null if the message is not too large, so that something else is wrong. */
    static @Nullable MessageTooLargeException tooLargeToSend(MessageQueue queue, int size) {
        int limit = MessageQueues.limits(queue.linux()).maxMessageBytes();
        return size <= limit
                ? null
                : new MessageTooLargeException(
                        ("Cannot send %s to %s: the longest message is msgmax, which is %d (msgsnd: EINVAL). Send it in parts, or"
                                        + " raise the limit: sysctl -w kernel.msgmax=%d")
                                .formatted(bytes(size), queue, limit, size),
                        Errno.EINVAL.name());
    }

    static MessageTooLargeException neverFits(MessageQueue queue, int size, long capacity) {
        String why = capacity == 0
                ? "its capacity is 0 bytes, so it accepts no message"
                : "its capacity is %s, less than the message".formatted(bytes(capacity));
        return new MessageTooLargeException(
                "Cannot send %s to %s: %s (msgsnd: EAGAIN).".formatted(bytes(size), queue, why),
                RAISE_CAPACITY,
                Errno.EAGAIN.name());
    }

    /** For a buffer that should grow; the message is not lost. */
    static MessageTooLargeException noMemory(MessageQueue queue, int capacity, OutOfMemoryError error) {
        MessageTooLargeException failure = new MessageTooLargeException(
                ("Cannot receive from %s: the message has more than %d bytes, and there is no memory for a larger buffer (%s). It"
                                + " stays in the queue. Raise -XX:MaxDirectMemorySize.")
                        .formatted(queue, capacity, error.getMessage()),
                Errno.E2BIG.name());
        failure.initCause(error);
        return failure;
    }

    static MessageTooLargeException tooLargeToReceive(MessageQueue queue, int capacity, OptionalLong size) {
        return new MessageTooLargeException(
                "Cannot receive from %s: the message has %s and the buffer %d (msgrcv: E2BIG). It stays in the queue."
                        .formatted(queue, size.isPresent() ? bytes(size.getAsLong()) : "more bytes", capacity),
                Errno.E2BIG.name());
    }

    private static String bytes(long number) {
        return number == 1 ? "1 byte" : number + " bytes";
    }

    static String describe(QueueStatus queue) {
        return "queue %d, owner uid %d, creator uid %d, mode %s"
                .formatted(
                        queue.id(),
                        Integer.toUnsignedLong(queue.ownerUid()),
                        Integer.toUnsignedLong(queue.creatorUid()),
                        queue.mode());
    }
}
