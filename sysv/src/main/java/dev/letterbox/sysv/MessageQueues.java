package dev.letterbox.sysv;

import dev.letterbox.sysv.error.QueueAccessException;
import dev.letterbox.sysv.error.UnsupportedKernelException;
import dev.letterbox.sysv.linux.Errno;
import dev.letterbox.sysv.linux.KernelError;
import dev.letterbox.sysv.linux.Linux;
import dev.letterbox.sysv.linux.layout.Msginfo;
import dev.letterbox.sysv.linux.layout.MsqidDs;
import java.io.BufferedReader;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/** All message queues of this IPC namespace, their limits and their use. */
public final class MessageQueues {
    private static final int NO_QUEUE = -1;
    private static final Path PROC_TABLE = Path.of("/proc/sysvipc/msg");
    private static final Path PROC_LIMITS = Path.of("/proc/sys/kernel");

    /** The kernel that is known to have MSG_STAT_ANY, so that its EINVAL means that there is no such queue. */
    private static volatile @Nullable Linux knowsStatAny;

    /** For the calling thread to look at a queue with: a look is no reason to allocate. */
    private static final ThreadLocal<MemorySegment> SCRATCH =
            ThreadLocal.withInitial(() -> Arena.ofAuto().allocate(MsqidDs.LAYOUT));

    private MessageQueues() {}

    static MemorySegment scratch() {
        return SCRATCH.get();
    }

    /**
     * Reads the limits: {@code msgctl(IPC_INFO)}, or {@code /proc/sys/kernel} where a security module refuses that.
     *
     * @return the limits now
     * @throws UnsupportedKernelException if this is not a Linux that has message queues
     */
    public static Limits limits() {
        return limits(Linux.host());
    }

    static Limits limits(Linux linux) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment info = arena.allocate(Msginfo.LAYOUT);
            long result = linux.msgctl(0, Linux.IPC_INFO, info);
            if (isRefused(linux, result)) {
                Optional<Limits> read = limitsFromProc(PROC_LIMITS);
                if (read.isPresent()) {
                    return read.get();
                }
            }
            Failure.check(linux, result, "read the limits of message queues", "msgctl(IPC_INFO)");
            return new Limits(Msginfo.msgmax(info), Msginfo.msgmnb(info), Msginfo.msgmni(info));
        }
    }

    static Optional<Limits> limitsFromProc(Path folder) {
        try {
            return Optional.of(new Limits(
                    setting(folder.resolve("msgmax")),
                    setting(folder.resolve("msgmnb")),
                    setting(folder.resolve("msgmni"))));
        } catch (IOException | NumberFormatException hidden) {
            return Optional.empty();
        }
    }

    private static int setting(Path file) throws IOException {
        // In one piece: the kernel gives the text of such a file to the first read alone.
        try (BufferedReader setting = Files.newBufferedReader(file)) {
            return Integer.parseInt(String.valueOf(setting.readLine()).strip());
        }
    }

    /** Returns whether a security module or a filter refused a call: the kernel itself lets everybody make it. */
    private static boolean isRefused(Linux linux, long result) {
        return Denial.is(linux, KernelError.of(result));
    }

    /**
     * Tries the calls that read limits, use and states, and returns those that are refused here. Where {@link #limits},
     * {@link #usage}, {@link #list} and {@link #find} can, they read {@code /proc} instead.
     *
     * @return the refusals; usually none
     */
    public static List<Refusal> refusals() {
        return refusals(Linux.host());
    }

    static List<Refusal> refusals(Linux linux) {
        List<Refusal> refusals = new ArrayList<>();
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment room = arena.allocate(MsqidDs.LAYOUT);
            long result = linux.msgctl(0, Linux.IPC_INFO, room);
            add(linux, refusals, result, "msgctl(IPC_INFO)", PROC_LIMITS + "/msg*");
            long highest = linux.msgctl(0, Linux.MSG_INFO, room);
            add(linux, refusals, highest, "msgctl(MSG_INFO)", PROC_TABLE.toString());
            result = linux.msgctl(0, Linux.MSG_STAT_ANY, room);
            for (int place = 1; place <= highest && !isRefused(linux, result); place++) {
                result = linux.msgctl(place, Linux.MSG_STAT_ANY, room);
            }
            add(linux, refusals, result, "msgctl(MSG_STAT_ANY)", PROC_TABLE.toString());
        }
        return refusals;
    }

    private static void add(Linux linux, List<Refusal> refusals, long result, String call, String instead) {
        if (isRefused(linux, result)) {
            refusals.add(new Refusal(call, String.valueOf(KernelError.of(result)), instead));
        }
    }

    /**
     * Reads what is in use: {@code msgctl(MSG_INFO)}, or {@code /proc/sysvipc/msg} where a security module refuses that.
     *
     * @return the use now
     * @throws UnsupportedKernelException if this is not a Linux that has message queues
     */
    public static Usage usage() {
        return usage(Linux.host());
    }

    static Usage usage(Linux linux) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment info = arena.allocate(Msginfo.LAYOUT);
            long result = linux.msgctl(0, Linux.MSG_INFO, info);
            if (isRefused(linux, result) && Files.isReadable(PROC_TABLE)) {
                List<QueueStatus> queues = listFromProc(linux);
                return new Usage(
                        queues.size(),
                        queues.stream().mapToLong(QueueStatus::messages).sum(),
                        queues.stream().mapToLong(QueueStatus::bytes).sum());
            }
            Failure.check(linux, result, "read the use of message queues", "msgctl(MSG_INFO)");
            return new Usage(Msginfo.queues(info), Msginfo.messages(info), Msginfo.bytes(info));
        }
    }

    /**
     * Lists all queues, of every user: {@code msgctl(MSG_STAT_ANY)}; or {@code /proc/sysvipc/msg}, which tells all but the
     * capacity, on kernels before 4.17 and where a security module refuses the call. Needs no permission on the queues.
     *
     * <p>The list is not a snapshot: queues may come and go while it is read.
     *
     * @return the queues, in the order of their places in the kernel's table
     * @throws UnsupportedKernelException if this is not a Linux that has message queues
     */
    public static List<QueueStatus> list() {
        return list(Linux.host());
    }

    static List<QueueStatus> list(Linux linux) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment info = arena.allocate(Msginfo.LAYOUT);
            long highest = linux.msgctl(0, Linux.MSG_INFO, info);
            if (isRefused(linux, highest) && Files.isReadable(PROC_TABLE)) {
                return listFromProc(linux);
            }
            Failure.check(linux, highest, "read the use of message queues", "msgctl(MSG_INFO)");
            MemorySegment state = arena.allocate(MsqidDs.LAYOUT);
            List<QueueStatus> queues = new ArrayList<>(Msginfo.queues(info));
            for (int place = 0; place <= highest; place++) {
                long id = linux.msgctl(place, Linux.MSG_STAT_ANY, state);
                if (id >= 0) {
                    knowsStatAny = linux;
                    queues.add(QueueStatus.of((int) id, state));
                } else if (isRefused(linux, id) && Files.isReadable(PROC_TABLE)) {
                    return listFromProc(linux);
                }
            }
            // An unknown command is EINVAL, and so is an empty place: only the whole table tells one from the other.
            return queues.isEmpty() && Msginfo.queues(info) > 0 ? listFromProc(linux) : queues;
        }
    }

    static List<QueueStatus> listFromProc(Linux linux) {
        try (var lines = Files.lines(PROC_TABLE)) {
            return lines.skip(1).map(line -> parse(linux, line)).toList();
        } catch (IOException unreadable) {
            throw new UnsupportedKernelException(
                    "Cannot list message queues: this kernel has no MSG_STAT_ANY (Linux 4.17), or a security module refuses it,"
                            + " and " + PROC_TABLE + " cannot be read: " + unreadable.getMessage() + ".",
                    unreadable);
        }
    }

    // key msqid perms cbytes qnum lspid lrpid uid gid cuid cgid stime rtime ctime
    static QueueStatus parse(Linux linux, String line) {
        String[] field = line.strip().split("\\s+", -1);
        int id = Integer.parseInt(field[1]);
        return new QueueStatus(
                id,
                Integer.parseInt(field[0]),
                Integer.parseUnsignedInt(field[7]),
                Integer.parseUnsignedInt(field[8]),
                Integer.parseUnsignedInt(field[9]),
                Integer.parseUnsignedInt(field[10]),
                Mode.of(Integer.parseInt(field[2], 8) & 0_777),
                Long.parseLong(field[4]),
                Long.parseLong(field[3]),
                capacity(linux, id),
                Integer.parseInt(field[5]),
                Integer.parseInt(field[6]),
                QueueStatus.moment(Long.parseLong(field[11])),
                QueueStatus.moment(Long.parseLong(field[12])),
                Instant.ofEpochSecond(Long.parseLong(field[13])));
    }

    private static OptionalLong capacity(Linux linux, int id) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment state = arena.allocate(MsqidDs.LAYOUT);
            return statAny(linux, id, state) || linux.msgctl(id, Linux.IPC_STAT, state) == 0
                    ? OptionalLong.of(MsqidDs.qbytes(state))
                    : OptionalLong.empty();
        }
    }

    /**
     * Returns whether this kernel can copy a message and leave it in its queue, {@code msgrcv(MSG_COPY)}, as {@link
     * MessageQueue#peek} does.
     *
     * @return false if the kernel was built without CONFIG_CHECKPOINT_RESTORE
     * @throws QueueAccessException if a system call filter refuses {@code msgrcv}
     * @throws UnsupportedKernelException if this is not a Linux that has message queues
     */
    public static boolean canPeek() {
        return canPeek(Linux.host());
    }

    static boolean canPeek(Linux linux) {
        // Hardly any system has a queue with this id, and a kernel that cannot copy looks at no id.
        long result = linux.msgrcv(Integer.MAX_VALUE, scratch(), 0, 0, Linux.MSG_COPY | Linux.IPC_NOWAIT);
        checkFilter(linux, filterOnReceiving(linux), "peek into queues", "msgrcv");
        return !Errno.ENOSYS.in(result);
    }

    /**
     * Checks that no system call filter keeps this process from sending and receiving, whatever the queue.
     *
     * @throws QueueAccessException if a filter refuses {@code msgsnd} or {@code msgrcv}
     * @throws UnsupportedKernelException if this is not a Linux that has message queues
     */
    public static void checkFilters() {
        checkFilters(Linux.host());
    }

    static void checkFilters(Linux linux) {
        checkFilter(linux, linux.msgsnd(NO_QUEUE, scratch(), 0, Linux.IPC_NOWAIT), "send to queues", "msgsnd");
        checkFilter(linux, filterOnReceiving(linux), "receive from queues", "msgrcv");
    }

    /** Kernels reject a negative id before they, or a security module, look at a queue: any other answer is a filter's. */
    private static void checkFilter(Linux linux, long result, String task, String call) {
        KernelError errno = KernelError.of(result);
        if (errno == null || errno == Errno.EINVAL) {
            return;
        }
        if (Denial.is(linux, errno)) {
            throw new Denial(linux, task, call, errno).ofFilter();
        }
        Failure.check(linux, result, task, call);
    }

    private static long filterOnReceiving(Linux linux) {
        return linux.msgrcv(NO_QUEUE, scratch(), 0, 0, Linux.IPC_NOWAIT);
    }

    /** Returns whether a filter refuses to receive, so that a refused peek is no lack of the kernel's. */
    static boolean isReceivingFiltered(Linux linux) {
        return !Errno.EINVAL.in(filterOnReceiving(linux));
    }

    /**
     * Looks at one queue, of any user, without permission on it.
     *
     * @param id the queue's id
     * @return its state; empty if there is no such queue
     * @throws UnsupportedKernelException if this is not a Linux that has message queues
     */
    public static Optional<QueueStatus> find(int id) {
        return find(Linux.host(), id);
    }

    static Optional<QueueStatus> find(Linux linux, int id) {
        if (id < 0) {
            return Optional.empty();
        }
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment state = arena.allocate(MsqidDs.LAYOUT);
            long found = stat(linux, id, state);
            if (found == id) {
                return Optional.of(QueueStatus.of(id, state));
            }
            if (hasStatAny(linux) && !isRefused(linux, found)) {
                return Optional.empty();
            }
            if (linux.msgctl(id, Linux.IPC_STAT, state) == 0) {
                return Optional.of(QueueStatus.of(id, state));
            }
            return listFromProc(linux).stream()
                    .filter(queue -> queue.id() == id)
                    .findFirst();
        }
    }

    /**
     * Reads the state of one queue, of any user, without permission on it.
     *
     * @return false if there is no such queue, or the kernel {@linkplain #hasStatAny is not known} to have the call
     */
    static boolean statAny(Linux linux, int id, MemorySegment state) {
        return stat(linux, id, state) == id;
    }

    private static long stat(Linux linux, int id, MemorySegment state) {
        // The call looks at the place that the id has in the table and tells whose id it found there.
        long found = linux.msgctl(id, Linux.MSG_STAT_ANY, state);
        if (found >= 0 && !linux.equals(knowsStatAny)) {
            knowsStatAny = linux;
        }
        return found;
    }

    /** Returns whether the kernel is known to have MSG_STAT_ANY: only then does its failure say something of the queue. */
    static boolean hasStatAny(Linux linux) {
        return linux.equals(knowsStatAny);
    }
}
