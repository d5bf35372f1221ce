package dev.letterbox.sysv;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * The user namespace of this process, in which the kernel shows all users that it does not map as one: the overflow id,
 * 65534 by default. See user_namespaces(7).
 */
public final class UserNamespace {
    private static final Path USERS = Path.of("/proc/self/uid_map");
    private static final Path GROUPS = Path.of("/proc/self/gid_map");
    private static final Path OVERFLOW_USER = Path.of("/proc/sys/kernel/overflowuid");
    private static final Path OVERFLOW_GROUP = Path.of("/proc/sys/kernel/overflowgid");

    /** All but -1, which is no id. */
    private static final long ALL = 0xffff_ffffL;

    private UserNamespace() {}

    /**
     * Returns whether this user's id may stand for a user who is not mapped in this namespace: it is the overflow id, and not
     * all users are mapped.
     *
     * @param uid a user's id, as the kernel shows it here
     * @return false also if it is unknown
     */
    public static boolean mayHideUser(int uid) {
        return mayHide(uid, OVERFLOW_USER, USERS);
    }

    /**
     * Returns whether this group's id may stand for a group that is not mapped in this namespace.
     *
     * @param gid a group's id, as the kernel shows it here
     * @return false also if it is unknown
     */
    public static boolean mayHideGroup(int gid) {
        return mayHide(gid, OVERFLOW_GROUP, GROUPS);
    }

    /** Returns whether one of these ids may stand for a user or group that is not mapped here. */
    static boolean mayHide(int uid, int gid) {
        return mayHideUser(uid) || mayHideGroup(gid);
    }

    private static boolean mayHide(int id, Path overflow, Path map) {
        // In one piece: the kernel gives the text of such a file to the first read alone.
        try (BufferedReader setting = Files.newBufferedReader(overflow)) {
            return String.valueOf(setting.readLine()).equals(Integer.toUnsignedString(id))
                    && !mapsAll(Files.readAllLines(map));
        } catch (IOException hidden) {
            // Without /proc nothing says that the id is another's.
            return false;
        }
    }

    /** Returns whether every user is mapped, as it is outside of user namespaces; false also if nothing tells. */
    static boolean mapsAllUsers() {
        try {
            return mapsAll(Files.readAllLines(USERS));
        } catch (IOException hidden) {
            return false;
        }
    }

    /** Returns whether every id is mapped. */
    static boolean mapsAll(List<String> map) {
        long mapped = 0;
        for (String line : map) {
            mapped += Long.parseLong(line.strip().split("\\s+", -1)[2]);
        }
        return mapped >= ALL;
    }
}
