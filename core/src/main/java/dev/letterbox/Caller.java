package dev.letterbox;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Who asks, as the engine attests: a user of this machine, or a principal that has a name alone. Immutable.
 */
public final class Caller {
    private final boolean local;
    private final int uid;
    private final int gid;
    private @Nullable String name;

    private Caller(boolean local, int uid, int gid, @Nullable String name) {
        this.local = local;
        this.uid = uid;
        this.gid = gid;
        this.name = name;
    }

    /**
     * Returns the caller that is a user of this machine.
     *
     * @param uid the user's id
     * @param gid the id of the group the user acts for
     * @return the caller
     */
    public static Caller ofUser(int uid, int gid) {
        return new Caller(true, uid, gid, null);
    }

    /**
     * Returns the caller that the engine knows by a name alone, as a message broker knows its users.
     *
     * @param name the name
     * @return the caller
     */
    public static Caller named(String name) {
        return new Caller(false, 0, 0, name);
    }

    /**
     * Tells whether the caller is a user of this machine, so that {@link #uid} and {@link #gid} say who.
     *
     * @return false for a principal that has a name alone
     */
    public boolean isUser() {
        return local;
    }

    /**
     * Returns the user's id.
     *
     * @return the id, an unsigned number
     * @throws IllegalStateException if the caller is not a {@linkplain #isUser user of this machine}
     */
    public int uid() {
        return checked(uid);
    }

    /**
     * Returns the id of the group the user acts for.
     *
     * @return the id, an unsigned number
     * @throws IllegalStateException if the caller is not a {@linkplain #isUser user of this machine}
     */
    public int gid() {
        return checked(gid);
    }

    private int checked(int id) {
        if (!local) {
            throw new IllegalStateException(name() + " is no user of this machine: no account belongs to it.");
        }
        return id;
    }

    /**
     * Returns the name by which the caller is charged, counted and logged: two callers of one name are one user.
     *
     * @return as in {@code uid 1000}, or the principal's name
     */
    public String name() {
        String known = name;
        if (known == null) {
            known = "uid " + Integer.toUnsignedLong(uid);
            name = known;
        }
        return known;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Caller that
                && local == that.local
                && uid == that.uid
                && gid == that.gid
                && (local || Objects.equals(name, that.name));
    }

    @Override
    public int hashCode() {
        return local ? 31 * uid + gid : Objects.hashCode(name);
    }

    /**
     * Returns the {@link #name}.
     *
     * @return as in {@code uid 1000}
     */
    @Override
    public String toString() {
        return name();
    }
}
