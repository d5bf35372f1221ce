package dev.letterbox.queues;

import dev.letterbox.Access;
import dev.letterbox.engine.ClientEndpoint;
import dev.letterbox.engine.ServerEndpoint;
import dev.letterbox.engine.Transport;
import dev.letterbox.sysv.Key;
import dev.letterbox.sysv.Waiting;
import java.time.Duration;

/**
 * The engine on the System V message queues of this machine's kernel.
 *
 * @param key the well-known queue's key
 * @param waiting how its ends wait for messages and for room
 */
public record QueueTransport(Key key, Waiting waiting) implements Transport {
    /** The longest message of any dialect: what {@code msgmax} is on a kernel that nobody tuned. */
    static final int LONGEST_MESSAGE = 8192;

    /**
     * Creates an engine whose waits are {@linkplain Waiting#ADAPTIVE adaptive}.
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
