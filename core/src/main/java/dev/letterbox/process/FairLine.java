package dev.letterbox.process;

import java.util.ArrayDeque;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * A line in which users take turns: whoever has a thousand in it holds up nobody who has one. Not for use by two
 * threads at once.
 *
 * @param <T> what stands in it
 */
final class FairLine<T> {
    private final LinkedHashMap<String, ArrayDeque<T>> byUser = new LinkedHashMap<>();

    void add(String user, T last) {
        byUser.computeIfAbsent(user, _ -> new ArrayDeque<>()).add(last);
    }

    /** Takes out the one whose turn it is. */
    Optional<T> poll() {
        Map.Entry<String, ArrayDeque<T>> next = byUser.pollFirstEntry();
        if (next == null) {
            return Optional.empty();
        }
        ArrayDeque<T> theirs = next.getValue();
        T first = theirs.removeFirst();
        if (!theirs.isEmpty()) {
            byUser.putLast(next.getKey(), theirs);
        }
        return Optional.of(first);
    }

    /** Takes one out before its turn; false if it is not in the line. */
    boolean remove(String user, T one) {
        ArrayDeque<T> theirs = byUser.get(user);
        if (theirs == null || !theirs.remove(one)) {
            return false;
        }
        if (theirs.isEmpty()) {
            byUser.remove(user);
        }
        return true;
    }

    boolean isEmpty() {
        return byUser.isEmpty();
    }
}
