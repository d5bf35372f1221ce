package dev.letterbox.sysv.linux.layout;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;

/**
 * The layout of {@code struct msginfo}: limits after {@code IPC_INFO}, use after {@code MSG_INFO}.
 *
 * <pre>
 *  0 msgpool int   8 msgmax int  16 msgmni int  24 msgtql int
 *  4 msgmap  int  12 msgmnb int  20 msgssz int  28 msgseg unsigned short  32 end
 * </pre>
 */
public final class Msginfo {
    /** The structure. */
    public static final StructLayout LAYOUT = MemoryLayout.structLayout(
                    JAVA_INT.withName("msgpool"),
                    JAVA_INT.withName("msgmap"),
                    JAVA_INT.withName("msgmax"),
                    JAVA_INT.withName("msgmnb"),
                    JAVA_INT.withName("msgmni"),
                    JAVA_INT.withName("msgssz"),
                    JAVA_INT.withName("msgtql"),
                    JAVA_SHORT.withName("msgseg"),
                    MemoryLayout.paddingLayout(2))
            .withName("msginfo");

    private static final long POOL = Struct.offset(LAYOUT, "msgpool");
    private static final long MAP = Struct.offset(LAYOUT, "msgmap");
    private static final long MAX = Struct.offset(LAYOUT, "msgmax");
    private static final long MNB = Struct.offset(LAYOUT, "msgmnb");
    private static final long MNI = Struct.offset(LAYOUT, "msgmni");
    private static final long TQL = Struct.offset(LAYOUT, "msgtql");

    private Msginfo() {}

    /**
     * Reads the longest message, after {@code IPC_INFO}.
     *
     * @param info the structure
     * @return bytes
     */
    public static int msgmax(MemorySegment info) {
        return info.get(JAVA_INT, MAX);
    }

    /**
     * Reads a new queue's capacity, after {@code IPC_INFO}.
     *
     * @param info the structure
     * @return bytes
     */
    public static int msgmnb(MemorySegment info) {
        return info.get(JAVA_INT, MNB);
    }

    /**
     * Reads how many queues there may be, after {@code IPC_INFO}.
     *
     * @param info the structure
     * @return queues
     */
    public static int msgmni(MemorySegment info) {
        return info.get(JAVA_INT, MNI);
    }

    /**
     * Reads how many queues there are, after {@code MSG_INFO}.
     *
     * @param info the structure
     * @return queues
     */
    public static int queues(MemorySegment info) {
        return info.get(JAVA_INT, POOL);
    }

    /**
     * Reads how many messages wait in all queues, after {@code MSG_INFO}.
     *
     * @param info the structure
     * @return messages
     */
    public static int messages(MemorySegment info) {
        return info.get(JAVA_INT, MAP);
    }

    /**
     * Reads how many bytes wait in all queues, after {@code MSG_INFO}.
     *
     * @param info the structure
     * @return bytes
     */
    public static int bytes(MemorySegment info) {
        return info.get(JAVA_INT, TQL);
    }
}
