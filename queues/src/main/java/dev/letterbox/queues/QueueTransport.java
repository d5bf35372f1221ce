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
 * @param ignoringModes whether a server with the privilege for it (CAP_IPC_OWNER, as root has) also answers on queues
 *     whose mode does not let its user write; see {@link #toIgnoreModes}
 */
public record QueueTransport(Key key, Waiting waiting, boolean ignoringModes) implements Transport {
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

    /**
     * Creates an engine that heeds the modes of its clients' queues.
     *
     * @param key the well-known queue's key
     * @param waiting how its ends wait for messages and for room
     */
    public QueueTransport(Key key, Waiting waiting) {
        this(key, waiting, false);
    }

    /**
     * Returns the same engine for a server that answers also on queues whose mode does not let its user write, if it has
     * the privilege for that. Anybody can name another's queue in a classic request: a server that does this can be made to
     * write into the queues of users who never asked it for anything.
     *
     * @return the engine
     */
    public QueueTransport toIgnoreModes() {
        return new QueueTransport(key, waiting, true);
    }

    @Override
    public ServerEndpoint bind(Access access) {
        return QueueServerEndpoint.open(key, access, waiting, ignoringModes);
    }

    @Override
    public ClientEndpoint connect(Duration patience) {
        return QueueClientEndpoint.open(key, waiting, patience);
    }
}
