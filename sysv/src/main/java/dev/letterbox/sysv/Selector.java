package dev.letterbox.sysv;

import dev.letterbox.sysv.linux.Linux;

/**
 * Selects which message a receive takes: of those that match, the first that was sent, except with {@link #upTo}.
 *
 * <p>Selectors are immutable: make each once and use it for ever.
 */
public final class Selector {
    private static final Selector ANY = new Selector(0, 0);

    private final long type;
    private final int flags;

    private Selector(long type, int flags) {
        this.type = type;
        this.flags = flags;
    }

    /**
     * Takes the first message, whatever its type.
     *
     * @return the selector
     */
    public static Selector any() {
        return ANY;
    }

    /**
     * Takes the first message of exactly this type.
     *
     * @param type 1 or more
     * @return the selector
     * @throws IllegalArgumentException if the type is less than 1
     */
    public static Selector exactly(long type) {
        return new Selector(checked(type), 0);
    }

    /**
     * Takes a message of the lowest type that is waiting, if it is not above this one: a priority queue. (A negative
     * {@code msgtyp} in C.)
     *
     * @param type the highest type wanted, 1 or more
     * @return the selector
     * @throws IllegalArgumentException if the type is less than 1
     */
    public static Selector upTo(long type) {
        return new Selector(-checked(type), 0);
    }

    /**
     * Takes the first message of any other type. ({@code MSG_EXCEPT} in C.)
     *
     * @param type the type to leave, 1 or more
     * @return the selector
     * @throws IllegalArgumentException if the type is less than 1
     */
    public static Selector except(long type) {
        return new Selector(checked(type), Linux.MSG_EXCEPT);
    }

    private static long checked(long type) {
        return MessageBuffer.checkedType(type);
    }

    long msgtyp() {
        return type;
    }

    int flags() {
        return flags;
    }

    /**
     * Returns what it takes.
     *
     * @return as in {@code exactly 2}
     */
    @Override
    public String toString() {
        if (flags != 0) {
            return "except " + type;
        }
        return type == 0 ? "any" : type > 0 ? "exactly " + type : "up to " + -type;
    }
}
