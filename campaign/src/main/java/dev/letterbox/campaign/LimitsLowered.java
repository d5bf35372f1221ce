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
    private static final String RIGHT = "";
    private static final String SILENT = "The server sent nothing for";

    private static final List<Lowered> LOWERED = List.of(
            new Lowered("msgmax", 4_096, "the longest message is msgmax, which is 4096"),
            new Lowered("msgmax", 1_024, "the longest message is msgmax, which is 1024"),
            new Lowered("msgmax", 200, "the longest message is msgmax, which is 200"),
            new Lowered("msgmnb", 4_096, RIGHT),
            new Lowered("msgmnb", 300, RIGHT),
            // Not even the answer to a greeting fits: nobody can be told anything.
            new Lowered("msgmnb", 50, SILENT),
            new Lowered("msgmni", 1, "the table of queues is full, 1 of 1 are in use"));

    /**
     * Is one limit, and what comes of it.
     *
     * @param limit its name
     * @param value what it is set to
     * @param expected what the client says; nothing if the answer is right all the same
     */
    private record Lowered(String limit, int value, String expected) {
        int normal() {
            return switch (limit) {
                case "msgmax" -> 8_192;
                case "msgmnb" -> 16_384;
                default -> 32_000;
            };
        }
    }

    private final Small small = new Small(Map.of());

    LimitsLowered() throws IOException {}

    @Override
    public void round(int number, SplittableRandom random, Tally tally) throws Exception {
        Lowered lowered = LOWERED.get(number % LOWERED.size());
        small.set(lowered.limit, lowered.value);
        try {
            Small.Got got = small.get(lowered.expected.equals(SILENT) ? Fetch.SHORT : Fetch.PATIENT);
            got.count(tally);
            if (lowered.expected.equals(RIGHT)) {
                got.orFail();
            } else {
                got.expectError(lowered.expected);
            }
            tally.took(got.isRight() ? "a right answer meanwhile" : "a clear error meanwhile", got.nanos());
            tally.add("limits lowered");
        } finally {
            small.set(lowered.limit, lowered.normal());
        }
        small.get().orFail().count(tally);
    }

    @Override
    public void close() {
        small.close();
    }
}
