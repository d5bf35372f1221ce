package dev.letterbox.cli.host;

import dev.letterbox.sysv.QueueStatus;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * This process, as the kernel sees it.
 *
 * @param uid the effective user id
 * @param capabilities the effective capabilities, a bit for each, as far as they count for message queues
 */
public record Self(int uid, long capabilities) {
    /** May use a queue whatever its mode. */
    public static final int CAP_IPC_OWNER = 15;
    /** May remove and change other users' queues. */
    public static final int CAP_SYS_ADMIN = 21;
    /** May give a queue more capacity than msgmnb. */
    public static final int CAP_SYS_RESOURCE = 24;

    private static final Pattern UID = Pattern.compile("(?m)^Uid:\\s*\\d+\\s+(\\d+)");
    private static final Pattern CAPABILITIES = Pattern.compile("(?m)^CapEff:\\s*([0-9a-f]+)$");

    /** Outside of user namespaces all users are mapped, to themselves. */
    private static final Pattern ALL_USERS = Pattern.compile("\\s*0\\s+0\\s+4294967295\\s*");

    public static Self read() throws IOException {
        return of(Files.readString(Path.of("/proc/self/status")), Files.readString(Path.of("/proc/self/uid_map")));
    }

    /**
     * Reads what the kernel shows of this process.
     *
     * @param status {@code /proc/self/status}
     * @param users {@code /proc/self/uid_map}
     */
    static Self of(String status, String users) throws IOException {
        Matcher uid = UID.matcher(status);
        Matcher capabilities = CAPABILITIES.matcher(status);
        if (!uid.find() || !capabilities.find()) {
            throw new IOException("/proc/self/status lacks the user or the capabilities");
        }
        long effective = Long.parseUnsignedLong(capabilities.group(1), 16);
        // For msgmnb the kernel asks for this one outside of user namespaces, where nobody inside has it.
        boolean resource = ALL_USERS.matcher(users).matches();
        return new Self(
                Integer.parseUnsignedInt(uid.group(1)), resource ? effective : effective & ~(1L << CAP_SYS_RESOURCE));
    }

    /** Returns whether this process may use a queue of mode 0600. */
    public boolean mayUse(QueueStatus queue) {
        return queue.ownerUid() == uid || queue.creatorUid() == uid || has(CAP_IPC_OWNER);
    }

    public boolean has(int capability) {
        return (capabilities >> capability & 1) == 1;
    }
}
