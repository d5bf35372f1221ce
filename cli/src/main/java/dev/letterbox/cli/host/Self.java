package dev.letterbox.cli.host;

import dev.letterbox.sysv.QueueStatus;
import dev.letterbox.sysv.linux.ProcessStatus;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
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

    /** Outside of user namespaces all users are mapped, to themselves. */
    private static final Pattern ALL_USERS = Pattern.compile("\\s*0\\s+0\\s+4294967295\\s*");

    public static Self read() throws IOException {
        return of(ProcessStatus.ofThisProcess(), Files.readString(Path.of("/proc/self/uid_map")));
    }

    /**
     * Reads what the kernel shows of this process.
     *
     * @param status what it says of this process
     * @param users {@code /proc/self/uid_map}
     */
    static Self of(ProcessStatus status, String users) throws IOException {
        if (status.uid().isEmpty() || status.capabilities().isEmpty()) {
            throw new IOException("/proc/self/status lacks the user or the capabilities");
        }
        long effective = status.capabilities().getAsLong();
        // For msgmnb the kernel asks for this one outside of user namespaces, where nobody inside has it.
        boolean resource = ALL_USERS.matcher(users).matches();
        return new Self(status.uid().getAsInt(), resource ? effective : effective & ~(1L << CAP_SYS_RESOURCE));
    }

    /** Returns whether this process may use a queue of mode 0600. */
    public boolean mayUse(QueueStatus queue) {
        return queue.ownerUid() == uid || queue.creatorUid() == uid || has(CAP_IPC_OWNER);
    }

    public boolean has(int capability) {
        return (capabilities >> capability & 1) == 1;
    }
}
