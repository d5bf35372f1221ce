package dev.letterbox;

/**
 * Is the user who asks.
 *
 * @param uid the user's id
 * @param gid the id of the group the user acts for
 */
public record Caller(int uid, int gid) {
    /**
     * Tells who it is.
     *
     * @return as in {@code uid 1000}
     */
    @Override
    public String toString() {
        return "uid " + Integer.toUnsignedLong(uid);
    }
}
