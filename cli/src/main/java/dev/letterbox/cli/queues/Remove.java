package dev.letterbox.cli.queues;

import dev.letterbox.cli.command.Failures;
import dev.letterbox.cli.command.QueueName;
import dev.letterbox.cli.command.Version;
import dev.letterbox.cli.host.Accounts;
import dev.letterbox.cli.host.ListedQueue;
import dev.letterbox.cli.host.QueueColumn;
import dev.letterbox.cli.host.RecentProcesses;
import dev.letterbox.cli.output.Terminal;
import dev.letterbox.sysv.MessageQueue;
import dev.letterbox.sysv.MessageQueues;
import dev.letterbox.sysv.error.QueueException;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Is the command that removes queues. */
@Command(
        name = "rm",
        description = "Remove message queues, with all that is in them.",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        footer = {
            "",
            "It shows what is to be removed and asks. Orphans of Letterbox clients are certain, others a guess; letterbox"
                    + " reap is more careful than --orphans, and says by what it judges. A queue that was chosen by options is looked at once more, and left"
                    + " alone where it does not fit them any longer. Creator, owner and root may remove a queue.",
            "",
            "Of a private queue from which nobody ever received, --orphans lets any process of its creator from then be the owner:"
                    + " so it hardly finds one of root's. Where you know that their program has ended, name them, or choose by --owner,"
                    + " --private and --older-than.",
            "",
            "Examples:",
            "  letterbox rm 5 0x1234                          these two; it asks",
            "  letterbox rm --orphans --older-than 1h         what looks leaked; it asks",
            "  letterbox rm --orphans --dry-run               what that would be",
            "  letterbox rm --owner alice --private --yes     without a question"
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

    @Parameters(paramLabel = "QUEUE", arity = "0..*", description = "Which; an " + QueueName.FORMS + ".")
    private List<String> names = List.of();

    @Mixin
    private QueueFilter filter = new QueueFilter();

    @Option(names = "--dry-run", description = "Show what would be removed, and remove nothing.")
    private boolean dryRun;

    @Mixin
    private Confirmation confirmation = new Confirmation();

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Override
    public Integer call() throws IOException {
        if (names.isEmpty() && !filter.isGiven()) {
            throw new ParameterException(
                    spec.commandLine(), "which queues? Name them, or choose by --orphans and others.");
        }
        List<QueueName> wanted = QueueName.read(names, spec.commandLine());
        if (!dryRun) {
            confirmation.requireSomebody(spec.commandLine(), "--dry-run");
        }
        PrintWriter out = spec.commandLine().getOut();
        FoundQueues found = FoundQueues.find(wanted, filter, QueueColumn.ID.order());
        found.reportMissing(spec.commandLine().getErr());
        if (found.queues().isEmpty()) {
            out.println("No queue to remove.");
            out.flush();
            return found.status();
        }
        out.print(Queues.table(found.queues(), COLUMNS, false, true, Terminal.ofStdout()));
        String what = Confirmation.describe(found.queues());
        if (dryRun) {
            out.println("Would remove " + what + ".");
            out.flush();
            return found.status();
        }
        out.flush();
        if (!confirmation.confirms(what)) {
            out.println("Nothing removed.");
            out.flush();
            return 1;
        }
        boolean all = true;
        Accounts accounts = new Accounts();
        RecentProcesses processes = new RecentProcesses();
        for (ListedQueue queue : found.queues()) {
            all &= remove(queue, accounts, processes, out);
        }
        out.flush();
        return all ? found.status() : 1;
    }

    private boolean remove(ListedQueue queue, Accounts accounts, RecentProcesses processes, PrintWriter out) {
        int id = queue.status().id();
        try {
            // A finder of its own: what the last look found out about processes may not be true any more.
            Optional<ListedQueue> now = MessageQueues.find(id).map(new ListedQueue.Finder(accounts, processes)::of);
            if (now.isEmpty()) {
                out.println("Queue " + id + " is gone already.");
            } else if (!filter.test(now.get())) {
                out.println("Left queue " + id + " alone: it was used meanwhile.");
            } else {
                MessageQueue.ofId(id).remove();
                out.println("Removed queue " + id + ".");
            }
            return true;
        } catch (QueueException refused) {
            Failures.say(spec.commandLine().getErr(), String.valueOf(refused.getMessage()));
            return false;
        }
    }
}
