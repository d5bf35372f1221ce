package dev.letterbox.cli.doctor;

import dev.letterbox.sysv.MessageQueues;
import dev.letterbox.sysv.error.QueueException;
import dev.letterbox.sysv.error.UnsupportedKernelException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** All checks of the doctor. */
final class Examination {
    private static final List<Check> CHECKS = List.of(
            new RefusalCheck(),
            new TableCheck(),
            new FullQueueCheck(),
            new WaitersCheck(),
            new StoppedCheck(),
            new LeakCheck(),
            new DefaultKeyCheck(),
            new LostServerCheck(),
            new ServerAccessCheck(),
            new FtokFailureCheck(),
            new RightsCheck(),
            new KernelCheck(),
            new LogoutCheck());

    private Examination() {}

    /** Makes all checks. The worst finding comes first. */
    static List<Finding> findings() throws IOException, InterruptedException {
        try {
            MessageQueues.limits();
        } catch (UnsupportedKernelException none) {
            return List.of(
                    Finding.wrong("kernel", String.valueOf(none.getMessage()), "use a kernel with CONFIG_SYSVIPC"));
        } catch (QueueException hidden) {
            return List.of(Finding.refused("security", hidden));
        }
        Scene scene = Scene.look();
        List<Finding> findings = new ArrayList<>();
        for (Check check : CHECKS) {
            try {
                findings.addAll(check.findings(scene));
            } catch (QueueException refused) {
                // The other checks may still find the reason.
                findings.add(Finding.refused("security", refused));
            }
        }
        findings.sort(Comparator.comparing(Finding::weight));
        return findings;
    }
}
