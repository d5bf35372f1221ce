package dev.letterbox.lab.scene;

import dev.letterbox.lab.result.FillPoint;
import dev.letterbox.sysv.MessageQueues;
import dev.letterbox.sysv.QueueStatus;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** Reads the level of a queue every 100 µs, and keeps it. Closing the sampler ends that. */
public final class FillSampler implements AutoCloseable {
    private static final long PAUSE = TimeUnit.MICROSECONDS.toNanos(100);

    private final int queue;
    private final long began = System.nanoTime();
    private final List<FillPoint> points = new ArrayList<>();
    private final Thread thread;
    private volatile boolean over;
    private long highest;

    public FillSampler(int queue) {
        this.queue = queue;
        thread = Thread.ofPlatform().daemon().name("lab-fill").start(this::look);
    }

    private void look() {
        while (!over) {
            long bytes = MessageQueues.find(queue).map(QueueStatus::bytes).orElse(0L);
            synchronized (this) {
                highest = Math.max(highest, bytes);
                boolean same = points.size() > 1
                        && points.getLast().bytes() == bytes
                        && points.get(points.size() - 2).bytes() == bytes;
                if (same) {
                    // Of a level that stays, the first and the last point are kept.
                    points.removeLast();
                }
                points.add(new FillPoint(millis(), bytes));
            }
            LockSupport.parkNanos(PAUSE);
        }
    }

    /** Returns the time since the sampler started, in milliseconds. */
    public double millis() {
        return Math.round((System.nanoTime() - began) / 1e4) / 100.0;
    }

    /** Returns the highest level seen, in bytes. */
    public synchronized long highest() {
        return highest;
    }

    /** Returns when the level changed for the last time, in milliseconds since the sampler started. */
    public synchronized double lastChange() {
        return points.get(Math.max(0, points.size() - 2)).millis();
    }

    /** Returns the levels up to a time, thinned: the time is divided into stretches, of each the lowest and the highest level stay. */
    public synchronized List<FillPoint> points(double untilMillis, int stretches) {
        List<FillPoint> seen =
                points.stream().filter(point -> point.millis() <= untilMillis).toList();
        if (seen.size() < points.size()) {
            // The level stays as it was until the end.
            seen = new ArrayList<>(seen);
            seen.add(new FillPoint(untilMillis, seen.getLast().bytes()));
        }
        if (seen.size() <= 2 * stretches) {
            return seen;
        }
        List<FillPoint> thin = new ArrayList<>();
        double length = seen.getLast().millis() / stretches;
        int next = 0;
        for (int stretch = 1; stretch <= stretches; stretch++) {
            int first = next;
            while (next < seen.size() && seen.get(next).millis() <= stretch * length) {
                next++;
            }
            List<FillPoint> here = seen.subList(first, next);
            if (!here.isEmpty()) {
                FillPoint low = Collections.min(here, Comparator.comparingLong(FillPoint::bytes));
                FillPoint high = Collections.max(here, Comparator.comparingLong(FillPoint::bytes));
                boolean rising = low.millis() <= high.millis();
                thin.add(rising ? low : high);
                thin.add(rising ? high : low);
            }
        }
        return thin;
    }

    @Override
    public void close() {
        over = true;
        boolean interrupted = false;
        while (thread.isAlive()) {
            try {
                thread.join();
            } catch (InterruptedException later) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
