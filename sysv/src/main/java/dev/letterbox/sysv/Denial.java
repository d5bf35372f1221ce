package dev.letterbox.sysv;

import dev.letterbox.sysv.error.QueueAccessException;
import dev.letterbox.sysv.error.QueueException;
import dev.letterbox.sysv.linux.Errno;
import dev.letterbox.sysv.linux.KernelError;
import dev.letterbox.sysv.linux.Linux;
import dev.letterbox.sysv.linux.ProcessStatus;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Explains a call that was refused: by the queue's mode, or against it by a security module or a system call filter.
 *
 * @param linux the kernel
 * @param task what failed
 * @param call the call
 * @param errno its error: {@code EACCES}, {@code EPERM}, or a filter's {@code ENOSYS}
 */
record Denial(Linux linux, String task, String call, KernelError errno) {
    private static final int CAP_IPC_OWNER = 15;
    private static final int CAP_SYS_ADMIN = 21;

    private static final Reason UNKNOWN = Reason.ofRules("");

    private static final Reason FILTER = new Reason(
            " The kernel's own rules allow it, so a system call filter (seccomp) refused it.",
            "Such a filter usually logs nothing.",
            true);

    /**
     * Why a call was refused.
     *
     * @param why a sentence, after a space; empty if that is unknown
     * @param advice where to look next; empty if the sentence says what to do
     * @param byLayer whether the kernel's own rules allow the call
     */
    private record Reason(String why, String advice, boolean byLayer) {
        /** The kernel's own rules. */
        static Reason ofRules(String why) {
            return new Reason(why, "", false);
        }
    }

    /** Returns whether a call was refused. ENOSYS is a refusal where the kernel has the call. */
    static boolean is(Linux linux, @Nullable KernelError errno) {
        return errno == Errno.EPERM || errno == Errno.EACCES || (errno == Errno.ENOSYS && linux.hasMessageQueues());
    }

    /** For a call that the kernel's own rules allow to everybody. */
    QueueAccessException ofAll() {
        return exception(null, layer());
    }

    /** For a call that was made on no queue, so that no security module was asked. */
    QueueAccessException ofFilter() {
        return exception(null, FILTER);
    }

    /** For IPC_SET and IPC_RMID. Whatever the mode is, the kernel refuses them with EPERM alone. */
    QueueAccessException ofOwners(Supplier<Optional<QueueStatus>> queue) {
        return of(queue, state -> {
            if (errno != Errno.EPERM || belongsTo(state, linux.geteuid()) || isRootWith(CAP_SYS_ADMIN)) {
                return layer();
            }
            return Reason.ofRules(
                    " Only its owner, its creator and root (CAP_SYS_ADMIN) may do that, whatever its mode. Run this as uid %d."
                            .formatted(Integer.toUnsignedLong(state.ownerUid())));
        });
    }

    /** For the other calls on a queue, to which the mode has to grant this. The kernel refuses them with EACCES alone. */
    QueueAccessException ofMode(Supplier<Optional<QueueStatus>> queue, int wanted) {
        return of(queue, state -> {
            if (errno != Errno.EACCES
                    || isRootWith(CAP_IPC_OWNER)
                    || Permission.of(linux).allows(state, wanted)) {
                return layer();
            }
            return Reason.ofRules(
                    belongsTo(state, linux.geteuid())
                            ? " You can widen its mode yourself."
                            : " Run this as uid %d, or have its owner widen the mode."
                                    .formatted(Integer.toUnsignedLong(state.ownerUid())));
        });
    }

    private QueueAccessException of(Supplier<Optional<QueueStatus>> queue, Function<QueueStatus, Reason> whoMay) {
        Optional<QueueStatus> found;
        try {
            found = queue.get();
        } catch (QueueException hidden) {
            return errno == Errno.ENOSYS ? ofAll() : exception(null, UNKNOWN);
        }
        // The kernel's own rules never refuse what is not there.
        return exception(found.orElse(null), found.map(whoMay).orElseGet(this::layer));
    }

    private QueueAccessException exception(@Nullable QueueStatus state, Reason reason) {
        String who = state == null ? "You" : "It is %s; you".formatted(Failure.describe(state));
        String problem = "Cannot %s: %s (%s: %s). %s are uid %d gid %d.%s"
                .formatted(
                        task,
                        errno.text().toLowerCase(Locale.ROOT),
                        call,
                        errno,
                        who,
                        linux.geteuid(),
                        linux.getegid(),
                        reason.why());
        return reason.byLayer()
                ? QueueAccessException.byLayer(problem, reason.advice(), errno.name())
                : new QueueAccessException(problem, errno.name());
    }

    private Reason layer() {
        if (errno == Errno.ENOSYS) {
            return FILTER;
        }
        String advice = "See: journalctl -k | grep -i denied";
        return new Reason(
                " The kernel's own rules allow it, so a security module (SELinux, AppArmor, Smack) or a system call filter"
                        + " refused it.",
                ProcessStatus.ofThisProcess().isFiltered()
                        ? advice + "; the filter (seccomp) that is in force here usually logs nothing"
                        : advice,
                true);
    }

    /** Returns whether this is root with a capability, outside of user namespaces. */
    private boolean isRootWith(int capability) {
        return linux.geteuid() == 0
                && UserNamespace.mapsAllUsers()
                && ProcessStatus.ofThisProcess().has(capability);
    }

    static boolean belongsTo(QueueStatus state, long uid) {
        return Integer.toUnsignedLong(state.ownerUid()) == uid || Integer.toUnsignedLong(state.creatorUid()) == uid;
    }
}
