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
import dev.letterbox.sysv.linux.Linux;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * Turns what the kernel said into the exception that helps: it looks at the queue, the limits and the caller once more,
 * since errno alone never tells enough.
 */
final class Failure {
    private Failure() {}

    /** Passes a result on, or throws for a call that has no queue. */
    static long check(long result, String task, String call) {
        Errno errno = Errno.of(result);
        if (errno == null) {
            return result;
        }
        if (errno == Errno.ENOSYS) {
            throw new UnsupportedKernelException(
                    "Cannot " + task + ": this kernel is built without System V IPC (" + call + ": ENOSYS).",
                    errno.name());
        }
        throw unexpected(task, call, errno);
    }

    private static UnexpectedErrnoException unexpected(String task, String call, Errno errno) {
        String advice = switch (errno) {
            case ENOMEM ->
                " The kernel has no memory for it: see the memory limit of this service or container"
                        + " (cat /sys/fs/cgroup/memory.max; free -m).";
            default -> "";
        };
        return new UnexpectedErrnoException(
                "Cannot %s: %s (%s: %s).%s".formatted(task, lower(errno), call, errno, advice), errno.name());
    }

    private static String lower(Errno errno) {
        return errno.text().toLowerCase(Locale.ROOT);
    }

    /** For msgget with a key. */
    static QueueException opening(Linux linux, Key key, Errno errno) {
        return switch (errno) {
            case ENOENT ->
                new NoSuchQueueException(
                        "There is no message queue with key %s (msgget: ENOENT). See which there are: ipcs -q"
                                .formatted(key),
                        errno.name());
            case EEXIST -> {
                Optional<QueueStatus> holder = holder(linux, key);
                yield new QueueExistsException(
                        "A message queue with key %s exists already%s (msgget: EEXIST). If nobody uses it, remove it: ipcrm -Q %s"
                                .formatted(
                                        key, holder.map(h -> ": " + describe(h)).orElse(""), key),
                        errno.name());
            }
            case EACCES ->
                denied(
                        "open the queue with key " + key,
                        "msgget",
                        errno,
                        linux,
                        holder(linux, key).orElse(null));
            default -> creating(linux, "open the queue with key " + key, errno);
        };
    }

    /** For msgget that makes a queue. */
    static QueueException creating(Linux linux, String task, Errno errno) {
        if (errno == Errno.ENOSPC) {
            Limits limits = MessageQueues.limits(linux);
            int limit = limits.maxQueues();
            int used = MessageQueues.usage(linux).queues();
            String advice = limits.moreQueues() > limit
                    ? "raise the limit: sysctl -w kernel.msgmni=" + limits.moreQueues()
                    : "remove those that nobody uses: ipcrm -q ID (a higher limit takes a kernel booted with ipcmni_extend)";
            return new TableFullException(
                    "Cannot %s: the table of queues is full, %d of %d are in use (msgget: ENOSPC). See whose they are: ipcs -q -c - and %s"
                            .formatted(task, used, limit, advice),
                    errno.name());
        }
        if (errno == Errno.ENOSYS) {
            return new UnsupportedKernelException(
                    "Cannot " + task + ": this kernel is built without System V IPC (msgget: ENOSYS).", errno.name());
        }
        return unexpected(task, "msgget", errno);
    }

    private static Optional<QueueStatus> holder(Linux linux, Key key) {
        long id = linux.msgget(key.value(), 0);
        return id < 0 ? Optional.empty() : MessageQueues.find(linux, (int) id);
    }

    /** For msgrcv with MSG_COPY. */
    static QueueException peeking(MessageQueue queue, String task, Errno errno) {
        Linux linux = queue.linux();
        if (errno == Errno.ENOSYS) {
            return new UnsupportedKernelException(
                    "Cannot %s: this kernel is built without CONFIG_CHECKPOINT_RESTORE (msgrcv: ENOSYS)."
                            .formatted(task),
                    errno.name());
        }
        if (errno == Errno.EINVAL && MessageQueues.find(linux, queue.id()).isPresent()) {
            int limit = MessageQueues.limits(linux).maxMessageBytes();
            return new MessageTooLargeException(
                    ("Cannot %s: the message is longer than msgmax, which is %d now, and the kernel copies none so long (msgrcv:"
                                    + " EINVAL). Receive it instead, or raise the limit to what it was: sysctl -w kernel.msgmax=BYTES")
                            .formatted(task, limit),
                    errno.name());
        }
        return using(queue, task, "msgrcv", errno);
    }

    /** For msgsnd, msgrcv and msgctl on a queue. */
    static QueueException using(MessageQueue queue, String task, String call, Errno errno) {
        Linux linux = queue.linux();
        return switch (errno) {
            case EIDRM -> removed(queue, task, call, errno);
            case EINVAL -> {
                Optional<QueueStatus> state = MessageQueues.find(linux, queue.id());
                yield state.isPresent()
                        ? new UnexpectedErrnoException(
                                "Cannot %s: the kernel refuses an argument (%s: EINVAL).".formatted(task, call),
                                errno.name())
                        : removed(queue, task, call, errno);
            }
            case EACCES, EPERM ->
                denied(
                        task,
                        call,
                        errno,
                        linux,
                        MessageQueues.find(linux, queue.id()).orElse(null));
            case ENOSYS ->
                new UnsupportedKernelException(
                        "Cannot %s: this kernel cannot do that (%s: ENOSYS).".formatted(task, call), errno.name());
            default -> unexpected(task, call, errno);
        };
    }

    private static QueueException removed(MessageQueue queue, String task, String call, Errno errno) {
        int oldId = queue.id();
        if (queue.isClosed()) {
            return closed(queue, task);
        }
        if (queue.key().isPresent()) {
            Key key = queue.key().get();
            long newId = queue.linux().msgget(key.value(), 0);
            if (newId >= 0 && newId != oldId) {
                return new QueueReplacedException(
                        "Cannot %s: the queue was removed and made again under key %s; its id was %d and is %d now (%s: %s). Open it anew."
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
                "Cannot %s: there is no such queue (%s: %s). See which there are: ipcs -q".formatted(task, call, errno),
                errno.name());
    }

    static QueueClosedException closed(MessageQueue queue, String task) {
        return new QueueClosedException("Cannot " + task + ": this handle was closed.");
    }

    private static QueueAccessException denied(
            String task, String call, Errno errno, Linux linux, @Nullable QueueStatus state) {
        String whose = state == null ? "" : " It is " + describe(state) + ";";
        long uid = linux.geteuid();
        return new QueueAccessException(
                "Cannot %s: %s (%s: %s).%s you are uid %d gid %d.%s"
                        .formatted(
                                task,
                                lower(errno),
                                call,
                                errno,
                                whose,
                                uid,
                                linux.getegid(),
                                state == null ? "" : whoMay(state, errno, uid)),
                errno.name());
    }

    /** The mode decides who opens, sends and receives (EACCES), and never who changes or removes (EPERM). */
    private static String whoMay(QueueStatus state, Errno errno, long uid) {
        long owner = Integer.toUnsignedLong(state.ownerUid());
        if (errno == Errno.EPERM) {
            return belongsTo(state, uid)
                    ? ""
                    : " Whatever its mode, only its owner, its creator and root (CAP_SYS_ADMIN) may do that: run this as uid %d."
                            .formatted(owner);
        }
        return belongsTo(state, uid)
                ? " You may widen its mode yourself."
                : " Run this as uid %d, or let its owner widen the mode.".formatted(owner);
    }

    private static boolean belongsTo(QueueStatus state, long uid) {
        return Integer.toUnsignedLong(state.ownerUid()) == uid || Integer.toUnsignedLong(state.creatorUid()) == uid;
    }

    /** For a new capacity that the kernel does not grant. */
    static QueueException capacityRefused(MessageQueue queue, long capacity, Errno errno) {
        Linux linux = queue.linux();
        int limit = MessageQueues.limits(linux).queueBytes();
        // A stranger is refused before the kernel looks at the number.
        boolean ours = linux.geteuid() == 0
                || MessageQueues.find(linux, queue.id())
                        .filter(state -> belongsTo(state, linux.geteuid()))
                        .isPresent();
        if (errno == Errno.EPERM && ours && capacity > limit) {
            String advice = capacity <= Integer.MAX_VALUE
                    ? "Raise the limit: sysctl -w kernel.msgmnb=" + capacity
                    : "The limit itself cannot be raised above " + Integer.MAX_VALUE + ".";
            return new QueueAccessException(
                    "Cannot set the capacity of %s to %d bytes: above msgmnb, which is %d, only CAP_SYS_RESOURCE may go (msgctl(IPC_SET): EPERM). %s"
                            .formatted(queue, capacity, limit, advice),
                    errno.name());
        }
        return using(queue, "set the capacity of " + queue, "msgctl(IPC_SET)", errno);
    }

    static QueueFullException full(MessageQueue queue, int size) {
        String figures = MessageQueues.find(queue.linux(), queue.id())
                .map(state -> state.capacity().isPresent()
                        ? "%d of %d bytes in %d messages"
                                .formatted(state.bytes(), state.capacity().getAsLong(), state.messages())
                        : "%d bytes in %d messages".formatted(state.bytes(), state.messages()))
                .orElse("it is gone now");
        return new QueueFullException(
                "Cannot send %d bytes to %s: it stayed full (%s; msgsnd: EAGAIN). Nobody reads it fast enough: ipcs -q -i %d"
                                .formatted(size, queue, figures, queue.id())
                        + " shows who read last.",
                Errno.EAGAIN.name());
    }

    /** Null where the message is not too large, so that something else is wrong. */
    static @Nullable MessageTooLargeException tooLargeToSend(MessageQueue queue, int size) {
        int limit = MessageQueues.limits(queue.linux()).maxMessageBytes();
        return size <= limit
                ? null
                : new MessageTooLargeException(
                        ("Cannot send %d bytes to %s: the longest message is msgmax, which is %d (msgsnd: EINVAL). Send it in parts, or raise"
                                        + " the limit: sysctl -w kernel.msgmax=%d")
                                .formatted(size, queue, limit, size),
                        Errno.EINVAL.name());
    }

    static MessageTooLargeException neverFits(MessageQueue queue, int size, long capacity) {
        return new MessageTooLargeException(
                "Cannot send %d bytes to %s: the whole queue holds only %d (msgsnd: EAGAIN), so it would never fit. Send it in parts."
                        .formatted(size, queue, capacity),
                Errno.EAGAIN.name());
    }

    static MessageTooLargeException tooLargeToReceive(MessageQueue queue, int capacity, OptionalLong size) {
        return new MessageTooLargeException(
                "Cannot receive from %s: the message has %s bytes and the buffer %d (msgrcv: E2BIG). It is still in the queue."
                        .formatted(queue, size.isPresent() ? size.getAsLong() : "more", capacity),
                Errno.E2BIG.name());
    }

    private static String describe(QueueStatus queue) {
        return "queue %d, owner uid %d, creator uid %d, mode %s"
                .formatted(
                        queue.id(),
                        Integer.toUnsignedLong(queue.ownerUid()),
                        Integer.toUnsignedLong(queue.creatorUid()),
                        queue.mode());
    }
}
