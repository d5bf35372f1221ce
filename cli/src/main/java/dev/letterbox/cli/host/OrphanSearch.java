package dev.letterbox.cli.host;

import dev.letterbox.cli.host.ClassicCoroner.Opinion;
import dev.letterbox.cli.host.ClassicCoroner.Sign;
import dev.letterbox.cli.output.Words;
import dev.letterbox.queues.ServerStatus;
import dev.letterbox.queues.reaper.BirthCertificate;
import dev.letterbox.queues.reaper.Coroner;
import dev.letterbox.queues.reaper.Reaper;
import dev.letterbox.queues.reaper.Reaper.Case;
import dev.letterbox.queues.reaper.Reaper.Fate;
import dev.letterbox.queues.reaper.Verdict;
import dev.letterbox.sysv.MessageQueue;
import dev.letterbox.sysv.MessageQueues;
import dev.letterbox.sysv.QueueStatus;
import dev.letterbox.sysv.error.NoSuchQueueException;
import dev.letterbox.sysv.error.QueueException;
import dev.letterbox.sysv.error.QueueRemovedException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Searches for orphans on behalf of an operator: those of Letterbox clients as the server's reaper does, and those of classic
 * clients by the operator's rule.
 */
public final class OrphanSearch {
    private final Predicate<QueueStatus> ours;
    private final Optional<Rule> rule;
    private final Accounts accounts = new Accounts();
    private final Reaper reaper;
    private final Map<Integer, Strike> struck = new HashMap<>();
    private final RecentProcesses processes = new RecentProcesses();
    private @Nullable ProcessTable examined;
    private @Nullable ClassicCoroner coroner;

    /**
     * Chooses, among abandoned queues, those that may be removed.
     *
     * @param olderThan the shortest time since its last use or change
     * @param unused whether a queue that has never been read may be removed
     */
    public record Rule(Duration olderThan, boolean unused) implements Predicate<ListedQueue> {
        @Override
        public boolean test(ListedQueue queue) {
            return queue.idle().compareTo(olderThan) >= 0
                    && (unused || queue.receiver().isPresent());
        }
    }

    /**
     * A private queue and what was found out about it.
     *
     * @param queue all that can be found out about it
     * @param found the reaper's finding
     * @param opinion the opinion on a queue without a birth certificate
     */
    public record Row(ListedQueue queue, Case found, Optional<Opinion> opinion) {
        /** Returns the verdict: dead, embryo, alive, unknown or abandoned. */
        public String verdict() {
            return opinion.map(each -> Words.word(each.sign())).orElseGet(() -> ListedQueue.word(found.verdict()));
        }

        public String evidence() {
            return opinion.filter(_ -> found.fate() != Fate.REFUSED)
                    .map(Opinion::evidence)
                    .orElseGet(() -> found.verdict().evidence());
        }

        public Fate fate() {
            return found.fate();
        }

        public int id() {
            return queue.status().id();
        }

        public Optional<BirthCertificate> certificate() {
            return found.certificate();
        }

        private Row with(Fate fate) {
            return with(new Case(found.queue(), found.certificate(), found.verdict(), fate));
        }

        private Row with(Case now) {
            return new Row(queue, now, opinion);
        }
    }

    private record Strike(QueueStatus queue, long at) {}

    /**
     * Makes a search.
     *
     * @param ours which queues to examine
     * @param rule which abandoned queues may be removed; empty for none
     */
    public OrphanSearch(Predicate<QueueStatus> ours, Optional<Rule> rule) {
        this.ours = ours;
        this.rule = rule;
        this.reaper = new Reaper(Coroner.of(ours), Reaper.BETWEEN_STRIKES, System::nanoTime, Reaper.Sessions.NONE);
    }

    /** Examines all private queues and removes none. Queues that are due are condemned after two checks. */
    public List<Row> look() {
        ListedQueue.Finder finder = new ListedQueue.Finder(accounts, processes);
        List<Row> rows = new ArrayList<>();
        for (Case found : reaper.inspect()) {
            if (ours.test(found.queue())) {
                ListedQueue queue = finder.of(found.queue());
                rows.add(
                        found.verdict() instanceof Verdict.Stranger
                                ? withOpinion(queue, found)
                                : new Row(queue, found, Optional.empty()));
            }
        }
        struck.keySet()
                .retainAll(rows.stream()
                        .filter(row -> row.fate() != Fate.LEFT)
                        .map(Row::id)
                        .collect(Collectors.toSet()));
        return rows;
    }

    private Row withOpinion(ListedQueue queue, Case found) {
        Row row = new Row(queue, found, Optional.of(coroner().examine(queue)));
        if (!isDue(row)) {
            return row;
        }
        Strike first = struck.get(row.id());
        if (first == null || !first.queue().equals(queue.status())) {
            first = new Strike(queue.status(), System.nanoTime());
            struck.put(row.id(), first);
        }
        boolean twice = System.nanoTime() - first.at() >= Reaper.BETWEEN_STRIKES.toNanos();
        return row.with(twice ? Fate.CONDEMNED : Fate.SUSPECTED);
    }

    private boolean isDue(Row row) {
        boolean abandoned =
                row.opinion().filter(each -> each.sign() == Sign.ABANDONED).isPresent();
        return abandoned && rule.filter(chosen -> chosen.test(row.queue())).isPresent();
    }

    /** Removes a condemned or held queue, after a third check. */
    public Row remove(Row due) {
        if (due.opinion().isEmpty()) {
            return due.with(reaper.remove(due.found()));
        }
        Optional<QueueStatus> now = MessageQueues.find(due.id());
        if (now.isEmpty()) {
            return due.with(Fate.GONE);
        }
        ListedQueue last = new ListedQueue.Finder(accounts, processes).of(now.get());
        Row row = new Row(last, due.found(), Optional.of(coroner().examine(last)));
        if (!last.status().equals(due.queue().status()) || !isDue(row)) {
            return row.with(Fate.LEFT);
        }
        try {
            MessageQueue.ofId(due.id()).remove();
            return row.with(Fate.REMOVED);
        } catch (NoSuchQueueException | QueueRemovedException already) {
            return row.with(Fate.GONE);
        } catch (QueueException refused) {
            return row.with(new Case(
                    last.status(),
                    Optional.empty(),
                    new Verdict.Unknown(row.evidence() + "; " + refused.problem()),
                    Fate.REFUSED));
        }
    }

    private ClassicCoroner coroner() {
        ClassicCoroner known = coroner;
        ProcessTable now = processes.get();
        if (known != null && now.equals(examined)) {
            return known;
        }
        Set<Long> servers = MessageQueues.list().stream()
                .filter(queue -> !queue.isPrivate())
                .flatMap(queue -> ServerStatus.of(queue, processes::waiters).stream())
                .flatMapToLong(server -> server.process().stream())
                .boxed()
                .collect(Collectors.toSet());
        examined = now;
        known = new ClassicCoroner(now, servers);
        coroner = known;
        return known;
    }
}
