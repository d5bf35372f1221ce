package dev.letterbox.cli.queues;

import dev.letterbox.cli.command.Failures;
import dev.letterbox.cli.command.JsonOption;
import dev.letterbox.cli.command.Version;
import dev.letterbox.cli.host.ClassicCoroner;
import dev.letterbox.cli.host.OrphanSearch;
import dev.letterbox.cli.host.OrphanSearch.Row;
import dev.letterbox.cli.host.Self;
import dev.letterbox.cli.output.Counted;
import dev.letterbox.cli.output.Terminal;
import dev.letterbox.queues.reaper.BirthCertificate;
import dev.letterbox.queues.reaper.Reaper;
import dev.letterbox.queues.reaper.Reaper.Fate;
import dev.letterbox.sysv.MessageQueues;
import dev.letterbox.sysv.error.NoSuchQueueException;
import java.io.IOException;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Is the command that finds the private queues of the dead, and removes them when it is told to. */
@Command(
        name = "reap",
        description =
                "Find private queues whose clients have ended, say by what that is seen, and remove them with --remove.",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        footer = {
            "",
            "A running server does this itself for its Letterbox clients; this is for where none runs. A Letterbox client's queue"
                    + " begins with a birth certificate, by which it is certain whether the client lives; slow, stopped or idle"
                    + " is never dead. A queue is removed when two looks, five seconds apart, find its client dead and nothing"
                    + " in it has moved, and a third one, right before, says so too.",
            "",
            "Verdicts: dead; embryo (given to a server's user and never used: its client ended before it could sign); unknown"
                    + " (counts as alive); alive; abandoned (it has no birth certificate, and nothing speaks for its owner's life).",
            "",
            "An abandoned queue, as a classic C client leaves it, is removed by --classic alone, as that is no proof. What speaks"
                    + " for life: who used it last runs; somebody sleeps in it; a process of its creator that was there when it was"
                    + " last used lives; or these cannot be seen. Run this as root, on the machine and not in a container, to see"
                    + " most. Of root there always is some process: what root made you remove by letterbox rm, once you know that its"
                    + " program has ended.",
            "",
            "Fates: condemned (--remove removes it), suspected (one look only found it dead), held (see --held), left; and with"
                    + " --remove: removed, gone (already), refused.",
            "",
            "Root looks at the queues of all users, others at those that they own or made. Who owns a client's queue is the"
                    + " server's user.",
            "",
            "Exit status: 0 no orphan is left (abandoned ones count with --classic alone), 1 orphans are left (found without"
                    + " --remove, suspected, held, or not to be removed), 2 used wrongly.",
            "",
            "Examples:",
            "  letterbox reap                                what is orphaned, and by what",
            "  letterbox reap --remove                       the same; then it asks",
            "  letterbox reap --owner www-data --remove -y   those of www-data's servers",
            "  letterbox reap --classic --older-than 1h      classic clients' too",
            "  letterbox reap --json | jq '.queues[] | select(.fate == \"condemned\") | .id'"
        })
public final class Reap implements Callable<Integer> {
    @Mixin
    private OwnerOption owner = new OwnerOption();

    @Option(names = "--remove", description = "Remove what is condemned, after a question.")
    private boolean remove;

    @Mixin
    private Confirmation confirmation = new Confirmation();

    @Option(
            names = "--held",
            description =
                    "Remove also what is held: where most of a user's clients, and more than ten, would be dead at once by"
                            + " a single sign, the sign may be wrong. Make sure that they have ended.")
    private boolean held;

    @Option(
            names = "--classic",
            description =
                    "Condemn also abandoned queues without a birth certificate, of those that --older-than chooses.")
    private boolean classic;

    @Mixin
    private AgeOption age = new AgeOption();

    @Option(names = "--unused", description = "With --classic: also queues from which nobody ever received.")
    private boolean unused;

    @Option(
            names = {"-a", "--all"},
            description = "Show also the queues of those who live, with what speaks for that.")
    private boolean all;

    @Mixin
    private JsonOption json = new JsonOption();

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Override
    public Integer call() throws IOException, InterruptedException {
        Optional<OrphanSearch.Rule> rule = rule();
        if (remove) {
            confirmation.requireSomebody(spec.commandLine(), "leave out --remove");
        }
        if (json.isGiven() && remove && !confirmation.isGiven()) {
            throw misuse("--json has no place for a question: say --yes too.");
        }
        requireCertificates();
        Self self = Self.read();
        OrphanSearch search = new OrphanSearch(queue -> owner.fits(queue) && self.mayUse(queue), rule);
        List<Row> rows = twoLooks(search);
        if (!json.isGiven()) {
            long hidden = MessageQueues.list().stream()
                    .filter(queue -> queue.isPrivate() && owner.fits(queue) && !self.mayUse(queue))
                    .count();
            print(rows, hidden);
        }
        if (remove) {
            rows = removeFrom(rows, search);
        }
        PrintWriter out = spec.commandLine().getOut();
        if (json.isGiven()) {
            out.println(ReapView.json(rows, !remove));
        }
        out.flush();
        return rows.stream().anyMatch(Reap::isLeft) ? 1 : 0;
    }

    private Optional<OrphanSearch.Rule> rule() {
        if (!classic && (age.least().isPresent() || unused)) {
            throw misuse("--older-than and --unused choose among classic clients' queues: say --classic too.");
        }
        if (!classic) {
            return Optional.empty();
        }
        Duration least = age.least().orElseThrow(() -> misuse("--classic needs an age, as in --older-than 1h."));
        return Optional.of(new OrphanSearch.Rule(least, unused));
    }

    private ParameterException misuse(String why) {
        return new ParameterException(spec.commandLine(), why);
    }

    /** A kernel that cannot copy messages says so: without that nobody can tell whose a queue is. */
    private static void requireCertificates() {
        try {
            BirthCertificate.read(Integer.MAX_VALUE);
        } catch (NoSuchQueueException itCan) {
            return;
        }
    }

    private List<Row> twoLooks(OrphanSearch search) throws InterruptedException {
        List<Row> rows = search.look();
        long suspects = ReapView.count(rows, Fate.SUSPECTED);
        if (suspects == 0) {
            return rows;
        }
        if (Terminal.isTerminal(2)) {
            System.err.printf(
                    "%s; the second look is in %d s.%n",
                    Counted.of(suspects, "suspect"), Reaper.BETWEEN_STRIKES.toSeconds());
        }
        // By the clock that the reaper counts by.
        long until = System.nanoTime() + Reaper.BETWEEN_STRIKES.toNanos();
        for (long left = until - System.nanoTime(); left > 0; left = until - System.nanoTime()) {
            TimeUnit.NANOSECONDS.sleep(left);
        }
        return search.look();
    }

    private boolean isDue(Row row) {
        return row.fate() == Fate.CONDEMNED || (held && row.fate() == Fate.HELD);
    }

    private static boolean isLeft(Row row) {
        return switch (row.fate()) {
            case SUSPECTED, CONDEMNED, HELD, REFUSED -> true;
            case LEFT, REMOVED, GONE -> false;
        };
    }

    private List<Row> removeFrom(List<Row> rows, OrphanSearch search) throws IOException {
        List<Row> due = rows.stream().filter(this::isDue).toList();
        PrintWriter out = spec.commandLine().getOut();
        out.flush();
        if (due.isEmpty()) {
            return rows;
        }
        if (!confirmation.confirms(describe(due))) {
            out.println("Nothing removed.");
            return rows;
        }
        List<Row> after = new ArrayList<>();
        for (Row row : rows) {
            Row now = isDue(row) ? search.remove(row) : row;
            after.add(now);
            if (isDue(row) && !json.isGiven()) {
                tell(now, out);
            }
        }
        return after;
    }

    private void tell(Row row, PrintWriter out) {
        int id = row.id();
        switch (row.fate()) {
            case REMOVED -> out.println("Removed queue " + id + ".");
            case GONE -> out.println("Queue " + id + " is gone already, or was used meanwhile.");
            case REFUSED -> Failures.say(spec.commandLine().getErr(), "queue " + id + " stays: " + row.evidence());
            default -> out.println("Left queue " + id + " alone: " + row.evidence() + ".");
        }
    }

    private static String describe(List<Row> rows) {
        return Confirmation.describe(rows.stream().map(Row::queue).toList());
    }

    private void print(List<Row> rows, long hidden) {
        PrintWriter out = spec.commandLine().getOut();
        List<Row> shown = rows.stream()
                .filter(row -> all || !ReapView.isSpared(row))
                .sorted(ReapView.ORDER)
                .toList();
        Terminal terminal = Terminal.ofStdout();
        if (!shown.isEmpty()) {
            ReapView.table(shown).lines(terminal, true).forEach(out::println);
        }
        summary(rows, hidden).stream()
                .flatMap(sentence -> Terminal.wrapped(sentence, Math.max(40, terminal.columns())).stream())
                .forEach(out::println);
        out.flush();
    }

    private List<String> summary(List<Row> rows, long hidden) {
        List<String> sentences = new ArrayList<>();
        List<Row> due = rows.stream().filter(this::isDue).toList();
        if (rows.stream().noneMatch(Reap::isLeft)) {
            sentences.add("No orphan.");
        }
        if (!due.isEmpty() && !remove) {
            sentences.add("Would remove " + describe(due) + ": say --remove.");
        }
        long doubtful = held ? 0 : ReapView.count(rows, Fate.HELD);
        if (doubtful > 0) {
            sentences.add(
                    ("%s: most clients of one user would be dead at once, and by one sign alone, which may be what is"
                                    + " wrong. Look whether they have ended, in their containers too; if so: letterbox reap"
                                    + " --held --remove.")
                            .formatted(doubtful == 1 ? "1 queue is held" : doubtful + " queues are held"));
        }
        if (ReapView.count(rows, Fate.SUSPECTED) > 0) {
            sentences.add("Who was found dead only once is suspected: look again.");
        }
        long abandoned = rows.stream()
                .filter(row -> row.verdict().equals("abandoned") && row.fate() == Fate.LEFT)
                .count();
        if (abandoned > 0) {
            sentences.add(
                    classic
                            ? "Not chosen by --older-than%s: %s."
                                    .formatted(
                                            unused ? "" : " or for want of --unused",
                                            Counted.of(abandoned, "abandoned queue"))
                            : ("%s no birth certificate, and nothing speaks for the life of an owner. To remove such: --classic"
                                            + " --older-than 1h --remove (--unused for those from which nobody received).")
                                    .formatted(abandoned == 1 ? "1 queue has" : abandoned + " queues have"));
        }
        long creators = rows.stream()
                .filter(row -> classic && age.fits(row.queue()))
                .filter(row -> row.opinion()
                        .filter(ClassicCoroner.Opinion::forTheCreator)
                        .isPresent())
                .count();
        if (creators > 0) {
            sentences.add(
                    "%s only since its creator has processes from then, as root always does. Which: --all. Where you know that"
                                    .formatted(creators == 1 ? "1 queue is left" : creators + " queues are left, each")
                            + " its program has ended: letterbox rm ID.");
        }
        long spared = rows.stream().filter(ReapView::isSpared).count();
        if (spared > 0 && !all) {
            sentences.add("%s to those who live, or may: --all shows who."
                    .formatted(spared == 1 ? "1 private queue is left" : spared + " private queues are left"));
        }
        if (hidden > 0) {
            sentences.add("%s to other users; only root may look into those."
                    .formatted(hidden == 1 ? "1 private queue belongs" : hidden + " private queues belong"));
        }
        return sentences;
    }
}
