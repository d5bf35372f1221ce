package dev.letterbox;

import dev.letterbox.sysv.Key;
import dev.letterbox.sysv.LockWatch;
import dev.letterbox.sysv.MessageBuffer;
import dev.letterbox.sysv.MessageQueue;
import dev.letterbox.sysv.MessageQueues;
import dev.letterbox.sysv.Mode;
import dev.letterbox.sysv.OwnedQueue;
import dev.letterbox.sysv.QueueException;
import dev.letterbox.sysv.QueueStatus;
import dev.letterbox.sysv.Selector;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Is a client's private queue, and its handle on the server's.
 *
 * <p>Exactly two users can reach the private queue, the client's and the server's: it is made with mode 0600 and then
 * given to the server's user.
 */
final class QueueClientEndpoint implements ClientEndpoint {
    private static final System.Logger LOG = System.getLogger(QueueClientEndpoint.class.getName());

    private final Key key;
    private final MessageQueue server;
    private final OwnedQueue responses;
    private volatile @Nullable LockWatch watch;

    private QueueClientEndpoint(Key key, MessageQueue server, OwnedQueue responses) {
        this.key = key;
        this.server = server;
        this.responses = responses;
    }

    static QueueClientEndpoint open(Key key) {
        MessageQueue server = MessageQueue.open(key, Mode.of(0_200));
        QueueStatus status = MessageQueues.find(server.id()).orElseGet(server::status);
        OwnedQueue responses = OwnedQueue.createPrivate(Mode.OWNER);
        if (status.ownerUid() != responses.status().ownerUid()) {
            try {
                responses.setOwner(status.ownerUid(), status.ownerGid());
            } catch (QueueException failed) {
                responses.close();
                throw failed;
            }
        }
        return new QueueClientEndpoint(key, server, responses);
    }

    @Override
    public int address() {
        return responses.id();
    }

    @Override
    public void send(MessageBuffer message, Duration timeout) throws InterruptedException {
        server.send(message, timeout);
    }

    @Override
    public boolean receive(MessageBuffer message, Duration timeout) throws InterruptedException {
        return responses.tryReceive(message, Selector.any(), timeout);
    }

    /** Where it does not fit, the queue is not empty, so nobody sleeps. */
    @Override
    public void wake() {
        MessageBuffer message = MessageBuffer.fixed(SessionWire.RESPONSE_HEADER);
        SessionWire.wake(message);
        try {
            responses.trySend(message);
        } catch (QueueException gone) {
            LOG.log(System.Logger.Level.DEBUG, "nobody to wake: {0}", gone.getMessage());
        }
    }

    /** The server's lock is given back by the kernel when the server ends, and whoever waits for that is woken. */
    @Override
    public void onServerEnd(Runnable ended) {
        LockWatch.on(key).ifPresent(lock -> {
            watch = lock;
            Thread.ofPlatform().daemon().name("letterbox-server-watch").start(() -> {
                try {
                    if (lock.awaitEnd()) {
                        ended.run();
                        // Nobody will make room for those who wait to send.
                        server.close();
                    }
                } catch (InterruptedException asked) {
                    LOG.log(System.Logger.Level.DEBUG, "the watch ends");
                }
            });
        });
    }

    @Override
    public String whySilent() {
        return MessageQueues.find(server.id()).isEmpty()
                ? "The server has gone: its queue was removed."
                : "Is the server on %s stopped, or not a Letterbox server? ipcs -q -i %d shows when it last received."
                        .formatted(server, server.id());
    }

    @Override
    public void close() {
        LockWatch watching = watch;
        if (watching != null) {
            watching.close();
        }
        responses.close();
        server.close();
    }
}
