package dev.letterbox;

import dev.letterbox.sysv.Key;

/**
 * Carries messages by the System V message queues of this machine's kernel.
 *
 * @param key the well-known queue's key
 */
public record QueueTransport(Key key) implements Transport {
    @Override
    public ServerEndpoint bind(Access access) {
        return QueueServerEndpoint.open(key, access);
    }

    @Override
    public ClientEndpoint connect() {
        return QueueClientEndpoint.open(key);
    }
}
