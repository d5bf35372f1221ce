package dev.letterbox.cli.queues;

import dev.letterbox.cli.command.Failures;
import dev.letterbox.cli.command.JsonOption;
import dev.letterbox.cli.command.Version;
import dev.letterbox.cli.host.KernelLimit;
import dev.letterbox.cli.output.Counted;
import dev.letterbox.cli.output.JsonObject;
import dev.letterbox.cli.output.Style;
import dev.letterbox.cli.output.Table;
import dev.letterbox.cli.output.Table.Cell;
import dev.letterbox.cli.output.Table.Column;
import dev.letterbox.cli.output.Terminal;
import dev.letterbox.sysv.MessageQueues;
import dev.letterbox.sysv.Mode;
import dev.letterbox.sysv.OwnedQueue;
import dev.letterbox.sysv.QueueStatus;
import dev.letterbox.sysv.Usage;
import dev.letterbox.sysv.error.QueueException;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The command {@code limits}. */
@Command(
        name = "limits",
        description =
                "Show the kernel's limits for message queues, segments and semaphores, their use, and how to raise them.",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        footer = {
            "",
            "Each IPC namespace, and so each container, has its own limits. A new msgmnb applies to new queues; existing"
                    + " queues keep their capacity (to change it: letterbox set QUEUE --capacity BYTES).",
            "",
            "--probe removes its queues however it ends, unless it is killed with SIGKILL. Then they remain as private queues"
                    + " that have never been used. To find them: letterbox queues --private --sort idle --reverse",
            "",
            "Examples:",
            "  letterbox limits                limits, use and advice",
            "  letterbox limits --json         for scripts",
            "  letterbox limits --probe 500    room for 500 clients? exit status 1: no"
        })
public final class LimitsCommand implements Callable<Integer> {
    @Option(
            names = "--probe",
            paramLabel = "N",
            description =
                    "Create N private queues, or as many as the kernel allows, print how many, and remove them. On a busy"
                            + " machine other programs may fail to create a queue meanwhile.")
    private @Nullable Integer probe;

    @Mixin
    private JsonOption json = new JsonOption();

    @Spec
    private CommandSpec spec = CommandSpec.create();

    /** The number of queues that could be created, and the error that ended the probe. */
    private record Probe(int wanted, int made, Optional<QueueException> refusal) {
        JsonObject json() {
            return new JsonObject()
                    .put("wanted", wanted)
                    .put("made", made)
                    .put(
                            "refusal",
                            refusal.map(why ->
                                    new JsonObject().put("errno", why.errno()).put("message", Failures.describe(why))));
        }
    }

    @Override
    public Integer call() {
        if (probe != null && probe < 1) {
            throw new ParameterException(spec.commandLine(), "--probe must be 1 or more, not " + probe + ".");
        }
        // One walk for all figures: under load, two would not agree.
        List<QueueStatus> queues = MessageQueues.list();
        List<KernelLimit> limits = KernelLimit.all(queues);
        Usage usage = new Usage(
                queues.size(),
                queues.stream().mapToLong(QueueStatus::messages).sum(),
                queues.stream().mapToLong(QueueStatus::bytes).sum());
        Optional<Probe> probed = Optional.ofNullable(probe).map(LimitsCommand::probe);
        PrintWriter out = spec.commandLine().getOut();
        if (json.isGiven()) {
            out.println(new JsonObject()
                    .put("limits", limits.stream().map(KernelLimit::json).toList())
                    .put("queues", usage.queues())
                    .put("messages", usage.messages())
                    .put("bytes", usage.bytes())
                    .put("probe", probed.map(Probe::json)));
        } else {
            Terminal terminal = Terminal.ofStdout();
            show(out, terminal, limits, usage);
            probed.ifPresent(result -> show(out, terminal, result));
        }
        out.flush();
        Failures.sayWhatIsRefused(spec.commandLine().getErr());
        return probed.flatMap(Probe::refusal).isPresent() ? 1 : 0;
    }

    static void show(PrintWriter out, Terminal terminal, List<KernelLimit> limits, Usage usage) {
        Table table = new Table(List.of(
                        new Column("LIMIT", false, false, 0),
                        new Column("VALUE", true, false, 0),
                        new Column("USED", true, false, 1),
                        new Column("", true, false, 0),
                        new Column("WHAT", false, true, 0)))
                .wrappingLast();
        for (KernelLimit limit : limits) {
            double fill = limit.fill().orElse(0);
            table.add(List.of(
                    Cell.of(limit.name()),
                    Cell.of(limit.valueInWords()),
                    Cell.of(limit.used().isPresent() ? "" + limit.used().getAsLong() : "-"),
                    new Cell(limit.fill().isPresent() ? KernelLimit.percent(fill) + "%" : "", KernelLimit.style(fill)),
                    Cell.of(limit.meaning())));
        }
        table.lines(terminal, true).forEach(out::println);
        out.println();
        terminal.say(
                out,
                "In all queues: %s, %s."
                        .formatted(Counted.of(usage.messages(), "message"), Counted.of(usage.bytes(), "byte")));
        limits.stream()
                .flatMap(limit -> limit.warnings().stream())
                .forEach(warning ->
                        terminal.say(out, Style.BAD.paint("Warning:", terminal.colours()) + " " + warning.says()));
        KernelLimit first = limits.stream()
                .filter(limit -> !limit.warnings().isEmpty() && !limit.ways().isEmpty())
                .findFirst()
                .orElse(limits.getFirst());
        boolean lower = first.isTooLarge();
        String names = lower
                ? first.proposed().stream().map(KernelLimit.Setting::name).collect(Collectors.joining(" and "))
                        + ", unless a program needs more"
                : first.name();
        out.println();
        terminal.say(
                out,
                "To %s %s, or %sanother limit in the same way:"
                        .formatted(lower ? "lower" : "raise", names, lower ? "to raise " : ""));
        Table ways = new Table(List.of(new Column("", false, false, 0), new Column("", false, true, 0))).wrappingLast();
        first.ways().forEach(way -> ways.add(List.of(Cell.of("  " + way.where()), Cell.of(way.what()))));
        ways.lines(terminal, false).forEach(out::println);
    }

    private static void show(PrintWriter out, Terminal terminal, Probe probe) {
        out.println();
        terminal.say(
                out,
                probe.refusal()
                        .map(why -> "Probe: %s created and removed; the next one failed. %s"
                                .formatted(made(probe), Failures.describe(why)))
                        .orElse("Probe: %s created and removed, as requested.".formatted(made(probe))));
    }

    private static String made(Probe probe) {
        return Counted.of(probe.made(), "queue") + (probe.made() == 1 ? " was" : " were");
    }

    /** Owned queues are removed with this process, unless SIGKILL ends it. */
    private static Probe probe(int wanted) {
        List<OwnedQueue> queues = new ArrayList<>();
        try {
            while (queues.size() < wanted) {
                queues.add(OwnedQueue.createPrivate(Mode.OWNER));
            }
            return new Probe(wanted, wanted, Optional.empty());
        } catch (QueueException refused) {
            return new Probe(wanted, queues.size(), Optional.of(refused));
        } finally {
            queues.forEach(OwnedQueue::close);
        }
    }
}
