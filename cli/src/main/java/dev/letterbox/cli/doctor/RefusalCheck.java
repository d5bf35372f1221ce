package dev.letterbox.cli.doctor;

import dev.letterbox.cli.host.SecurityLayers;
import dev.letterbox.sysv.MessageQueues;
import dev.letterbox.sysv.Refusal;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;

/** Checks for calls that the kernel allows to everybody and a security module or a filter refuses. */
final class RefusalCheck implements Check {
    @Override
    public List<Finding> findings(Scene scene) {
        Map<String, List<Refusal>> byErrno = MessageQueues.refusals().stream()
                .collect(Collectors.groupingBy(Refusal::errno, TreeMap::new, Collectors.toList()));
        return byErrno.entrySet().stream()
                .map(each -> of(each.getKey(), each.getValue()))
                .toList();
    }

    private static Finding of(String errno, List<Refusal> refusals) {
        boolean one = refusals.size() == 1;
        SecurityLayers layers = SecurityLayers.read();
        return Finding.warning(
                "security",
                "%s %s refused (%s), although the kernel allows %s to all users. %s Letterbox reads %s instead.%s"
                        .formatted(
                                enumerated(refusals, Refusal::call),
                                one ? "is" : "are",
                                errno,
                                one ? "it" : "them",
                                layers.sentence(),
                                enumerated(refusals, Refusal::instead),
                                refusals.stream()
                                                .anyMatch(refusal ->
                                                        refusal.call().equals("msgctl(MSG_STAT_ANY)"))
                                        ? " The capacity of a queue that you may not read is unknown then."
                                        : ""),
                layers.remedy());
    }

    private static String enumerated(List<Refusal> refusals, Function<Refusal, String> part) {
        List<String> parts = refusals.stream().map(part).distinct().toList();
        return parts.size() == 1
                ? parts.getFirst()
                : String.join(", ", parts.subList(0, parts.size() - 1)) + " and " + parts.getLast();
    }
}
