package dev.letterbox.queues;

import dev.letterbox.engine.Message;
import dev.letterbox.sysv.MessageBuffer;

/** A message in memory that the kernel reads and writes. One that is longer is received as far as it fits. */
final class QueueMessage extends Message {
    private final MessageBuffer buffer;

    QueueMessage(int capacity) {
        this(MessageBuffer.truncating(capacity));
    }

    private QueueMessage(MessageBuffer buffer) {
        super(buffer.typeAndBody());
        this.buffer = buffer;
    }

    /** Returns the message as it is to be sent. */
    static MessageBuffer toSend(Message message) {
        QueueMessage own = (QueueMessage) message;
        return own.buffer.size(own.size());
    }

    /** Returns where a message is received; {@link #received} follows. */
    static MessageBuffer toReceive(Message message) {
        return ((QueueMessage) message).buffer;
    }

    /** Takes note of what was received. */
    static void received(Message message) {
        QueueMessage own = (QueueMessage) message;
        own.received(own.buffer.truncated() ? own.capacity() + 1L : own.buffer.size());
    }
}
