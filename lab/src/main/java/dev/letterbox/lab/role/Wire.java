package dev.letterbox.lab.role;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;

import dev.letterbox.sysv.MessageBuffer;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;

/**
 * The layout of messages, the same in both designs: that of <i>The Linux Programming Interface</i>, chapter 46. Only the return
 * address differs: a process id in one shared queue, the queue's id with private queues.
 */
public final class Wire {
    static final long REQUEST_TYPE = 1;

    /** In a private queue only. END is recognized by its length there, not by its type. */
    static final long FAILURE_TYPE = 1;

    /** The capacity of every queue in the experiments: Linux's default. */
    public static final long CAPACITY = 16_384;

    public static final int PIECE_BYTES = 8192;

    private static final int NAME_OFFSET = Integer.BYTES;
    private static final int NAME_BYTES = 4096;
    public static final int REQUEST_BYTES = NAME_OFFSET + NAME_BYTES;

    private Wire() {}

    static void request(MessageBuffer message, int returnAddress, String name) {
        MemorySegment body = message.memory().asSlice(0, REQUEST_BYTES).fill((byte) 0);
        byte[] bytes = name.getBytes(StandardCharsets.UTF_8);
        body.set(JAVA_INT_UNALIGNED, 0, returnAddress);
        MemorySegment.copy(bytes, 0, body, JAVA_BYTE, NAME_OFFSET, bytes.length);
        message.type(REQUEST_TYPE).size(REQUEST_BYTES);
    }

    static int returnAddress(MessageBuffer request) {
        return request.memory().get(JAVA_INT_UNALIGNED, 0);
    }

    static String name(MessageBuffer request) {
        return request.memory().getString(NAME_OFFSET);
    }
}
