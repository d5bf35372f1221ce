package dev.letterbox.cli.command;

import dev.letterbox.queues.ServerStatus;
import dev.letterbox.sysv.Key;
import dev.letterbox.sysv.MessageQueue;
import dev.letterbox.sysv.MessageQueues;
import dev.letterbox.sysv.error.NoSuchQueueException;
import dev.letterbox.sysv.error.QueueAccessException;
import java.util.Optional;

/**
 * What there is on a server's key, before anything is sent there.
 *
 * @param key the key
 * @param state what there is
 * @param queue the id of the queue with this key; -1 if there is none
 */
public record ServerPlace(Key key, State state, int queue) {
    /** What there is. */
    public enum State {
        /** No queue has the key. */
        EMPTY,
        /** The queue of a Letterbox server that was killed. */
        LEFT_OVER,
        /** The queue of another program, which may be a classic server. */
        FOREIGN,
        /** The queue of a Letterbox server that is running. */
        SERVED
    }

    /** Looks at the queue with this key, and sends nothing. */
    public static ServerPlace look(Key key) {
        try (MessageQueue queue = MessageQueue.open(key)) {
            Optional<ServerStatus> server = MessageQueues.find(queue.id()).flatMap(ServerStatus::of);
            State state = server.map(found -> switch (found.state()) {
                        case LEFT_OVER -> State.LEFT_OVER;
                        case UNLOCKED -> found.process().isPresent() ? State.SERVED : State.LEFT_OVER;
                        case RUNNING, HIDDEN -> State.SERVED;
                    })
                    .orElse(State.FOREIGN);
            return new ServerPlace(key, state, queue.id());
        } catch (NoSuchQueueException none) {
            return new ServerPlace(key, State.EMPTY, -1);
        }
    }

    /**
     * Says what a failure means where a Letterbox server does not accept requests of this user.
     *
     * @param key the server's key
     * @param failure why nothing can be sent there
     * @return a sentence, with what to do; empty for any other failure
     */
    public static Optional<String> refusal(Key key, Exception failure) {
        if (!(failure.getCause() instanceof QueueAccessException denied) || denied.isByLayer()) {
            return Optional.empty();
        }
        return MessageQueues.list().stream()
                .filter(queue -> queue.key().equals(Optional.of(key))
                        && ServerStatus.of(queue).isPresent())
                .findFirst()
                .map(server ->
                        "The server on key %s does not accept your requests (msgget: EACCES): it is queue %d, owner uid %d, mode %s. Its owner can start it with --access all, or with --access group for the members of its group."
                                .formatted(key, server.id(), Integer.toUnsignedLong(server.ownerUid()), server.mode()));
    }

    /** Returns whether there may be a server, Letterbox or classic. */
    public boolean mayBeServed() {
        return state == State.FOREIGN || state == State.SERVED;
    }

    /** Returns why there is no Letterbox server: a sentence without its full stop. */
    public String whyNot() {
        return switch (state) {
            case EMPTY -> "No server is running on key %s (msgget: ENOENT)".formatted(key);
            case LEFT_OVER -> "No server is running on key %s: a killed server left queue %d".formatted(key, queue);
            case FOREIGN ->
                "No Letterbox server is running on key %s: queue %d belongs to another program".formatted(key, queue);
            case SERVED -> throw new IllegalStateException("A server is running on key " + key);
        };
    }
}
