package dev.letterbox.campaign;

import java.io.IOException;
import java.util.Map;
import java.util.SplittableRandom;

/**
 * Serves and fetches where the system gives no shared memory segment for a lane: with a table of one segment, which is
 * taken, or none. What must hold: content comes in messages, and every byte is right.
 */
final class LaneTableFull implements Scenario {
    private final Small small = new Small(Map.of("shmmni", 1));

    LaneTableFull() throws IOException {}

    @Override
    public void round(int number, SplittableRandom random, Tally tally) throws Exception {
        small.set("shmmni", number % 2);
        small.get(Served.LARGE, Fetch.PATIENT).orFail().count(tally);
        if (!small.table().segments().isEmpty()) {
            throw new AssertionError("A segment is left: " + small.table().segments());
        }
    }

    @Override
    public void close() {
        small.close();
    }
}
