package dev.letterbox.sysv.life;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;

/** The semaphore sets of this IPC namespace, of all users, as {@code /proc/sysvipc/sem} lists them: see proc_sysvipc(5). */
public final class SemaphoreTable {
    /**
     * The bit that lets others execute, which means nothing for semaphores. Letterbox sets it alone of the three bits for
     * execution in the modes of its sets. Other programs set all three, as in 0777, or none.
     */
    static final int MARK = 0_001;

    /** Group and others may write, or not: to tie oneself to a bell is to write. */
    private static final int RINGERS = 0_022;

    private static final int OWNER = 0_600;

    private static final Path TABLE = Path.of("/proc/sysvipc/sem");
    private static final Pattern BLANKS = Pattern.compile("\\s+");
    private static final int COLUMNS = 10;

    private SemaphoreTable() {}

    /**
     * A semaphore set.
     *
     * @param key its key, 0 for a private one
     * @param id its id
     * @param mode nine permission bits
     * @param count how many semaphores it has
     * @param uid its owner
     * @param creatorUid its creator
     * @param operated when it was last operated on by {@code semop}: seconds since 1970, 0 for never
     * @param changed when it was created, or a value or its owner was set: seconds since 1970
     */
    public record Entry(int key, int id, int mode, int count, int uid, int creatorUid, long operated, long changed) {
        /**
         * Returns whether the set has a key and the mode that {@link SemaphoreSet} gives, and its creator still owns it.
         *
         * @return false for another program's set
         */
        public boolean hasModeOfLock() {
            return key != 0 && mode == SemaphoreSet.MODE && uid == creatorUid;
        }

        /**
         * Returns whether the set has no key and a mode that {@link DeathBell} gives, and its creator still owns it.
         *
         * @return false for another program's set
         */
        public boolean hasModeOfBell() {
            return key == 0 && (mode & ~RINGERS) == (OWNER | MARK) && uid == creatorUid;
        }
    }

    /**
     * Reads the table.
     *
     * @return the sets; none if there is no {@code /proc}
     */
    public static List<Entry> read() {
        try {
            return Files.readAllLines(TABLE).stream()
                    .skip(1)
                    .map(line -> BLANKS.split(line.strip(), -1))
                    .filter(row -> row.length >= COLUMNS)
                    .map(SemaphoreTable::entry)
                    .toList();
        } catch (IOException noProc) {
            return List.of();
        }
    }

    /** key semid perms nsems uid gid cuid cgid otime ctime. */
    private static Entry entry(String... row) {
        return new Entry(
                Integer.parseInt(row[0]),
                Integer.parseInt(row[1]),
                Integer.parseInt(row[2], 8) & 0_777,
                Integer.parseInt(row[3]),
                Integer.parseUnsignedInt(row[4]),
                Integer.parseUnsignedInt(row[6]),
                Long.parseLong(row[8]),
                Long.parseLong(row[9]));
    }
}
