package dev.letterbox.cli.queues;

import dev.letterbox.cli.command.CommandFailure;
import dev.letterbox.cli.command.Failures;
import dev.letterbox.cli.command.JsonOption;
import dev.letterbox.cli.command.Version;
import dev.letterbox.cli.host.ClassicCoroner;
import dev.letterbox.cli.host.LeftoverSearch;
import dev.letterbox.cli.host.OrphanSearch;
import dev.letterbox.cli.host.OrphanSearch.Row;
import dev.letterbox.cli.host.Self;
import dev.letterbox.cli.output.Counted;
import dev.letterbox.cli.output.Terminal;
import dev.letterbox.queues.reaper.Reaper;
import dev.letterbox.queues.reaper.Reaper.Fate;
import dev.letterbox.sysv.MessageQueues;
import java.io.IOException;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The command {@code reap}. */
@Command(
        name = "reap",
        description =
                "Find private queues whose clients have exited, and locks, bells and segments that killed Letterbox"
                        + " processes left; show the evidence, and remove them with --remove.",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        footer = {
            "",
            "A running server does this itself for its Letterbox clients; use this command if no server is running. A"
                    + " Letterbox client's queue holds a birth certificate, which proves whether the client is"
                    + " running: a slow, stopped or idle client is never taken for dead. A queue is removed only after"
                    + " two checks, five seconds apart, have found its client dead and the queue unchanged, and a"
                    + " third check has confirmed it.",
            "",
            "Verdicts: alive; dead; embryo (its client exited before it could write the birth certificate); unknown"
                    + " (treated as alive); abandoned (no birth certificate, and no sign that its owner is alive).",
            "",
            "Abandoned queues, such as those that classic C clients leave, are removed only with --classic, since"
                    + " nothing proves that their owners have exited. A queue is not abandoned if its last sender or"
                    + " receiver is running, a process sleeps in it, a process of its creator has been running since"
                    + " before its last use, or these are invisible from here. To see most, run reap as root, outside"
                    + " containers. Root always has a process running, so root's queues are never condemned. Remove"
                    + " them with letterbox rm once you know their program has exited.",
            "",
            "Locks and bells are servers' semaphores; segments are clients' shared memory. All bear Letterbox's mark"
                    + " in their mode. They are left over if no process holds, names or awaits them, and the queue of"
                    + " the lock is gone. The lock of a server that left its queue too stays with it: the next server"
                    + " takes both over.",
            "",
            "Fates: condemned (--remove removes it), suspected (found dead by one check so far), held (see --held),"
                    + " left; with --remove also: removed, gone (removed by another program), refused (by the kernel).",
            "",
            "Root sees the queues of all users; other users see those that they own or created. A client's queue is"
                    + " owned by its server's user.",
            "",
            "Exit status: 0 no orphan is left (abandoned queues count only with --classic), 1 orphans are left (without"
                    + " --remove, suspected, held or not removable), 2 wrong usage.",
            "",
            "Examples:",
            "  letterbox reap                                show orphans and the evidence",
            "  letterbox reap --remove                       remove them after confirmation",
            "  letterbox reap --owner www-data --remove -y   those of www-data's servers",
            "  letterbox reap --classic --older-than 1h      those of classic clients too",
            "  letterbox reap --json | jq '.queues[] | select(.fate == \"condemned\") | .id'"
        })
public final class Reap implements Callable<Integer> {
    @Mixin
    private OwnerOption owner = new OwnerOption();

    @Option(names = "--remove", description = "Remove what is condemned, after confirmation.")
    private boolean remove;

    @Mixin
    private Confirmation confirmation = new Confirmation();

    @Option(
            names = "--held",
            description =
                    "With --remove: also remove held queues. They are held if a single sign says that most of a user's"
                            + " clients, and more than ten, died at once: the sign may be wrong. Make sure that they"
                            + " have exited.")
    private boolean held;

    @Option(names = "--classic", description = "Also condemn abandoned queues, if they are older than --older-than.")
    private boolean classic;

    @Mixin
    private AgeOption age = new AgeOption();

    @Option(names = "--unused", description = "With --classic: also condemn queues that have never been read.")
    private boolean unused;

    @Option(
            names = {"-a", "--all"},
            description = "Also show queues of running clients, with the evidence.")
    private boolean all;

    @Mixin
    private JsonOption json = new JsonOption();

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Override
    public Integer call() throws IOException, InterruptedException, CommandFailure {
        Optional<OrphanSearch.Rule> rule = rule();
        if (remove) {
            confirmation.requireSomebody(spec.commandLine(), "leave out --remove");
        }
        if (json.isGiven() && remove && !confirmation.isGiven()) {
            throw misuse("--json cannot ask for confirmation: use --yes too.");
        }
        requireCertificates();
        Self self = Self.read();
        OrphanSearch search = new OrphanSearch(queue -> owner.fits(queue) && self.mayUse(queue), rule);
        LeftoverSearch others = new LeftoverSearch(owner::fits);
        List<Row> rows = search.look();
        List<LeftoverSearch.Row> leftovers = others.look();
        if (waitForSuspects(
                ReapView.count(rows, Fate.SUSPECTED) + leftovers.size(),
                spec.commandLine().getErr())) {
            rows = search.look();
            leftovers = others.look();
        }
        if (!json.isGiven()) {
            long hidden = MessageQueues.list().stream()
                    .filter(queue -> queue.isPrivate() && owner.fits(queue) && !self.mayUse(queue))
                    .count();
            print(rows, leftovers, hidden);
        }
        if (remove && confirms(rows, leftovers)) {
            rows = removeFrom(rows, search);
            leftovers = removeFrom(leftovers, others);
        }
        PrintWriter out = spec.commandLine().getOut();
        if (json.isGiven()) {
            out.println(ReapView.json(rows, leftovers, !remove));
        }
        out.flush();
        return isSomethingLeft(rows, leftovers) ? 1 : 0;
    }

    private static boolean isSomethingLeft(List<Row> rows, List<LeftoverSearch.Row> leftovers) {
        return Stream.concat(rows.stream().map(Row::fate), leftovers.stream().map(LeftoverSearch.Row::fate))
                .anyMatch(Reap::isLeft);
    }

    private Optional<OrphanSearch.Rule> rule() {
        if (!classic && (age.least().isPresent() || unused)) {
            throw misuse("--older-than and --unused need --classic.");
        }
        if (!classic) {
            return Optional.empty();
        }
        Duration least = age.least().orElseThrow(() -> misuse("--classic needs an age, such as --older-than 1h."));
        return Optional.of(new OrphanSearch.Rule(least, unused));
    }

    private ParameterException misuse(String why) {
        return new ParameterException(spec.commandLine(), why);
    }

    /** Fails where messages cannot be copied, since birth certificates cannot be read there. */
    private static void requireCertificates() throws CommandFailure {
        if (!MessageQueues.canPeek()) {
            throw new CommandFailure(
                    "Cannot read birth certificates: this kernel is built without CONFIG_CHECKPOINT_RESTORE (msgrcv: ENOSYS).");
        }
    }

    /** Waits until the second look may be made; returns false if nothing is suspected. */
    private static boolean waitForSuspects(long suspects, PrintWriter err) throws InterruptedException {
        if (suspects == 0) {
            return false;
        }
        Terminal stderr = Terminal.ofStderr();
        if (stderr.interactive()) {
            stderr.say(
                    err,
                    "%s; checking again in %d s."
                            .formatted(Counted.of(suspects, "suspect"), Reaper.BETWEEN_STRIKES.toSeconds()));
        }
        // The clock that the reaper uses.
        long until = System.nanoTime() + Reaper.BETWEEN_STRIKES.toNanos();
        for (long left = until - System.nanoTime(); left > 0; left = until - System.nanoTime()) {
            TimeUnit.NANOSECONDS.sleep(left);
        }
        return true;
    }

    private boolean isDue(Row row) {
        return row.fate() == Fate.CONDEMNED || (held && row.fate() == Fate.HELD);
    }

    private static boolean isLeft(Fate fate) {
        return switch (fate) {
            case SUSPECTED, CONDEMNED, HELD, REFUSED -> true;
            case LEFT, REMOVED, GONE -> false;
        };
    }

    private boolean confirms(List<Row> rows, List<LeftoverSearch.Row> leftovers) throws IOException {
        PrintWriter out = spec.commandLine().getOut();
        out.flush();
        String what = describe(rows, leftovers);
        if (what.isEmpty()) {
            return false;
        }
        boolean confirmed = confirmation.confirms("Remove " + what + "?");
        if (!confirmed) {
            Terminal.ofStdout().say(out, "Nothing removed.");
        }
        return confirmed;
    }

    private List<Row> removeFrom(List<Row> rows, OrphanSearch search) {
        List<Row> after = new ArrayList<>();
        for (Row row : rows) {
            Row now = isDue(row) ? search.remove(row) : row;
            after.add(now);
            if (isDue(row) && !json.isGiven()) {
                tell(now, spec.commandLine().getOut());
            }
        }
        return after;
    }

    private List<LeftoverSearch.Row> removeFrom(List<LeftoverSearch.Row> leftovers, LeftoverSearch search) {
        List<LeftoverSearch.Row> after = new ArrayList<>();
        for (LeftoverSearch.Row row : leftovers) {
            LeftoverSearch.Row now = row.fate() == Fate.CONDEMNED ? search.remove(row) : row;
            after.add(now);
            if (!json.isGiven()) {
                tell(now, spec.commandLine().getOut());
            }
        }
        return after;
    }

    private static void tell(LeftoverSearch.Row row, PrintWriter out) {
        String what = row.kind() + " " + row.left().id();
        switch (row.fate()) {
            case REMOVED -> out.println("Removed " + what + ".");
            case GONE ->
                Terminal.ofStdout()
                        .say(out, "Kept " + what + ": it has been removed or used meanwhile, or the kernel refused.");
            default -> {
                // It is left.
            }
        }
    }

    private void tell(Row row, PrintWriter out) {
        int id = row.id();
        switch (row.fate()) {
            case REMOVED -> out.println("Removed queue " + id + ".");
            case GONE -> Terminal.ofStdout().say(out, "Queue " + id + " has been removed or used meanwhile.");
            case REFUSED ->
                Failures.say(spec.commandLine().getErr(), "cannot remove queue " + id + ": " + row.evidence());
            default -> Terminal.ofStdout().say(out, "Kept queue " + id + ": " + row.evidence() + ".");
        }
    }

    /** Describes what is due; empty if nothing is. */
    private String describe(List<Row> rows, List<LeftoverSearch.Row> leftovers) {
        List<String> parts = new ArrayList<>();
        List<Row> due = rows.stream().filter(this::isDue).toList();
        if (!due.isEmpty()) {
            parts.add(Confirmation.describe(due.stream().map(Row::queue).toList()));
        }
        leftovers.stream()
                .filter(row -> row.fate() == Fate.CONDEMNED)
                .collect(Collectors.groupingBy(LeftoverSearch.Row::kind, TreeMap::new, Collectors.counting()))
                .forEach((kind, count) -> parts.add(Counted.of(count, kind)));
        return String.join(", ", parts);
    }

    private void print(List<Row> rows, List<LeftoverSearch.Row> leftovers, long hidden) {
        PrintWriter out = spec.commandLine().getOut();
        List<Row> shown = rows.stream()
                .filter(row -> all || !ReapView.isSpared(row))
                .sorted(ReapView.ORDER)
                .toList();
        Terminal terminal = Terminal.ofStdout();
        if (!shown.isEmpty()) {
            ReapView.table(shown).lines(terminal, true).forEach(out::println);
        }
        if (!leftovers.isEmpty()) {
            ReapView.leftovers(leftovers).lines(terminal, true).forEach(out::println);
        }
        summary(rows, leftovers, hidden).forEach(sentence -> terminal.say(out, sentence));
        out.flush();
    }

    private List<String> summary(List<Row> rows, List<LeftoverSearch.Row> leftovers, long hidden) {
        List<String> sentences = new ArrayList<>();
        if (!isSomethingLeft(rows, leftovers)) {
            sentences.add("No orphans.");
        }
        String due = describe(rows, leftovers);
        if (!due.isEmpty() && !remove) {
            sentences.add("To remove " + due + ": --remove.");
        }
        long doubtful = held ? 0 : ReapView.count(rows, Fate.HELD);
        if (doubtful > 0) {
            sentences.add(
                    ("%s: a single sign says that most clients of one user died at once, and that sign may be wrong."
                                    + " Check that they have exited, in their containers too; if so: letterbox reap --held"
                                    + " --remove.")
                            .formatted(doubtful == 1 ? "1 queue is held" : doubtful + " queues are held"));
        }
        if (ReapView.count(rows, Fate.SUSPECTED) > 0) {
            sentences.add("Suspected clients were found dead by one check only: run reap again.");
        }
        long abandoned = rows.stream()
                .filter(row -> row.verdict().equals("abandoned") && row.fate() == Fate.LEFT)
                .count();
        if (abandoned > 0) {
            sentences.add(
                    classic
                            ? "Not old enough%s: %s."
                                    .formatted(
                                            unused ? "" : ", or unread and left without --unused",
                                            Counted.of(abandoned, "abandoned queue"))
                            : ("%s no birth certificate, and there is no sign that %s alive. To remove: --classic --older-than 1h"
                                            + " --remove (and --unused, if never read).")
                                    .formatted(
                                            abandoned == 1 ? "1 queue has" : abandoned + " queues have",
                                            abandoned == 1 ? "its owner is" : "their owners are"));
        }
        long creators = rows.stream()
                .filter(row -> classic && age.fits(row.queue()))
                .filter(row -> row.opinion()
                        .filter(ClassicCoroner.Opinion::forTheCreator)
                        .isPresent())
                .count();
        if (creators > 0) {
            sentences.add(
                    "%s only because a process of its creator is running, as root's always is. To list: --all. Once you know"
                                    .formatted(creators == 1 ? "1 queue is kept" : creators + " queues are kept, each")
                            + " that its program has exited: letterbox rm ID.");
        }
        long spared = rows.stream().filter(ReapView::isSpared).count();
        if (spared > 0 && !all) {
            sentences.add("%s to running processes, or may: --all shows them."
                    .formatted(spared == 1 ? "1 private queue belongs" : spared + " private queues belong"));
        }
        if (hidden > 0) {
            sentences.add("%s to other users; only root can examine them."
                    .formatted(hidden == 1 ? "1 private queue belongs" : hidden + " private queues belong"));
        }
        return sentences;
    }
}
