package dev.letterbox.sysv;

import dev.letterbox.sysv.error.QueueExistsException;
import dev.letterbox.sysv.linux.Errno;
import dev.letterbox.sysv.linux.KernelError;
import dev.letterbox.sysv.linux.Linux;
import java.lang.foreign.Arena;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.security.SecureRandom;

/**
 * The name of a well-known queue: 32 bits, never 0, which is {@code IPC_PRIVATE} and names nothing.
 *
 * @param value the key, {@code key_t} in C
 */
public record Key(int value) {
    private static final String PREFIX = "key:";
    private static final String FTOK = "ftok:";
    private static final char LAST_ASCII = 0x7f;

    /**
     * Checks the value.
     *
     * @throws IllegalArgumentException if it is 0
     */
    public Key {
        if (value == Linux.IPC_PRIVATE) {
            throw new IllegalArgumentException(
                    "A key of 0 is IPC_PRIVATE, which creates a new queue without a key, and names no existing queue.");
        }
    }

    /**
     * Returns the key with this value.
     *
     * @param value not 0
     * @return the key
     * @throws IllegalArgumentException if it is 0
     */
    public static Key of(int value) {
        return new Key(value);
    }

    /**
     * Reads a key as people write it.
     *
     * @param text {@code 0x1aaaaaa1}, {@code 447392417}, {@code -1}, {@code ftok:PATH:ID}, or one of these after
     *     {@code key:}; numbers must fit 32 bits, signed or unsigned; ID is a number from 1 to 255, or one ASCII character
     *     other than a digit
     * @return the key
     * @throws IllegalArgumentException if it is none of these, is 0, does not fit, or {@code ftok} finds no such file
     */
    public static Key parse(String text) {
        String name = text.startsWith(PREFIX) ? text.substring(PREFIX.length()) : text;
        return name.startsWith(FTOK) ? parseFtok(text, name) : parseNumber(text, name);
    }

    private static Key parseNumber(String text, String number) {
        long value;
        try {
            value = Long.decode(number);
        } catch (NumberFormatException notANumber) {
            throw new IllegalArgumentException(
                    "'" + text + "' is not a key: write 0x1aaaaaa1, 447392417 or ftok:PATH:ID.", notANumber);
        }
        if (value < Integer.MIN_VALUE || value > 0xffff_ffffL) {
            throw new IllegalArgumentException("'" + text + "' is not a key: a key has 32 bits.");
        }
        return new Key((int) value);
    }

    private static Key parseFtok(String text, String name) {
        int colon = name.lastIndexOf(':');
        if (colon <= FTOK.length()) {
            throw new IllegalArgumentException(
                    "'" + text + "' is not a key: write ftok:PATH:ID, as in ftok:/etc/passwd:1 or ftok:/etc/passwd:a.");
        }
        String project = name.substring(colon + 1);
        try {
            Path path = Path.of(name.substring(FTOK.length(), colon));
            return isCharacter(project) ? ftok(path, project.charAt(0)) : ftok(path, Integer.decode(project));
        } catch (NumberFormatException notANumber) {
            throw new IllegalArgumentException(
                    "'" + text + "' is not a key: the project id '" + project
                            + "' is not a number from 1 to 255, and not one ASCII character.",
                    notANumber);
        } catch (InvalidPathException notAPath) {
            throw new IllegalArgumentException("'" + text + "' is not a key: " + notAPath.getMessage(), notAPath);
        }
    }

    /** C, PHP and Perl write project ids as characters. A digit is a number here: {@code '1'} in C is 49. */
    private static boolean isCharacter(String project) {
        return project.length() == 1 && project.charAt(0) <= LAST_ASCII && !Character.isDigit(project.charAt(0));
    }

    /**
     * Returns the key that C programs agree on by {@code ftok(path, 'a')}.
     *
     * @param path a file that exists
     * @param project an ASCII character, as in C; {@code '1'} is 49
     * @return the key
     * @throws IllegalArgumentException if the file cannot be found or the character is not ASCII
     * @see #ftok(Path, int)
     */
    public static Key ftok(Path path, char project) {
        if (project > LAST_ASCII) {
            throw new IllegalArgumentException(
                    "The project id of ftok is one byte, so a character must be ASCII, not '" + project + "'.");
        }
        return ftok(path, (int) project);
    }

    /**
     * Returns the key that C programs agree on by ftok(3).
     *
     * <p>The key holds 8 bits of the project id, 8 of the device and 16 of the file's inode. So two files whose inodes
     * differ by a multiple of 65,536 give the same key, and a file that was replaced may give another one. A file of
     * an image gives another key in each container, since each mounts the image as a device of its own. Prefer an explicit
     * key if both sides can be told one.
     *
     * @param path a file that exists
     * @param project 1 to 255: only the low 8 bits count, and 0 is not defined by POSIX
     * @return the key
     * @throws IllegalArgumentException if the file cannot be found or the project id is out of range
     */
    public static Key ftok(Path path, int project) {
        if (project < 1 || project > 255) {
            throw new IllegalArgumentException("The project id of ftok must be 1 to 255, not " + project + ".");
        }
        try (Arena arena = Arena.ofConfined()) {
            long result = Linux.host().ftok(arena.allocateFrom(path.toString()), project);
            KernelError errno = KernelError.of(result);
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
            Failure.check(linux, found, "look for a free key", "msgget");
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
