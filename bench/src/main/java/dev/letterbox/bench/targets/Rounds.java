package dev.letterbox.bench.targets;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** Lets contenders take turns: what disturbs the machine for a while disturbs all of them. */
final class Rounds {
    private final Settings settings;

    Rounds(Settings settings) {
        this.settings = settings;
    }

    /** Checks each, warms each up, and returns the samples of each: those of one place were taken one after the other. */
    List<List<Sample>> of(List<? extends Contender> contenders) {
        List<Long> operations = new ArrayList<>();
        List<List<Sample>> samples = new ArrayList<>();
        for (Contender contender : contenders) {
            contender.check();
            operations.add(warmUp(contender));
            samples.add(new ArrayList<>());
        }
        List<Integer> order = new ArrayList<>();
        for (int i = 0; i < contenders.size(); i++) {
            order.add(i);
        }
        for (int round = 0; round < settings.rounds(); round++) {
            for (int i : order) {
                samples.get(i).add(contenders.get(i).round(operations.get(i)));
            }
            // Nobody always comes after the same one.
            Collections.reverse(order);
        }
        return samples;
    }

    /** Works for a while, and returns how many operations fill a turn at the pace reached then. */
    private long warmUp(Contender contender) {
        double spent = 0;
        for (long operations = 1; ; ) {
            Sample sample = contender.round(operations);
            double seconds = sample.nanos() / 1e9;
            spent += seconds;
            long turn = Math.max(1, Math.round(settings.roundSeconds() * sample.perSecond()));
            if (spent >= settings.warmUpSeconds() && (seconds >= settings.roundSeconds() / 2 || turn == 1)) {
                return turn;
            }
            operations = Math.min(turn, operations * 8);
        }
    }
}
