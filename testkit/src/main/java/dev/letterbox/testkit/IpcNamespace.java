package dev.letterbox.testkit;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * Holds an IPC namespace that several commands share, with limits of its own.
 *
 * <p>All queues, segments and semaphores in it vanish with its last process.
 */
public final class IpcNamespace implements AutoCloseable {
    private final ChildProcess holder;

    private IpcNamespace(ChildProcess holder) {
        this.holder = holder;
    }

    /** Makes one with those values under {@code /proc/sys/kernel}. Skips the test where that is not allowed. */
    public static IpcNamespace with(Map<String, Integer> sysctls) {
        Privileges.assumeIpcNamespaces();
        List<String> words = new ArrayList<>(prefix(sysctls, "echo ready && "));
        words.addAll(List.of("sleep", "infinity"));
        ChildProcess holder = Command.of(words).start();
        try {
            holder.awaitLine("ready");
            return new IpcNamespace(holder);
        } catch (AssertionError e) {
            holder.close();
            throw e;
        }
    }

    /** Looks at what is in it. */
    public IpcTable table() {
        return IpcTable.readBy(
                file -> Command.of("cat", file).in(this).run().expect(0).lines());
    }

    /** Ends all processes in it that were started by its holder, and thus the namespace once the others have ended. */
    @Override
    public void close() {
        holder.close();
    }

    List<String> prefix() {
        return List.of("nsenter", "--ipc=/proc/" + holder.pid() + "/ns/ipc", "--");
    }

    /** Makes the words that run what follows them in a new namespace. */
    static List<String> prefix(Map<String, Integer> sysctls, String script) {
        String settings = sysctls.entrySet().stream()
                .map(entry -> "echo %d > /proc/sys/kernel/%s && ".formatted(entry.getValue(), entry.getKey()))
                .collect(Collectors.joining());
        return List.of("unshare", "--ipc", "sh", "-c", settings + script + "exec \"$@\"", "sh");
    }
}
