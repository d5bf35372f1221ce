package dev.letterbox.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Tells how much processor time others took during a measurement: a busy machine makes the worst times. */
public final class Neighbours {
    private static final Path STAT = Path.of("/proc/stat");

    /** {@code USER_HZ}, the unit of /proc/stat: 100 on every Linux that this runs on. */
    private static final double TICKS_PER_SECOND = 100;

    private final long start = System.nanoTime();
    private final long ownStart = own();
    private final Ticks ticksStart = Ticks.now();

    private record Ticks(long taken) {
        static Ticks now() {
            try (var lines = Files.lines(STAT)) {
                // cpu user nice system idle iowait irq softirq steal guest guest_nice
                String[] field = lines.findFirst().orElseThrow().split(" +", -1);
                long taken = 0;
                for (int i : new int[] {1, 2, 3, 6, 7, 8}) {
                    taken += Long.parseLong(field[i]);
                }
                return new Ticks(taken);
            } catch (IOException unreadable) {
                throw new UncheckedIOException(unreadable);
            }
        }
    }

    /** Ended children belong to this program; the living ones of a row end with it. */
    private static long own() {
        return CpuClock.nanos() + EndedChildren.cpuNanos();
    }

    /** Returns what other programs, and the host of a virtual machine, took since this was made: in per cent of one core. */
    public double percentOfOneCore() {
        double taken = (Ticks.now().taken - ticksStart.taken) / TICKS_PER_SECOND;
        double own = (own() - ownStart) / 1e9;
        return 100 * Math.max(0, taken - own) / ((System.nanoTime() - start) / 1e9);
    }
}
