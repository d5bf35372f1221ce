package dev.letterbox.sysv.linux.layout;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;

/**
 * The layout of {@code struct ipc_perm}, the first field of every System V object's state.
 *
 * <pre>
 *  0 __key  int      8 gid  unsigned   16 cgid unsigned   24 __seq unsigned short
 *  4 uid    unsigned 12 cuid unsigned  20 mode unsigned   48 end
 * </pre>
 */
public final class IpcPerm {
    /** The structure. */
    public static final StructLayout LAYOUT = MemoryLayout.structLayout(
                    JAVA_INT.withName("__key"),
                    JAVA_INT.withName("uid"),
                    JAVA_INT.withName("gid"),
                    JAVA_INT.withName("cuid"),
                    JAVA_INT.withName("cgid"),
                    JAVA_INT.withName("mode"),
                    JAVA_SHORT.withName("__seq"),
                    MemoryLayout.paddingLayout(6),
                    JAVA_LONG.withName("__glibc_reserved1"),
                    JAVA_LONG.withName("__glibc_reserved2"))
            .withName("ipc_perm");

    /** The permission bits of {@link #mode}; the kernel keeps flags of its own above them. */
    private static final int PERMISSION_BITS = 0_777;

    private static final long KEY = Struct.offset(LAYOUT, "__key");
    private static final long UID = Struct.offset(LAYOUT, "uid");
    private static final long GID = Struct.offset(LAYOUT, "gid");
    private static final long CUID = Struct.offset(LAYOUT, "cuid");
    private static final long CGID = Struct.offset(LAYOUT, "cgid");
    private static final long MODE = Struct.offset(LAYOUT, "mode");

    private IpcPerm() {}

    /**
     * Reads the key.
     *
     * @param perm the structure
     * @return the key; 0 for a private object
     */
    public static int key(MemorySegment perm) {
        return perm.get(JAVA_INT, KEY);
    }

    /**
     * Reads the owner's user id.
     *
     * @param perm the structure
     * @return the id
     */
    public static int uid(MemorySegment perm) {
        return perm.get(JAVA_INT, UID);
    }

    /**
     * Reads the owner's group id.
     *
     * @param perm the structure
     * @return the id
     */
    public static int gid(MemorySegment perm) {
        return perm.get(JAVA_INT, GID);
    }

    /**
     * Reads the creator's user id.
     *
     * @param perm the structure
     * @return the id
     */
    public static int cuid(MemorySegment perm) {
        return perm.get(JAVA_INT, CUID);
    }

    /**
     * Reads the creator's group id.
     *
     * @param perm the structure
     * @return the id
     */
    public static int cgid(MemorySegment perm) {
        return perm.get(JAVA_INT, CGID);
    }

    /**
     * Reads the permission bits.
     *
     * @param perm the structure
     * @return nine bits
     */
    public static int mode(MemorySegment perm) {
        return perm.get(JAVA_INT, MODE) & PERMISSION_BITS;
    }

    /**
     * Reads the flags that the kernel keeps beside the permission bits, such as {@code SHM_DEST}.
     *
     * @param perm the structure
     * @return the mode without its nine permission bits
     */
    public static int flags(MemorySegment perm) {
        return perm.get(JAVA_INT, MODE) & ~PERMISSION_BITS;
    }

    /**
     * Sets what {@code IPC_SET} takes from it.
     *
     * @param perm the structure
     * @param uid the owner's user id
     * @param gid the owner's group id
     * @param mode nine bits
     */
    public static void set(MemorySegment perm, int uid, int gid, int mode) {
        perm.set(JAVA_INT, UID, uid);
        perm.set(JAVA_INT, GID, gid);
        perm.set(JAVA_INT, MODE, mode);
    }
}
