package dev.letterbox.sysv.linux.layout;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import dev.letterbox.sysv.linux.Linux;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;

/**
 * The layout of the part of {@code struct semid_ds} that every architecture has alike, {@link IpcPerm}, in room enough for
 * the longest.
 */
public final class SemidDs {
    /** The structure: 104 bytes on x86-64, 88 on aarch64. */
    public static final StructLayout LAYOUT = MemoryLayout.structLayout(
                    IpcPerm.LAYOUT.withName("sem_perm"), MemoryLayout.sequenceLayout(80, JAVA_BYTE))
            .withName("semid_ds");

    private SemidDs() {}

    /**
     * Returns whether a set is one without a key that this user made and owns.
     *
     * @param set the structure
     * @param uid the user
     * @return false for a set with a key, or of somebody else
     */
    public static boolean isPrivateOf(MemorySegment set, int uid) {
        return IpcPerm.key(set) == Linux.IPC_PRIVATE && IpcPerm.cuid(set) == uid && IpcPerm.uid(set) == uid;
    }
}
