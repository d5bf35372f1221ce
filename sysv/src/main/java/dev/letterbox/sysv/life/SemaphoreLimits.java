package dev.letterbox.sysv.life;

import dev.letterbox.sysv.linux.Errno;
import dev.letterbox.sysv.linux.ErrnoException;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The limits of semaphores in this IPC namespace: {@code kernel.sem}. They are looked at before a set is made, since the
 * kernel's errors name none of them (EINVAL also means that a set is too small), and no set shall stay behind that cannot
 * be locked.
 */
final class SemaphoreLimits {
    private static final Path SETTING = Path.of("/proc/sys/kernel/sem");

    private SemaphoreLimits() {}

    /**
     * Checks that a set can be made and used.
     *
     * @param semaphores how many it has
     * @param operations how many are made at once
     * @throws ErrnoException with E2BIG if a limit is too low
     */
    static void check(int semaphores, int operations) throws ErrnoException {
        int[] limits;
        // In one piece: the kernel gives the text of such a file to the first read alone.
        try (BufferedReader setting = Files.newBufferedReader(SETTING)) {
            String[] numbers = String.valueOf(setting.readLine()).strip().split("\\s+", -1);
            limits = new int[] {Integer.parseInt(numbers[0]), Integer.parseInt(numbers[2])};
        } catch (IOException | NumberFormatException | ArrayIndexOutOfBoundsException hidden) {
            // The calls themselves will tell, if in fewer words.
            return;
        }
        check("semmsl, the first", "semaphores in a set", limits[0], semaphores);
        check("semopm, the third", "operations at once", limits[1], operations);
    }

    private static void check(String which, String what, int limit, int needed) throws ErrnoException {
        if (limit < needed) {
            throw ErrnoException.saying(
                    "%s number of kernel.sem, allows %d %s, and %d are needed. Raise it: sysctl kernel.sem shows all four"
                                    .formatted(which, limit, what, needed)
                            + ", sysctl -w kernel.sem=\"32000 1024000000 500 32000\" sets the defaults",
                    Errno.E2BIG);
        }
    }
}
