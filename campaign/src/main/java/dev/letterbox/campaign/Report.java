package dev.letterbox.campaign;

import dev.letterbox.campaign.Result.Failure;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * Holds what a campaign came to.
 *
 * @param seed what all its randomness comes from
 * @param seconds how long it took
 * @param results the scenarios
 */
record Report(long seed, double seconds, List<Result> results) {
    boolean allHeld() {
        return results.stream().allMatch(result -> result.failures().isEmpty());
    }

    String text() {
        StringBuilder text = new StringBuilder();
        text.append(String.format(
                Locale.ROOT,
                "Campaign with seed %d: %.0f s on %d cores, Linux %s, Java %s.%n%n",
                seed,
                seconds,
                Runtime.getRuntime().availableProcessors(),
                System.getProperty("os.version"),
                Runtime.version()));
        text.append(
                "| scenario | rounds | s | done and seen | times: mean, worst | failures |\n|---|--:|--:|---|---|--:|\n");
        for (Result result : results) {
            text.append(String.format(
                    Locale.ROOT,
                    "| %s | %d | %.0f | %s | %s | %d |%n",
                    result.name(),
                    result.rounds(),
                    result.seconds(),
                    result.skipped()
                            .map(why -> "skipped: " + why)
                            .orElseGet(() -> result.tally().toString()),
                    result.tally().times().entrySet().stream().map(Report::time).collect(Collectors.joining("; ")),
                    result.failures().size()));
        }
        for (Result result : results) {
            if (!result.tally().series().isEmpty()) {
                text.append('\n')
                        .append(result.name())
                        .append(":\n\n")
                        .append(result.tally().series());
            }
        }
        for (Result result : results) {
            for (Failure failure : result.failures()) {
                text.append("\nFAILED: ").append(result.name());
                if (failure.round() >= 0) {
                    text.append(", round ")
                            .append(failure.round())
                            .append("; repeat it: ")
                            .append(repeat(result, failure));
                }
                text.append('\n').append(failure.text());
            }
        }
        text.append(allHeld() ? "\nAll held.\n" : "\nSomething did not hold.\n");
        return text.toString();
    }

    private static String time(Map.Entry<String, Tally.Times> each) {
        Tally.Times times = each.getValue();
        return String.format(Locale.ROOT, "%s %.0f, %.0f ms", each.getKey(), times.meanMillis(), times.worstMillis());
    }

    private String repeat(Result result, Failure failure) {
        return "campaign/run --seed %d --only %s --first %d --rounds 1".formatted(seed, result.name(), failure.round());
    }

    String json() {
        return results.stream()
                .map(this::json)
                .collect(Collectors.joining(
                        ",\n  ",
                        String.format(
                                Locale.ROOT,
                                "{\"seed\": %d, \"seconds\": %.1f, \"held\": %b, \"scenarios\": [\n  ",
                                seed,
                                seconds,
                                allHeld()),
                        "\n]}\n"));
    }

    private String json(Result result) {
        return String.format(
                Locale.ROOT,
                "{\"name\": %s, \"what\": %s, \"rounds\": %d, \"seconds\": %.1f, \"skipped\": %s, \"counts\": %s,"
                        + " \"times\": %s, \"series\": %s, \"failures\": %s}",
                quoted(result.name()),
                quoted(result.what()),
                result.rounds(),
                result.seconds(),
                result.skipped().map(Report::quoted).orElse("null"),
                result.tally().counts().entrySet().stream()
                        .map(each -> quoted(each.getKey()) + ": " + each.getValue())
                        .collect(Collectors.joining(", ", "{", "}")),
                result.tally().times().entrySet().stream()
                        .map(each -> String.format(
                                Locale.ROOT,
                                "%s: {\"count\": %d, \"meanMillis\": %.2f, \"worstMillis\": %.2f}",
                                quoted(each.getKey()),
                                each.getValue().count(),
                                each.getValue().meanMillis(),
                                each.getValue().worstMillis()))
                        .collect(Collectors.joining(", ", "{", "}")),
                quoted(result.tally().series()),
                result.failures().stream()
                        .map(failure -> "{\"round\": %d, \"repeat\": %s, \"text\": %s}"
                                .formatted(failure.round(), quoted(repeat(result, failure)), quoted(failure.text())))
                        .collect(Collectors.joining(", ", "[", "]")));
    }

    private static String quoted(String text) {
        return text.chars()
                .mapToObj(each -> switch (each) {
                    case '"' -> "\\\"";
                    case '\\' -> "\\\\";
                    case '\n' -> "\\n";
                    default -> each < ' ' ? "\\u%04x".formatted(each) : Character.toString(each);
                })
                .collect(Collectors.joining("", "\"", "\""));
    }
}
