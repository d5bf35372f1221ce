package dev.letterbox.cli.doctor;

import dev.letterbox.cli.command.Failures;
import dev.letterbox.cli.host.SecurityLayers;
import dev.letterbox.cli.output.JsonObject;
import dev.letterbox.cli.output.Style;
import dev.letterbox.rabbitmq.BrokerExamination;
import dev.letterbox.sysv.error.QueueAccessException;
import dev.letterbox.sysv.error.QueueException;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * A finding of the doctor.
 *
 * @param weight how serious it is
 * @param check the check that found it, a word for scripts
 * @param says the finding, in sentences
 * @param remedy what fixes it, a command if there is one
 */
record Finding(Weight weight, String check, String says, Optional<String> remedy) {
    /** How serious a finding is, the worst first. */
    enum Weight {
        /** Something does not work. */
        WRONG(Style.BAD),
        /** Something will fail soon, or needs attention. */
        WARNING(Style.WARNING),
        /** For information. */
        NOTE(Style.PLAIN),
        /** As it should be. */
        FINE(Style.GOOD);

        private final Style style;

        Weight(Style style) {
            this.style = style;
        }

        Style style() {
            return style;
        }

        String word() {
            return name().toLowerCase(java.util.Locale.ROOT);
        }
    }

    static Finding wrong(String check, String says, String remedy) {
        return new Finding(Weight.WRONG, check, says, Optional.of(remedy));
    }

    /** For a call that was refused. */
    static Finding refused(String check, QueueException refused) {
        return refused(check, "", refused, "");
    }

    /** For a call that was refused, with sentences before and after the reason. */
    static Finding refused(String check, String before, QueueException refused, String after) {
        if (!(refused instanceof QueueAccessException access && access.isByLayer())) {
            String reason = Failures.describe(refused);
            return new Finding(Weight.WRONG, check, before + reason + after, Optional.empty());
        }
        SecurityLayers layers = SecurityLayers.read();
        return wrong(check, before + refused.problem() + " " + layers.sentence() + after, layers.remedy());
    }

    static Finding warning(String check, String says, String remedy) {
        return new Finding(Weight.WARNING, check, says, Optional.of(remedy));
    }

    static Finding note(String check, String says, String remedy) {
        return new Finding(Weight.NOTE, check, says, Optional.of(remedy));
    }

    static Finding fine(String check, String says) {
        return new Finding(Weight.FINE, check, says, Optional.empty());
    }

    /** Converts the findings about a broker, the worst first. */
    static List<Finding> ofBroker(List<BrokerExamination.Finding> found) {
        return found.stream()
                .map(each -> new Finding(weight(each.weight()), "broker", each.says(), each.remedy()))
                .sorted(Comparator.comparing(Finding::weight))
                .toList();
    }

    private static Weight weight(BrokerExamination.Weight weight) {
        return switch (weight) {
            case WRONG -> Weight.WRONG;
            case SOON -> Weight.WARNING;
            case FINE -> Weight.FINE;
        };
    }

    /** Returns whether somebody should act on it. */
    boolean isBad() {
        return weight == Weight.WRONG || weight == Weight.WARNING;
    }

    JsonObject json() {
        return new JsonObject()
                .put("weight", weight.word())
                .put("check", check)
                .put("says", says)
                .put("remedy", remedy);
    }
}
