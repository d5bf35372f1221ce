package dev.letterbox;

import java.util.OptionalInt;

/**
 * The address of a client's private queue, in the terms of its engine. Two addresses of the same queue are equal;
 * {@link Object#toString} returns a text for people.
 */
public interface ReturnAddress {
    /**
     * Returns the id of the private queue, if the engine's queues have ids.
     *
     * @return 0 or more; empty if queues have names only
     */
    OptionalInt queueId();

    /**
     * Returns the address of a queue with an id.
     *
     * @param id the queue's id, 0 or more
     * @return the address, printed as in {@code queue 7}
     */
    static ReturnAddress ofQueue(int id) {
        record Numbered(int id) implements ReturnAddress {
            @Override
            public OptionalInt queueId() {
                return OptionalInt.of(id);
            }

            @Override
            public String toString() {
                return "queue " + id;
            }
        }
        return new Numbered(id);
    }

    /**
     * Returns the address of a queue that has only a name.
     *
     * @param name the queue's name
     * @return the address, printed as its name
     */
    static ReturnAddress named(String name) {
        record Named(String name) implements ReturnAddress {
            @Override
            public OptionalInt queueId() {
                return OptionalInt.empty();
            }

            @Override
            public String toString() {
                return name;
            }
        }
        return new Named(name);
    }
}
