package dev.letterbox.share;

import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.SequencedSet;
import org.jspecify.annotations.Nullable;

/**
 * Keeps those who wait for the same thing in the order in which they began to wait: a line for each thing, while somebody is
 * in it.
 *
 * <p>This class is thread-safe.
 *
 * @param <K> what is waited for
 * @param <W> who waits
 */
public final class Lines<K, W> {
    // Guarded by this object's monitor.
    private final Map<K, SequencedSet<W>> lines = new HashMap<>();

    /** Creates lines with nobody in them. */
    public Lines() {}

    /** Adds somebody at the end of a line. Whoever is in it keeps the place. */
    public synchronized void join(K what, W who) {
        lines.computeIfAbsent(what, _ -> new LinkedHashSet<>()).add(who);
    }

    /** Removes somebody from a line. */
    public synchronized void leave(K what, W who) {
        SequencedSet<W> line = lines.get(what);
        if (line != null && line.remove(who) && line.isEmpty()) {
            lines.remove(what);
        }
    }

    /** Returns who has waited longest; null if nobody waits. */
    public synchronized @Nullable W first(K what) {
        SequencedSet<W> line = lines.get(what);
        return line == null ? null : line.getFirst();
    }

    /** Returns how many lines there are. */
    synchronized int count() {
        return lines.size();
    }
}
