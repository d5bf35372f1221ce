package dev.letterbox.sysv.linux.layout;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;

/**
 * The layout of {@code struct msqid_ds}, a queue's state; begins with {@link IpcPerm}.
 *
 * <pre>
 *  0 msg_perm           64 msg_ctime  time_t         88 msg_qbytes unsigned long
 * 48 msg_stime  time_t  72 __msg_cbytes unsigned long 96 msg_lspid  int
 * 56 msg_rtime  time_t  80 msg_qnum   unsigned long 100 msg_lrpid  int       120 end
 * </pre>
 */
public final class MsqidDs {
    /** The structure. */
    public static final StructLayout LAYOUT = MemoryLayout.structLayout(
                    IpcPerm.LAYOUT.withName("msg_perm"),
                    JAVA_LONG.withName("msg_stime"),
                    JAVA_LONG.withName("msg_rtime"),
                    JAVA_LONG.withName("msg_ctime"),
                    JAVA_LONG.withName("__msg_cbytes"),
                    JAVA_LONG.withName("msg_qnum"),
                    JAVA_LONG.withName("msg_qbytes"),
                    JAVA_INT.withName("msg_lspid"),
                    JAVA_INT.withName("msg_lrpid"),
                    JAVA_LONG.withName("__glibc_reserved4"),
                    JAVA_LONG.withName("__glibc_reserved5"))
            .withName("msqid_ds");

    private static final long STIME = Struct.offset(LAYOUT, "msg_stime");
    private static final long RTIME = Struct.offset(LAYOUT, "msg_rtime");
    private static final long CTIME = Struct.offset(LAYOUT, "msg_ctime");
    private static final long CBYTES = Struct.offset(LAYOUT, "__msg_cbytes");
    private static final long QNUM = Struct.offset(LAYOUT, "msg_qnum");
    private static final long QBYTES = Struct.offset(LAYOUT, "msg_qbytes");
    private static final long LSPID = Struct.offset(LAYOUT, "msg_lspid");
    private static final long LRPID = Struct.offset(LAYOUT, "msg_lrpid");

    private MsqidDs() {}

    /**
     * Reads when the last message was sent.
     *
     * @param queue the structure
     * @return seconds since 1970; 0 for never
     */
    public static long stime(MemorySegment queue) {
        return queue.get(JAVA_LONG, STIME);
    }

    /**
     * Reads when the last message was received.
     *
     * @param queue the structure
     * @return seconds since 1970; 0 for never
     */
    public static long rtime(MemorySegment queue) {
        return queue.get(JAVA_LONG, RTIME);
    }

    /**
     * Reads when the queue was made or last changed by {@code IPC_SET}.
     *
     * @param queue the structure
     * @return seconds since 1970
     */
    public static long ctime(MemorySegment queue) {
        return queue.get(JAVA_LONG, CTIME);
    }

    /**
     * Reads how many bytes wait in the queue.
     *
     * @param queue the structure
     * @return bytes
     */
    public static long cbytes(MemorySegment queue) {
        return queue.get(JAVA_LONG, CBYTES);
    }

    /**
     * Reads how many messages wait in the queue.
     *
     * @param queue the structure
     * @return messages
     */
    public static long qnum(MemorySegment queue) {
        return queue.get(JAVA_LONG, QNUM);
    }

    /**
     * Reads the queue's capacity.
     *
     * @param queue the structure
     * @return bytes, and messages as well
     */
    public static long qbytes(MemorySegment queue) {
        return queue.get(JAVA_LONG, QBYTES);
    }

    /**
     * Returns whether a message fits now, by the kernel's own rule.
     *
     * @param queue the structure
     * @param size bytes of body
     * @return false if a send would have to wait
     */
    public static boolean hasRoom(MemorySegment queue, int size) {
        return cbytes(queue) + size <= qbytes(queue) && qnum(queue) < qbytes(queue);
    }

    /**
     * Reads who sent last.
     *
     * @param queue the structure
     * @return a process id; wrong when two send at once
     */
    public static int lspid(MemorySegment queue) {
        return queue.get(JAVA_INT, LSPID);
    }

    /**
     * Reads who received last.
     *
     * @param queue the structure
     * @return a process id, or a thread id where the receiver was asleep
     */
    public static int lrpid(MemorySegment queue) {
        return queue.get(JAVA_INT, LRPID);
    }

    /**
     * Sets what {@code IPC_SET} takes beside the permissions.
     *
     * @param queue the structure
     * @param bytes the capacity
     */
    public static void setQbytes(MemorySegment queue, long bytes) {
        queue.set(JAVA_LONG, QBYTES, bytes);
    }
}
