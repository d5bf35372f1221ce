package dev.letterbox.campaign;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/**
 * Lowers the kernel's limits under a running server, in a namespace of its own, and raises them again. What must hold: who
 * asks meanwhile gets all right or a clear error in time, and once the limit is back, all is as before.
 */
final class LimitsLowered implements Scenario {
    private static final Map<String, Integer> NORMAL = Map.of("msgmax", 8_192, "msgmnb", 16_384, "msgmni", 32_000);

    private static final List<Lowered> LOWERED = List.of(
            new Lowered("msgmax", 4_096, 8_192),
            new Lowered("msgmax", 1_024, 8_192),
            new Lowered("msgmax", 200, 8_192),
            new Lowered("msgmnb", 4_096, 16_384),
            new Lowered("msgmnb", 300, 16_384),
            new Lowered("msgmnb", 50, 16_384),
            new Lowered("msgmni", 1, 32_000));

    private record Lowered(String limit, int value, int normal) {}

    private final Small small = new Small(NORMAL);

    LimitsLowered() throws IOException {}

    @Override
    public void round(int number, SplittableRandom random, Tally tally) throws Exception {
        Lowered lowered = LOWERED.get(number % LOWERED.size());
        small.set(lowered.limit, lowered.value);
        try {
            Small.Got got = small.get();
            got.count(tally);
            tally.took(got.isRight() ? "a right answer meanwhile" : "a clear error meanwhile", got.nanos());
            tally.add("limits lowered");
        } finally {
            small.set(lowered.limit, lowered.normal);
        }
        small.get().orFail().count(tally);
    }

    @Override
    public void close() {
        small.close();
    }
}
