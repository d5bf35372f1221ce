package dev.letterbox.sysv.linux.layout;

import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;

/**
 * The layout of {@code struct sembuf}, one operation of {@code semop}.
 *
 * <pre>
 *  0 sem_num unsigned short   2 sem_op short   4 sem_flg short   6 end
 * </pre>
 */
public final class Sembuf {
    /** The structure. */
    public static final StructLayout LAYOUT = MemoryLayout.structLayout(
                    JAVA_SHORT.withName("sem_num"), JAVA_SHORT.withName("sem_op"), JAVA_SHORT.withName("sem_flg"))
            .withName("sembuf");

    private Sembuf() {}

    /**
     * Writes an operation on the set's first semaphore.
     *
     * @param operations an array of these structures
     * @param index which of them
     * @param operation what to add; 0 waits for zero
     * @param flags {@code IPC_NOWAIT}, {@code SEM_UNDO}
     */
    public static void set(MemorySegment operations, int index, int operation, int flags) {
        MemorySegment one = operations.asSlice(index * LAYOUT.byteSize(), LAYOUT);
        one.set(JAVA_SHORT, 0, (short) 0);
        one.set(JAVA_SHORT, 2, (short) operation);
        one.set(JAVA_SHORT, 4, (short) flags);
    }
}
