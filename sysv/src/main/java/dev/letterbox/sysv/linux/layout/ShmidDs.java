package dev.letterbox.sysv.linux.layout;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;

/**
 * The layout of {@code struct shmid_ds}, the state of a shared memory segment; begins with {@link IpcPerm}.
 *
 * <pre>
 *  0 shm_perm           64 shm_dtime time_t    84 shm_lpid   int
 * 48 shm_segsz size_t   72 shm_ctime time_t    88 shm_nattch unsigned long
 * 56 shm_atime time_t   80 shm_cpid  int      112 end
 * </pre>
 */
public final class ShmidDs {
    /** The structure. */
    public static final StructLayout LAYOUT = MemoryLayout.structLayout(
                    IpcPerm.LAYOUT.withName("shm_perm"),
                    JAVA_LONG.withName("shm_segsz"),
                    JAVA_LONG.withName("shm_atime"),
                    JAVA_LONG.withName("shm_dtime"),
                    JAVA_LONG.withName("shm_ctime"),
                    JAVA_INT.withName("shm_cpid"),
                    JAVA_INT.withName("shm_lpid"),
                    JAVA_LONG.withName("shm_nattch"),
                    JAVA_LONG.withName("__glibc_reserved5"),
                    JAVA_LONG.withName("__glibc_reserved6"))
            .withName("shmid_ds");

    private static final long SEGSZ = Struct.offset(LAYOUT, "shm_segsz");
    private static final long CTIME = Struct.offset(LAYOUT, "shm_ctime");
    private static final long NATTCH = Struct.offset(LAYOUT, "shm_nattch");

    private ShmidDs() {}

    /**
     * Reads how long the segment is.
     *
     * @param segment the structure
     * @return bytes
     */
    public static long segsz(MemorySegment segment) {
        return segment.get(JAVA_LONG, SEGSZ);
    }

    /**
     * Reads when the segment was made or last changed by {@code IPC_SET}.
     *
     * @param segment the structure
     * @return seconds since 1970
     */
    public static long ctime(MemorySegment segment) {
        return segment.get(JAVA_LONG, CTIME);
    }

    /**
     * Reads how often the segment is attached.
     *
     * @param segment the structure
     * @return 0 or more
     */
    public static long nattch(MemorySegment segment) {
        return segment.get(JAVA_LONG, NATTCH);
    }
}
