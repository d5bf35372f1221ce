package dev.letterbox;

import java.util.OptionalInt;

/**
 * Where a client's responses go, as its engine knows it: equal for the same private queue, and printed for people by
 * {@link Object#toString}.
 */
public interface ReturnAddress {
    /**
     * Returns the id of the private queue, where the engine's queues have numbers.
     *
     * @return 0 or more; empty if queues have names alone
     */
    OptionalInt queueId();

    /**
     * Returns the address of a queue that has a number.
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
     * Returns the address of a queue that has a name alone.
     *
     * @param name what the queue is called
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
