package dev.letterbox.cli.doctor;

import dev.letterbox.cli.host.SecurityLayers;
import dev.letterbox.sysv.MessageQueues;
import dev.letterbox.sysv.Refusal;
import java.util.List;

/** Checks for calls that the kernel allows to everybody and a security module or a filter refuses. */
final class RefusalCheck implements Check {
    @Override
    public List<Finding> findings(Scene scene) {
        return MessageQueues.refusals().stream().map(RefusalCheck::of).toList();
    }

    private static Finding of(Refusal refusal) {
        return Finding.warning(
                "security",
                "%s is refused (%s), although the kernel allows it to everybody. %s Letterbox reads %s instead."
                        .formatted(
                                refusal.call(),
                                refusal.errno(),
                                SecurityLayers.read().sentence(),
                                refusal.instead()),
                SecurityLayers.REMEDY);
    }
}
