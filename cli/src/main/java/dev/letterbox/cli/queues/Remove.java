package dev.letterbox.cli.queues;

import dev.letterbox.cli.command.Failures;
import dev.letterbox.cli.command.QueueName;
import dev.letterbox.cli.command.Version;
import dev.letterbox.cli.host.Accounts;
import dev.letterbox.cli.host.ListedQueue;
import dev.letterbox.cli.host.QueueColumn;
import dev.letterbox.cli.host.RecentProcesses;
import dev.letterbox.cli.output.Counted;
import dev.letterbox.cli.output.Terminal;
import dev.letterbox.queues.Leftovers;
import dev.letterbox.sysv.Key;
import dev.letterbox.sysv.MessageQueue;
import dev.letterbox.sysv.MessageQueues;
import dev.letterbox.sysv.error.QueueException;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** The command {@code rm}. */
@Command(
        name = "rm",
        description = "Remove message queues and their messages.",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        footer = {
            "",
            "Lists the queues and asks for confirmation. Letterbox knows its own orphans for certain; for other queues,"
                    + " --orphans is a guess. letterbox reap is more careful and shows its evidence. Queues that were chosen by"
                    + " options are checked again before their removal. Only a queue's creator, its owner and root may remove"
                    + " it. If threads wait in a queue, they are named, and the question is asked twice.",
            "",
            "A killed server left a lock and a bell beside its queue. These stay, for the next server on its key; letterbox reap"
                    + " --remove removes them.",
            "",
            "If a private queue has never been read, any process of its creator may be its owner, so --orphans rarely finds"
                    + " root's queues. Once you know that their program has exited, name them, or choose them by --owner,"
                    + " --private and --older-than.",
            "",
            "Examples:",
            "  letterbox rm 5 0x1234                          these two, after confirmation",
            "  letterbox rm --orphans --older-than 1h         leaked ones, after confirmation",
            "  letterbox rm --orphans --dry-run               only show them",
            "  letterbox rm --all --owner alice               all of alice's",
            "  letterbox rm --owner alice --private --yes     without confirmation"
        })
public final class Remove implements Callable<Integer> {
    private static final List<QueueColumn> COLUMNS = List.of(
            QueueColumn.KEY,
            QueueColumn.ID,
            QueueColumn.KIND,
            QueueColumn.OWNER,
            QueueColumn.MESSAGES,
            QueueColumn.SENDER,
            QueueColumn.RECEIVER,
            QueueColumn.IDLE);

    @Parameters(paramLabel = QueueName.LABEL, arity = "0..*", description = "The queues: an " + QueueName.FORMS + ".")
    private List<String> names = List.of();

    @Mixin
    private QueueFilter filter = new QueueFilter();

    @Option(names = "--all", description = "All queues that the other options do not exclude.")
    private boolean all;

    @Option(names = "--dry-run", description = "Show the queues without removing them.")
    private boolean dryRun;

    @Mixin
    private Confirmation confirmation = new Confirmation();

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Override
    public Integer call() throws IOException {
        if (names.isEmpty() && !filter.isGiven() && !all) {
            throw new ParameterException(
                    spec.commandLine(),
                    "missing queues: name them, or choose them by --orphans, --all or other options.");
        }
        if (all && !names.isEmpty()) {
            throw new ParameterException(spec.commandLine(), "--all cannot be combined with names of queues.");
        }
        List<QueueName> wanted = QueueName.read(names, spec.commandLine());
        if (!dryRun) {
            confirmation.requireSomebody(spec.commandLine(), "--dry-run");
        }
        PrintWriter out = spec.commandLine().getOut();
        Terminal terminal = Terminal.ofStdout();
        FoundQueues found = FoundQueues.find(wanted, filter, QueueColumn.ID.order());
        found.reportMissing(spec.commandLine().getErr());
        if (found.queues().isEmpty()) {
            terminal.say(out, "No queue to remove.");
            out.flush();
            return found.status();
        }
        out.print(Queues.table(found.queues(), COLUMNS, _ -> false, true, terminal));
        found.waitersText(terminal).forEach(out::println);
        String what = Confirmation.describe(found.queues());
        if (dryRun) {
            terminal.say(out, "Would remove " + what + ".");
            out.flush();
            return found.status();
        }
        out.flush();
        long waiting = found.queues().stream()
                .mapToLong(queue -> queue.waiters().size())
                .sum();
        if (!confirmation.confirms("Remove " + what + "?")
                || (waiting > 0
                        && !confirmation.confirms("%s still %s in %s, and will fail with EIDRM. Remove %s anyway?"
                                .formatted(
                                        Counted.of(waiting, "thread"),
                                        waiting == 1 ? "waits" : "wait",
                                        found.queues().size() == 1 ? "it" : "them",
                                        found.queues().size() == 1 ? "it" : "them")))) {
            terminal.say(out, "Nothing removed.");
            out.flush();
            return 1;
        }
        boolean removedAll = true;
        Set<Key> removed = new HashSet<>();
        Accounts accounts = new Accounts();
        RecentProcesses processes = new RecentProcesses();
        for (ListedQueue queue : found.queues()) {
            boolean done = remove(queue, accounts, processes, sentence -> terminal.say(out, sentence));
            if (done) {
                queue.status().key().ifPresent(removed::add);
            }
            removedAll &= done;
        }
        left(removed).ifPresent(sentence -> terminal.say(out, sentence));
        out.flush();
        return removedAll ? found.status() : 1;
    }

    /** Says that the locks of killed servers stay: whether a lock is in use takes two looks, some seconds apart. */
    private static Optional<String> left(Set<Key> removed) {
        if (removed.isEmpty()) {
            return Optional.empty();
        }
        long locks = Leftovers.find().stream()
                .filter(left -> left.key().filter(removed::contains).isPresent())
                .count();
        return locks == 0
                ? Optional.empty()
                : Optional.of(
                        locks == 1
                                ? "The server's lock and bell stay, for the next server on that key; letterbox reap --remove removes"
                                        + " them."
                                : "The servers' locks and bells stay, for the next servers on these keys; letterbox reap --remove"
                                        + " removes them.");
    }

    private boolean remove(ListedQueue queue, Accounts accounts, RecentProcesses processes, Consumer<String> tell) {
        int id = queue.status().id();
        try {
            // With a new finder: what the last one found out about processes may be out of date.
            Optional<ListedQueue> now = MessageQueues.find(id).map(new ListedQueue.Finder(accounts, processes)::of);
            if (now.isEmpty()) {
                tell.accept("Queue " + id + " has been removed meanwhile.");
            } else if (!filter.test(now.get())) {
                tell.accept("Kept queue " + id + ": it has been used meanwhile.");
            } else {
                MessageQueue.ofId(id).remove();
                tell.accept("Removed queue " + id + ".");
            }
            return true;
        } catch (QueueException refused) {
            Failures.say(spec.commandLine().getErr(), Failures.describe(refused));
            return false;
        }
    }
}
