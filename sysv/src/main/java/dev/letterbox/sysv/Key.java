package dev.letterbox.sysv;

import dev.letterbox.sysv.error.QueueExistsException;
import dev.letterbox.sysv.linux.Errno;
import dev.letterbox.sysv.linux.Linux;
import java.lang.foreign.Arena;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.security.SecureRandom;

/**
 * Names a well-known queue: exactly 32 bits, never 0, which is {@code IPC_PRIVATE} and names nothing.
 *
 * @param value the key, {@code key_t} in C
 */
public record Key(int value) {
    /**
     * Checks the value.
     *
     * @throws IllegalArgumentException where it is 0
     */
    public Key {
        if (value == Linux.IPC_PRIVATE) {
            throw new IllegalArgumentException(
                    "A key of 0 is IPC_PRIVATE, which stands for a new queue without a key and names none.");
        }
    }

    /**
     * Returns the key with this value.
     *
     * @param value not 0
     * @return the key
     * @throws IllegalArgumentException where it is 0
     */
    public static Key of(int value) {
        return new Key(value);
    }

    /**
     * Reads a key as people write it.
     *
     * @param text {@code 0x1aaaaaa1}, {@code 447392417}, {@code -1} or {@code ftok:PATH:ID}; numbers must fit 32 bits,
     *     signed or unsigned
     * @return the key
     * @throws IllegalArgumentException where it is none of these, is 0, does not fit, or {@code ftok} finds no such file
     */
    public static Key parse(String text) {
        if (text.startsWith("ftok:")) {
            return parseFtok(text);
        }
        long value;
        try {
            value = Long.decode(text);
        } catch (NumberFormatException notANumber) {
            throw new IllegalArgumentException(
                    "'" + text + "' is not a key: write 0x1aaaaaa1, 447392417 or ftok:PATH:ID.", notANumber);
        }
        if (value < Integer.MIN_VALUE || value > 0xffff_ffffL) {
            throw new IllegalArgumentException("'" + text + "' is not a key: a key has 32 bits.");
        }
        return new Key((int) value);
    }

    private static Key parseFtok(String text) {
        int colon = text.lastIndexOf(':');
        int first = "ftok:".length();
        if (colon <= first) {
            throw new IllegalArgumentException(
                    "'" + text + "' is not a key: write ftok:PATH:ID, as in ftok:/etc/passwd:1.");
        }
        String project = text.substring(colon + 1);
        try {
            return ftok(Path.of(text.substring(first, colon)), Integer.decode(project));
        } catch (NumberFormatException notANumber) {
            throw new IllegalArgumentException(
                    "'" + text + "' is not a key: the project id '" + project + "' is not a number from 1 to 255.",
                    notANumber);
        } catch (InvalidPathException notAPath) {
            throw new IllegalArgumentException("'" + text + "' is not a key: " + notAPath.getMessage(), notAPath);
        }
    }

    /**
     * Makes the key that C programs agree on by ftok(3).
     *
     * <p>The key holds 8 bits of the project id, 8 of the device and 16 of the file's inode. So two files whose inodes
     * differ by a multiple of 65,536 give the same key, and a file that was written anew may give another one. Prefer
     * an explicit key where both sides can be told one.
     *
     * @param path a file that exists
     * @param project 1 to 255: only the low 8 bits count, and 0 is not defined by POSIX
     * @return the key
     * @throws IllegalArgumentException where the file cannot be found or the project id is out of range
     */
    public static Key ftok(Path path, int project) {
        if (project < 1 || project > 255) {
            throw new IllegalArgumentException("The project id of ftok is 1 to 255, not " + project + ".");
        }
        try (Arena arena = Arena.ofConfined()) {
            long result = Linux.host().ftok(arena.allocateFrom(path.toString()), project);
            Errno errno = Errno.of(result);
            if (errno != null) {
                throw new IllegalArgumentException("ftok finds no key for '" + path + "': " + errno.text() + " ("
                        + errno + "). The file must exist.");
            }
            return new Key((int) result);
        }
    }

    /**
     * Picks a key at random that no queue has now.
     *
     * <p>Another process may take it before you do: make the queue with {@link MessageQueue#create}, and pick again on
     * {@link QueueExistsException}.
     *
     * @return a key that was free a moment ago
     */
    public static Key free() {
        return free(Linux.host());
    }

    static Key free(Linux linux) {
        SecureRandom random = new SecureRandom();
        while (true) {
            int value = random.nextInt();
            if (value == Linux.IPC_PRIVATE) {
                continue;
            }
            long found = linux.msgget(value, 0);
            if (Errno.ENOENT.in(found)) {
                return new Key(value);
            }
            Failure.check(found, "look for a free key", "msgget");
        }
    }

    /**
     * Returns the key as {@code ipcs} shows it.
     *
     * @return as in {@code 0x1aaaaaa1}
     */
    @Override
    public String toString() {
        return "0x%08x".formatted(value);
    }
}
