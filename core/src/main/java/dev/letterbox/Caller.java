package dev.letterbox;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The user who sends a request, as attested by the engine: a user of this machine, or a principal known by name only, as
 * a message broker's users are. Immutable.
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
     * Returns the caller for a user of this machine.
     *
     * @param uid the user's id
     * @param gid the user's group id
     * @return the caller
     */
    public static Caller ofUser(int uid, int gid) {
        return new Caller(true, uid, gid, null);
    }

    /**
     * Returns the caller for a principal that the engine knows by name only.
     *
     * @param name the name
     * @return the caller
     */
    public static Caller named(String name) {
        return new Caller(false, 0, 0, name);
    }

    /**
     * Returns whether the caller is a user of this machine and so has a {@link #uid} and a {@link #gid}.
     *
     * @return false for a principal known by name only
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
     * Returns the user's group id.
     *
     * @return the id, an unsigned number
     * @throws IllegalStateException if the caller is not a {@linkplain #isUser user of this machine}
     */
    public int gid() {
        return checked(gid);
    }

    private int checked(int id) {
        if (!local) {
            throw new IllegalStateException(name() + " is not a user of this machine: it has no uid and no gid.");
        }
        return id;
    }

    /**
     * Returns the name under which the caller is charged, counted and logged. Callers with the same name are one user.
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
