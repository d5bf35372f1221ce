package dev.letterbox.sysv.linux.layout;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.time.Instant;

/**
 * The layout of {@code struct statx}, which is the same on every architecture.
 *
 * <pre>
 *  0 stx_mask u32       16 stx_nlink u32  28 stx_mode u16  40 stx_size u64    64 times: atime, btime, ctime,
 *  4 stx_blksize u32    20 stx_uid   u32  30 padding       48 stx_blocks u64     mtime at 112   (16 each)
 *  8 stx_attributes u64 24 stx_gid   u32  32 stx_ino u64   56 attributes_mask 128 device numbers  256 end
 * </pre>
 */
public final class Statx {
    /** Look at the descriptor itself. */
    public static final int AT_EMPTY_PATH = 0x1000;
    /** Look at a link itself. */
    public static final int AT_SYMLINK_NOFOLLOW = 0x100;
    /** What stat(2) tells: {@code STATX_BASIC_STATS}. */
    public static final int BASIC_STATS = 0x7ff;

    private static final StructLayout TIMESTAMP = MemoryLayout.structLayout(
            JAVA_LONG.withName("tv_sec"), JAVA_INT.withName("tv_nsec"), MemoryLayout.paddingLayout(4));

    /** The structure. */
    public static final StructLayout LAYOUT = MemoryLayout.structLayout(
                    JAVA_INT.withName("stx_mask"),
                    JAVA_INT.withName("stx_blksize"),
                    JAVA_LONG.withName("stx_attributes"),
                    JAVA_INT.withName("stx_nlink"),
                    JAVA_INT.withName("stx_uid"),
                    JAVA_INT.withName("stx_gid"),
                    JAVA_SHORT.withName("stx_mode"),
                    MemoryLayout.paddingLayout(2),
                    JAVA_LONG.withName("stx_ino"),
                    JAVA_LONG.withName("stx_size"),
                    JAVA_LONG.withName("stx_blocks"),
                    JAVA_LONG.withName("stx_attributes_mask"),
                    TIMESTAMP.withName("stx_atime"),
                    TIMESTAMP.withName("stx_btime"),
                    TIMESTAMP.withName("stx_ctime"),
                    TIMESTAMP.withName("stx_mtime"),
                    MemoryLayout.sequenceLayout(128, JAVA_BYTE))
            .withName("statx");

    private static final long MTIME = Struct.offset(LAYOUT, "stx_mtime") + Struct.offset(TIMESTAMP, "tv_sec");
    private static final long MTIME_NANOS = Struct.offset(LAYOUT, "stx_mtime") + Struct.offset(TIMESTAMP, "tv_nsec");
    private static final long MODE = Struct.offset(LAYOUT, "stx_mode");
    private static final long SIZE = Struct.offset(LAYOUT, "stx_size");
    private static final long BLOCKS = Struct.offset(LAYOUT, "stx_blocks");

    private Statx() {}

    /**
     * Reads kind and permissions.
     *
     * @param stat the structure
     * @return as {@code st_mode} of stat(2)
     */
    public static int mode(MemorySegment stat) {
        return Short.toUnsignedInt(stat.get(JAVA_SHORT, MODE));
    }

    /**
     * Reads when the content was changed last.
     *
     * @param stat the structure
     * @return the moment
     */
    public static Instant modified(MemorySegment stat) {
        return Instant.ofEpochSecond(stat.get(JAVA_LONG, MTIME), stat.get(JAVA_INT, MTIME_NANOS));
    }

    /**
     * Reads how much the file system keeps for it.
     *
     * @param stat the structure
     * @return units of 512 bytes
     */
    public static long blocks(MemorySegment stat) {
        return stat.get(JAVA_LONG, BLOCKS);
    }

    /**
     * Reads the size.
     *
     * @param stat the structure
     * @return bytes
     */
    public static long size(MemorySegment stat) {
        return stat.get(JAVA_LONG, SIZE);
    }
}
