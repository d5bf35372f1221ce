package dev.letterbox.cli.host;

import dev.letterbox.cli.output.JsonObject;
import dev.letterbox.cli.output.Words;
import dev.letterbox.queues.Leftovers;
import dev.letterbox.queues.Leftovers.Leftover;
import dev.letterbox.queues.reaper.Reaper;
import dev.letterbox.queues.reaper.Reaper.Fate;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntPredicate;

/**
 * Searches for locks, bells and segments that killed Letterbox processes left, on behalf of an operator. As for queues, two
 * looks have to agree.
 */
public final class LeftoverSearch {
    private final IntPredicate owners;
    private Map<Leftover, Long> struck = Map.of();

    /**
     * A lock, bell or segment and its fate.
     *
     * @param left what was left
     * @param fate suspected, condemned, removed, or gone: removed or used by another program
     */
    public record Row(Leftover left, Fate fate) {
        /** Returns it for programs. */
        public JsonObject json(Accounts accounts) {
            return new JsonObject()
                    .put("kind", kind())
                    .put("id", left.id())
                    .put("key", left.key().map(Object::toString))
                    .put("uid", Integer.toUnsignedLong(left.uid()))
                    .put("owner", accounts.user(left.uid()))
                    .put("fate", Words.word(fate))
                    .put("evidence", left.evidence());
        }

        /** Returns lock, bell or segment. */
        public String kind() {
            return Words.word(left.kind());
        }
    }

    /**
     * Makes a search.
     *
     * @param owners the users whose leftovers are wanted
     */
    public LeftoverSearch(IntPredicate owners) {
        this.owners = owners;
    }

    /** Looks for them and removes none. */
    public List<Row> look() {
        long now = System.nanoTime();
        Map<Leftover, Long> seen = new HashMap<>();
        List<Row> rows = Leftovers.find().stream()
                .filter(left -> owners.test(left.uid()))
                .map(left -> {
                    long first = struck.getOrDefault(left, now);
                    seen.put(left, first);
                    boolean twice = now - first >= Reaper.BETWEEN_STRIKES.toNanos();
                    return new Row(left, twice ? Fate.CONDEMNED : Fate.SUSPECTED);
                })
                .toList();
        struck = seen;
        return rows;
    }

    /** Removes one that is condemned, after a third check. */
    public Row remove(Row due) {
        return new Row(due.left(), Leftovers.remove(due.left()) ? Fate.REMOVED : Fate.GONE);
    }
}
