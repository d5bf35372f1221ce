package dev.letterbox.sysv;

/**
 * The permissions of a queue: read is to receive, peek and see the state; write is to send; execute means nothing.
 * Removing and changing is for owner, creator and root alone.
 *
 * @param bits nine permission bits, as in {@code 0600}
 */
public record Mode(int bits) {
    /** Only the owner sends and receives: {@code 0600}. */
    public static final Mode OWNER = new Mode(0_600);

    /**
     * The mode of a queue or segment that Letterbox has created and not yet completed: {@code 0611}. The bits for
     * execution mean nothing there, and no other program sets them. So what a program left when it was killed in that
     * moment can be recognized.
     */
    public static final Mode INCOMPLETE = new Mode(0_611);

    /**
     * Checks the bits.
     *
     * @throws IllegalArgumentException if more than nine bits are set
     */
    public Mode {
        if ((bits & ~0_777) != 0) {
            throw new IllegalArgumentException(
                    "A mode has nine bits, as in 0600; this has more: 0" + Integer.toOctalString(bits));
        }
    }

    /**
     * Returns the mode with these bits.
     *
     * @param bits as in {@code 0620}
     * @return the mode
     * @throws IllegalArgumentException if more than nine bits are set
     */
    public static Mode of(int bits) {
        return new Mode(bits);
    }

    /**
     * Returns the mode in octal.
     *
     * @return as in {@code 0600}
     */
    @Override
    public String toString() {
        return "0%03o".formatted(bits);
    }
}
