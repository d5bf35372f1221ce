package dev.letterbox.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Assumptions;

/**
 * Skips the tests that need more than this user may do, and says what they need.
 *
 * <p>With the system property {@code letterbox.privileges=required} they fail instead: for a build that may not pass
 * by skipping.
 */
public final class Privileges {
    /** The user and group id of nobody, who owns nothing. */
    public static final int NOBODY = 65534;

    private static final Map<String, Boolean> TRIED = new ConcurrentHashMap<>();

    private Privileges() {}

    /** Returns whether the tests run as root. */
    public static boolean isRoot() {
        try {
            return Integer.valueOf(0).equals(Files.getAttribute(Path.of("/proc/self"), "unix:uid"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Skips the test unless it runs as root. */
    public static void assumeRoot() {
        assume(isRoot(), "This test runs as root only");
    }

    /** Skips the test unless it may start programs as other users. */
    public static void assumeOtherUsers() {
        assume(
                works("setpriv --reuid=%1$d --regid=%1$d --clear-groups true".formatted(NOBODY)),
                "This test needs setpriv (util-linux) and the right to start programs as other users");
    }

    /** Skips the test unless it may make IPC namespaces and set their limits. */
    public static void assumeIpcNamespaces() {
        assume(
                works("unshare --ipc sh -c 'echo 16 > /proc/sys/kernel/msgmni'"),
                "This test needs unshare (util-linux) and the right to make IPC namespaces and to set their limits");
    }

    static void assume(boolean possible, String need) {
        if (!possible && "required".equals(System.getProperty("letterbox.privileges"))) {
            Assertions.fail(need);
        }
        Assumptions.assumeTrue(possible, need);
    }

    private static boolean works(String script) {
        return TRIED.computeIfAbsent(
                script, tried -> Command.of("sh", "-c", tried).run().status() == 0);
    }
}
