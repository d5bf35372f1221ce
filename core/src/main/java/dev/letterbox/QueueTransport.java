package dev.letterbox;

import dev.letterbox.sysv.Key;
import dev.letterbox.sysv.Waiting;
import java.time.Duration;

/**
 * Carries messages by the System V message queues of this machine's kernel.
 *
 * @param key the well-known queue's key
 * @param waiting how its ends wait for messages and for room
 */
public record QueueTransport(Key key, Waiting waiting) implements Transport {
    /**
     * Carries messages with waits that are {@linkplain Waiting#ADAPTIVE adaptive}.
     *
     * @param key the well-known queue's key
     */
    public QueueTransport(Key key) {
        this(key, Waiting.ADAPTIVE);
    }

    @Override
    public ServerEndpoint bind(Access access) {
        return QueueServerEndpoint.open(key, access, waiting);
    }

    @Override
    public ClientEndpoint connect(Duration patience) {
        return QueueClientEndpoint.open(key, waiting, patience);
    }
}
