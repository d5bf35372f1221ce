package dev.letterbox;

import dev.letterbox.sysv.Mode;

/** Says who may send requests to a server. Nobody but the server's own user may ever receive from its queue. */
public enum Access {
    /** The server's user alone: mode 0600. */
    OWNER(0_600),
    /** The server's group as well: mode 0620. */
    GROUP(0_620),
    /** Every user of the machine: mode 0622. */
    ALL(0_622);

    private final int bits;

    Access(int bits) {
        this.bits = bits;
    }

    /**
     * Returns the mode of the server queue.
     *
     * @return write-only for everybody but the owner
     */
    public Mode mode() {
        return Mode.of(bits);
    }
}
