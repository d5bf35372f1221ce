package dev.letterbox.sysv;

import dev.letterbox.sysv.linux.Linux;
import dev.letterbox.sysv.linux.layout.MsqidDs;
import dev.letterbox.testkit.TempFiles;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** Makes messages and queues in a certain state. */
final class Samples {
    private Samples() {}

    /** Makes a message with so many bytes that look random. */
    static MessageBuffer message(long type, int size) {
        return MessageBuffer.fixed(size).put(type, TempFiles.bytes(size));
    }

    /** Sends a message of that type whose body tells its type, and fails where it does not fit. */
    static void queue(MessageQueue queue, long... types) {
        for (long type : types) {
            if (!queue.trySend(MessageBuffer.allocate().put(type, new byte[] {(byte) type}))) {
                throw new AssertionError(queue + " is full");
            }
        }
    }

    /** Fills the queue with messages of that size until one more does not fit. Returns how many went. */
    static int fill(MessageQueue queue, int size) {
        MessageBuffer message = message(1, size);
        int sent = 0;
        while (queue.trySend(message)) {
            sent++;
        }
        return sent;
    }

    /** Makes a queue that takes not one byte more. */
    static OwnedQueue fullQueue() {
        OwnedQueue queue = OwnedQueue.createPrivate(Mode.OWNER);
        queue.setCapacity(64);
        fill(queue, 64);
        return queue;
    }

    /** Makes the structure that the kernel takes, with any type. */
    static MemorySegment raw(Arena arena, long type, int size) {
        MemorySegment message = arena.allocate(Long.BYTES + size, Long.BYTES);
        message.set(ValueLayout.JAVA_LONG, 0, type);
        return message;
    }

    /** Returns an id that was a queue's a moment ago and is nobody's now. */
    static int goneId() {
        OwnedQueue queue = OwnedQueue.createPrivate(Mode.OWNER);
        queue.close();
        return queue.id();
    }

    /** Asks the kernel itself how many messages wait. */
    static long messagesIn(int id) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment state = arena.allocate(MsqidDs.LAYOUT);
            if (Linux.host().msgctl(id, Linux.IPC_STAT, state) != 0) {
                throw new AssertionError("queue " + id + " is gone");
            }
            return MsqidDs.qnum(state);
        }
    }
}
