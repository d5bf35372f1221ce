package dev.letterbox.queues.reaper;

import dev.letterbox.sysv.life.LifeToken;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Keeps one {@link LifeToken} for all clients that this process has of one server's user: the kernel has few segments to
 * give, 4096 by default, and one says as much as many.
 */
public final class SharedToken {
    private static final Map<Integer, SharedToken> BY_READER = new HashMap<>();

    private final LifeToken token;
    private int users;

    private SharedToken(LifeToken token) {
        this.token = token;
    }

    /**
     * Returns the token, which goes when it was {@linkplain #giveBack given back} as often as it was taken.
     *
     * @param reader the server's user, who may look at it
     * @return the token; empty if the system gives no segment
     */
    public static synchronized Optional<LifeToken> take(int reader) {
        SharedToken shared = BY_READER.get(reader);
        if (shared == null) {
            Optional<LifeToken> made = LifeToken.issue(reader);
            if (made.isEmpty()) {
                return made;
            }
            shared = new SharedToken(made.get());
            BY_READER.put(reader, shared);
        }
        shared.users++;
        return Optional.of(shared.token);
    }

    /**
     * Gives a token back that was {@linkplain #take taken}.
     *
     * @param reader the server's user
     */
    public static synchronized void giveBack(int reader) {
        SharedToken shared = BY_READER.get(reader);
        if (shared != null && --shared.users == 0) {
            BY_READER.remove(reader);
            shared.token.close();
        }
    }
}
