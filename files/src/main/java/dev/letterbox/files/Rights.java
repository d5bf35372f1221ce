package dev.letterbox.files;

import dev.letterbox.Caller;
import dev.letterbox.sysv.file.CallerRights;
import dev.letterbox.sysv.file.CallerRights.FileCall;
import dev.letterbox.sysv.linux.ErrnoException;
import dev.letterbox.sysv.linux.Linux;
import dev.letterbox.sysv.linux.LinuxFiles;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.LongSupplier;
import java.util.stream.Stream;

/** Decides whose rights files are opened with. */
public final class Rights {
    /** CAP_DAC_OVERRIDE and CAP_DAC_READ_SEARCH, as the kernel numbers them. */
    private static final long DAC_CAPABILITIES = 1 << 1 | 1 << 2;

    private static final long REMEMBERED_NANOS = Duration.ofSeconds(30).toNanos();

    private static final ExecutorService PLATFORM_THREADS = Executors.newCachedThreadPool(
            Thread.ofPlatform().daemon().name("letterbox-rights-", 1).factory());

    private final boolean callers;
    private final GroupsOfUser userDatabase;
    private final LongSupplier nanoTime;
    private final Map<Caller, Groups> groups = new ConcurrentHashMap<>();

    /** Looks up the groups of a user who asks by this group. */
    @FunctionalInterface
    interface GroupsOfUser {
        int[] of(int uid, int gid) throws ErrnoException;
    }

    private Rights(boolean callers) {
        this(callers, (uid, gid) -> CallerRights.groupsOf(LinuxFiles.host(), uid, gid), System::nanoTime);
    }

    /**
     * Makes rights.
     *
     * @param callers whether files are opened with the rights of those who ask
     * @param userDatabase tells their groups
     * @param nanoTime counts as {@link System#nanoTime} does
     */
    Rights(boolean callers, GroupsOfUser userDatabase, LongSupplier nanoTime) {
        this.callers = callers;
        this.userDatabase = userDatabase;
        this.nanoTime = nanoTime;
    }

    /**
     * Opens files with the server's own rights: every client gets what the server may read.
     *
     * @return these rights
     */
    public static Rights ofServer() {
        return new Rights(false);
    }

    /**
     * Opens each file with the rights of the user who asks, as the kernel judges them: user id and group as the kernel
     * attests them, other groups as the user database has them (looked up every 30 s).
     *
     * @return these rights
     * @throws IOException if this process may not take other users' rights: that needs CAP_SETUID and CAP_SETGID, which
     *     root has; or where it would keep the right to read all files beside them
     */
    public static Rights ofCaller() throws IOException {
        Rights rights = new Rights(true);
        Linux linux = Linux.host();
        try {
            // Its own rights everybody may take; and from one who becomes root nothing is taken away.
            int another = linux.geteuid() == 1 ? 2 : 1;
            if (rights.with(Caller.ofUser(another, another), Rights::passesOverPermissions)) {
                throw new IOException(
                        "Cannot serve with the callers' rights: whoever sends a request, this process keeps the right"
                                + " to read all files. Start it as root, or without CAP_DAC_OVERRIDE and CAP_DAC_READ_SEARCH.");
            }
            return rights;
        } catch (ErrnoException refused) {
            throw new IOException(
                    "Cannot serve with the callers' rights: this requires root, or CAP_SETUID and CAP_SETGID ("
                            + refused.getMessage() + ").");
        }
    }

    /** Looks at the calling thread. From root the kernel takes these capabilities with the user id, and from nobody else. */
    private static boolean passesOverPermissions() {
        try (Stream<String> lines = Files.lines(Path.of("/proc/thread-self/status"))) {
            return lines.filter(line -> line.startsWith("CapEff:"))
                    .map(line -> line.substring(line.indexOf(':') + 1).strip())
                    .anyMatch(effective -> (Long.parseUnsignedLong(effective, 16) & DAC_CAPABILITIES) != 0);
        } catch (IOException hidden) {
            throw new UncheckedIOException(hidden);
        }
    }

    boolean areOfServer() {
        return !callers;
    }

    <T> T with(Caller caller, FileCall<T> call) throws ErrnoException {
        if (!callers) {
            return call.run();
        }
        int[] others = groupsOf(caller);
        // A virtual thread may leave its carrier at any lock, and another one would run with this caller's rights.
        Future<T> result = PLATFORM_THREADS.submit(
                () -> CallerRights.with(LinuxFiles.host(), caller.uid(), caller.gid(), others, call));
        return await(result);
    }

    /** The call is short and holds a descriptor at its end: it is waited for whatever interrupts come. */
    private static <T> T await(Future<T> result) throws ErrnoException {
        boolean interrupted = false;
        try {
            while (true) {
                try {
                    return result.get();
                } catch (InterruptedException later) {
                    interrupted = true;
                }
            }
        } catch (ExecutionException failed) {
            if (failed.getCause() instanceof ErrnoException refused) {
                throw refused;
            }
            throw new IllegalStateException("a call with another user's rights failed", failed.getCause());
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    @SuppressWarnings("ArrayRecordComponent") // never compared
    private record Groups(int[] ids, long since) {}

    int[] groupsOf(Caller caller) throws ErrnoException {
        Groups known = groups.get(caller);
        long now = nanoTime.getAsLong();
        if (known != null && now - known.since() < REMEMBERED_NANOS) {
            return known.ids();
        }
        Groups asked = new Groups(userDatabase.of(caller.uid(), caller.gid()), now);
        groups.put(caller, asked);
        return asked.ids();
    }
}
