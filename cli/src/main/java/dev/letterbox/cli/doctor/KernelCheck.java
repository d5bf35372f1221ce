package dev.letterbox.cli.doctor;

import dev.letterbox.cli.command.Failures;
import dev.letterbox.files.ServedRoot;
import dev.letterbox.sysv.MessageQueues;
import dev.letterbox.sysv.error.QueueException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Checks what this kernel offers, and how much of the machine can be seen from here. */
final class KernelCheck implements Check {
    /** The number of the IPC namespace in which a system starts, on every Linux. */
    private static final String FIRST_NAMESPACE = "ipc:[4026531839]";

    @Override
    public List<Finding> findings(Scene scene) throws IOException {
        List<Finding> findings = new ArrayList<>();
        findings.add(Finding.fine(
                "kernel", "Linux " + System.getProperty("os.version") + " on " + System.getProperty("os.arch") + "."));
        findings.add(peeking());
        // Where a filter hides the capacities, the check for refusals says so.
        if (scene.queues().stream().anyMatch(queue -> queue.status().capacity().isEmpty())
                && MessageQueues.refusals().isEmpty()) {
            findings.add(Finding.note(
                    "kernel",
                    "This kernel does not show the capacity of other users' queues (MSG_STAT_ANY, Linux 4.17).",
                    "run letterbox doctor as root"));
        }
        findings.add(confinement());
        if (!Files.isReadable(Path.of("/proc/1/status"))) {
            findings.add(Finding.note(
                    "proc",
                    "/proc hides other users' processes: Letterbox cannot tell which process used a queue, or whether it"
                            + " is running.",
                    "run letterbox doctor as root"));
        }
        findings.add(namespace());
        return findings;
    }

    private static Finding peeking() {
        try {
            return MessageQueues.canPeek()
                    ? Finding.fine("kernel", "Messages can be read without being received (MSG_COPY).")
                    : Finding.note(
                            "kernel",
                            "This kernel cannot copy a message and leave it in its queue (MSG_COPY): letterbox peek and reap"
                                    + " do not work.",
                            "use a kernel with CONFIG_CHECKPOINT_RESTORE");
        } catch (QueueException refused) {
            return Finding.refused("security", refused);
        }
    }

    private static Finding confinement() {
        try (ServedRoot _ = ServedRoot.open(Path.of("/"))) {
            return Finding.fine("kernel", "The kernel can confine a server to its directory (openat2).");
        } catch (IOException refused) {
            return Finding.warning("kernel", Failures.describe(refused), "use Linux 5.6 or later");
        }
    }

    private static Finding namespace() throws IOException {
        String own = Files.readSymbolicLink(Path.of("/proc/self/ns/ipc")).toString();
        return own.equals(FIRST_NAMESPACE)
                ? Finding.fine("namespace", "This is the machine's first IPC namespace.")
                : Finding.note(
                        "namespace",
                        "This is not the machine's first IPC namespace (%s). Queues outside it are invisible here, and these are invisible outside."
                                        .formatted(own)
                                + firstProcess(own),
                        "to share one: docker run --ipc=host, or --ipc=container:NAME with --ipc=shareable there; in"
                                + " Kubernetes the containers of a pod share one");
    }

    private static String firstProcess(String own) {
        try {
            return Files.readSymbolicLink(Path.of("/proc/1/ns/ipc")).toString().equals(own)
                    ? " Process 1 is in it too."
                    : " Process 1 is in another.";
        } catch (IOException hidden) {
            return "";
        }
    }
}
