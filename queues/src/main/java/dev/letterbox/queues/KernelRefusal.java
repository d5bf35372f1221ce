package dev.letterbox.queues;

import dev.letterbox.engine.EndpointClosedException;
import dev.letterbox.error.TransportException;
import dev.letterbox.sysv.error.QueueClosedException;
import dev.letterbox.sysv.error.QueueException;

/** Turns what the kernel's queues throw into what the contract throws, in the same words. */
final class KernelRefusal {
    private KernelRefusal() {}

    static TransportException of(QueueException refused) {
        String message = String.valueOf(refused.getMessage());
        return refused instanceof QueueClosedException
                ? new EndpointClosedException(message, refused)
                : new TransportException(message, refused);
    }
}
