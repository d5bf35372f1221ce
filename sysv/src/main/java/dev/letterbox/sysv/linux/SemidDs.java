package dev.letterbox.sysv.linux;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import java.lang.foreign.MemoryLayout;
import java.lang.foreign.StructLayout;

/**
 * Lays out the part of {@code struct semid_ds} that every architecture has alike, {@link IpcPerm}, in room enough for
 * the longest.
 */
public final class SemidDs {
    /** The structure: 104 bytes on x86-64, 88 on aarch64. */
    public static final StructLayout LAYOUT = MemoryLayout.structLayout(
                    IpcPerm.LAYOUT.withName("sem_perm"), MemoryLayout.sequenceLayout(80, JAVA_BYTE))
            .withName("semid_ds");

    private SemidDs() {}
}
