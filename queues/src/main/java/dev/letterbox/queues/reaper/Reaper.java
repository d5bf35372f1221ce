package dev.letterbox.queues.reaper;

import dev.letterbox.sysv.MessageQueue;
import dev.letterbox.sysv.MessageQueues;
import dev.letterbox.sysv.QueueStatus;
import dev.letterbox.sysv.error.NoSuchQueueException;
import dev.letterbox.sysv.error.QueueException;
import dev.letterbox.sysv.error.QueueRemovedException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/**
 * Removes the private queues of clients that are dead, and no others.
 *
 * <p>A queue is removed when two looks, some seconds apart, found its owner dead and nothing in the queue had moved in
 * between, and a third look, right before, says so too. Where most of the clients there are would be dead at once by a
 * single sign, the sign may be what is wrong: then nothing is removed, and that is said.
 *
 * <p>This class is for one thread at a time.
 */
public final class Reaper {
    /** How far apart the two looks are at least. */
    public static final Duration BETWEEN_STRIKES = Duration.ofSeconds(5);

    /** So many may die at once without a doubt about the sign. */
    private static final int UNSUSPICIOUS = 10;

    private final Coroner coroner;
    private final long betweenNanos;
    private final LongSupplier nanoTime;
    private final Sessions sessions;
    private final Map<Integer, Strike> struck = new HashMap<>();
    private boolean hasSuspects;

    /** Knows who is served, for a reaper in a server. */
    public interface Sessions {
        /**
         * Ends the session of a queue, if it has one: nothing more is sent there.
         *
         * @param queueId the queue
         */
        void end(int queueId);

        /** For a reaper that serves nobody. */
        Sessions NONE = _ -> {};
    }

    /** Tells what became of a queue in one look. */
    public enum Fate {
        /** It is left alone. */
        LEFT,
        /** Its owner seems dead: the next look decides. */
        SUSPECTED,
        /** Its owner was found dead twice; it would be removed. */
        CONDEMNED,
        /** It was removed. */
        REMOVED,
        /** It was gone already, or changed in the last moment. */
        GONE,
        /** It could not be removed; the evidence says why. */
        REFUSED,
        /** It would have been removed with so many others that the sign is in doubt. */
        HELD
    }

    /**
     * A queue, and what was made of it.
     *
     * @param queue as it was seen
     * @param certificate whose it is; empty if that is not known
     * @param verdict what is known of its owner
     * @param fate what became of it
     */
    public record Case(QueueStatus queue, Optional<BirthCertificate> certificate, Verdict verdict, Fate fate) {
        Case with(Fate changed) {
            return new Case(queue, certificate, verdict, changed);
        }
    }

    private record Strike(QueueStatus queue, Optional<BirthCertificate> certificate, long at) {}

    /**
     * Makes a reaper.
     *
     * @param coroner finds out who is dead
     * @param betweenStrikes how far apart the two looks are at least; {@link #BETWEEN_STRIKES}, save in tests
     * @param nanoTime counts as {@link System#nanoTime} does
     * @param sessions is told before a queue is removed
     */
    public Reaper(Coroner coroner, Duration betweenStrikes, LongSupplier nanoTime, Sessions sessions) {
        this.coroner = coroner;
        this.betweenNanos = betweenStrikes.toNanos();
        this.nanoTime = nanoTime;
        this.sessions = sessions;
    }

    /**
     * Looks at all queues, and removes those that are due.
     *
     * @return the private queues that were looked at; strangers' are not among them
     */
    public List<Case> scan() {
        return look(MessageQueues.list(), true);
    }

    /**
     * Looks at all queues and removes none.
     *
     * @return all private queues, strangers' as well
     */
    public List<Case> inspect() {
        return look(MessageQueues.list(), false);
    }

    /**
     * Counts a queue as found dead once, for whoever knows that its owner has just ended.
     *
     * @param queueId the queue
     */
    public void strike(int queueId) {
        MessageQueues.find(queueId).ifPresent(queue -> {
            Case found = examine(queue);
            if (found.verdict().isOrphan()) {
                suspect(found);
                hasSuspects = true;
            }
        });
    }

    /**
     * Returns whether there are queues on which the next look decides.
     *
     * @return true if there are; what is held does not count
     */
    public boolean hasSuspects() {
        return hasSuspects;
    }

    private List<Case> look(Collection<QueueStatus> queues, boolean act) {
        List<Case> cases = new ArrayList<>();
        Set<Integer> orphans = new HashSet<>();
        for (QueueStatus queue : queues) {
            if (!queue.isPrivate()) {
                continue;
            }
            Case found = examine(queue);
            if (found.verdict().isOrphan()) {
                orphans.add(queue.id());
                cases.add(isDue(found) ? found.with(Fate.CONDEMNED) : suspect(found));
            } else if (!act || !(found.verdict() instanceof Verdict.Stranger)) {
                cases.add(found);
            }
        }
        struck.keySet().retainAll(orphans);
        hold(cases);
        hasSuspects = cases.stream()
                .anyMatch(each -> each.fate() == Fate.SUSPECTED || each.verdict() instanceof Verdict.Young);
        if (act) {
            cases.replaceAll(each -> each.fate() == Fate.CONDEMNED ? remove(each) : each);
        }
        return cases;
    }

    private Case examine(QueueStatus queue) {
        Coroner.Finding finding = coroner.examine(queue);
        return new Case(queue, finding.certificate(), finding.verdict(), Fate.LEFT);
    }

    private boolean isDue(Case found) {
        Strike first = struck.get(found.queue().id());
        return first != null && isUnmoved(first, found) && nanoTime.getAsLong() - first.at() >= betweenNanos;
    }

    private static boolean isUnmoved(Strike first, Case found) {
        return first.queue().equals(found.queue()) && first.certificate().equals(found.certificate());
    }

    private Case suspect(Case found) {
        Strike first = struck.get(found.queue().id());
        if (first == null || !isUnmoved(first, found)) {
            struck.put(found.queue().id(), new Strike(found.queue(), found.certificate(), nanoTime.getAsLong()));
        }
        return found.with(Fate.SUSPECTED);
    }

    /**
     * Doubts a sign by which most clients of a server's user would be dead at once; two signs that agree are beyond doubt.
     * Those of another user say nothing about that.
     */
    private static void hold(List<Case> cases) {
        Map<Integer, Long> clients = countByOwner(
                cases, each -> each.certificate().isPresent() || each.verdict().isOrphan());
        countByOwner(cases, Reaper::isDoubtful).forEach((owner, doubtful) -> {
            if (doubtful > UNSUSPICIOUS && 2 * doubtful > clients.getOrDefault(owner, 0L)) {
                cases.replaceAll(
                        each -> each.queue().ownerUid() == owner && isDoubtful(each) ? each.with(Fate.HELD) : each);
            }
        });
    }

    private static Map<Integer, Long> countByOwner(List<Case> cases, Predicate<Case> which) {
        return cases.stream()
                .filter(which)
                .collect(Collectors.groupingBy(each -> each.queue().ownerUid(), Collectors.counting()));
    }

    private static boolean isDoubtful(Case each) {
        boolean twofold = each.verdict() instanceof Verdict.Dead dead && dead.twofold();
        return each.fate() == Fate.CONDEMNED && !twofold;
    }

    /**
     * Removes a queue that {@link #inspect} condemned or held, if the third look finds it as the second did. Of those that
     * are held, whoever calls this has to know by other means that their owners have ended.
     *
     * @param due what was found
     * @return what became of it
     * @throws IllegalArgumentException if it was neither condemned nor held
     */
    public Case remove(Case due) {
        if (due.fate() != Fate.CONDEMNED && due.fate() != Fate.HELD) {
            throw new IllegalArgumentException("Queue " + due.queue().id() + " is " + due.fate() + ": it is not due.");
        }
        int id = due.queue().id();
        sessions.end(id);
        Optional<QueueStatus> now = MessageQueues.find(id);
        if (now.isEmpty()) {
            struck.remove(id);
            return due.with(Fate.GONE);
        }
        Case last = examine(now.get());
        if (!last.queue().equals(due.queue()) || !last.certificate().equals(due.certificate())) {
            struck.remove(id);
            return last.with(Fate.GONE);
        }
        if (!(last.verdict() instanceof Verdict.Orphan orphan)) {
            struck.remove(id);
            return last;
        }
        try {
            MessageQueue.ofId(id).remove();
            struck.remove(id);
            return last.with(Fate.REMOVED);
        } catch (NoSuchQueueException | QueueRemovedException already) {
            struck.remove(id);
            return last.with(Fate.GONE);
        } catch (QueueException refused) {
            return new Case(
                    last.queue(), last.certificate(), orphan.and(String.valueOf(refused.getMessage())), Fate.REFUSED);
        }
    }
}
