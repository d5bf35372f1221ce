package dev.letterbox.cli.queues;

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
import dev.letterbox.sysv.Usage;
import dev.letterbox.sysv.error.QueueException;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Is the command that shows the kernel's limits and how much of them is used. */
@Command(
        name = "limits",
        description = "Show the limits of message queues, how much of each is used, and how to raise it.",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        footer = {
            "",
            "Limits belong to an IPC namespace, so each container has its own. A new msgmnb is for queues made from then on;"
                    + " those that there are keep their capacity (letterbox set QUEUE --capacity BYTES).",
            "",
            "What ends --probe removes its queues too, save KILL: then they are private ones that nobody ever used. To find them:"
                    + " letterbox queues --private --sort idle --reverse",
            "",
            "Examples:",
            "  letterbox limits                what there is, and what to do",
            "  letterbox limits --json         for scripts",
            "  letterbox limits --probe 500    could 500 clients come now? status 1: no"
        })
public final class LimitsCommand implements Callable<Integer> {
    @Option(
            names = "--probe",
            paramLabel = "N",
            description =
                    "Make N private queues, or as many as the kernel lets, say how many, and remove them again. For"
                            + " that moment they are in use: on a busy machine others may be refused.")
    private @Nullable Integer probe;

    @Mixin
    private JsonOption json = new JsonOption();

    @Spec
    private CommandSpec spec = CommandSpec.create();

    /** Is how many queues were made, and why no more. */
    private record Probe(int wanted, int made, Optional<QueueException> refusal) {
        JsonObject json() {
            return new JsonObject()
                    .put("wanted", wanted)
                    .put("made", made)
                    .put(
                            "refusal",
                            refusal.map(why -> new JsonObject()
                                    .put("errno", why.errno())
                                    .put("message", String.valueOf(why.getMessage()))));
        }
    }

    @Override
    public Integer call() {
        if (probe != null && probe < 1) {
            throw new ParameterException(spec.commandLine(), "--probe makes 1 queue or more, not " + probe + ".");
        }
        List<KernelLimit> limits = KernelLimit.all();
        Usage usage = MessageQueues.usage();
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
            show(out, Terminal.ofStdout(), limits, usage);
            probed.ifPresent(result -> show(out, result));
        }
        out.flush();
        return probed.flatMap(Probe::refusal).isPresent() ? 1 : 0;
    }

    private static void show(PrintWriter out, Terminal terminal, List<KernelLimit> limits, Usage usage) {
        Table table = new Table(List.of(
                new Column("LIMIT", false, false, 0),
                new Column("VALUE", true, false, 0),
                new Column("USED", true, false, 0),
                new Column("", true, false, 0),
                new Column("WHAT", false, true, 0)));
        for (KernelLimit limit : limits) {
            double fill = limit.fill().orElse(0);
            table.add(List.of(
                    Cell.of(limit.name()),
                    Cell.of(limit.value()),
                    Cell.of(limit.used().isPresent() ? "" + limit.used().getAsLong() : "-"),
                    new Cell(limit.fill().isPresent() ? KernelLimit.percent(fill) + "%" : "", KernelLimit.style(fill)),
                    Cell.of(limit.meaning())));
        }
        table.lines(terminal, true).forEach(out::println);
        out.println("%nIn all queues: %s, %s."
                .formatted(Counted.of(usage.messages(), "message"), Counted.of(usage.bytes(), "byte")));
        limits.stream()
                .flatMap(limit -> limit.warnings().stream())
                .forEach(
                        warning -> out.println(Style.BAD.paint("Warning:", terminal.colours()) + " " + warning.says()));
        KernelLimit first = limits.stream()
                .filter(limit -> !limit.warnings().isEmpty())
                .findFirst()
                .orElse(limits.getFirst());
        out.println("%nTo raise %s, and the others likewise:".formatted(first.name()));
        Table ways = new Table(List.of(new Column("", false, false, 0), new Column("", false, false, 0)));
        first.ways().forEach(way -> ways.add(List.of(Cell.of("  " + way.where()), Cell.of(way.what()))));
        ways.lines(Terminal.NONE, false).forEach(out::println);
    }

    private static void show(PrintWriter out, Probe probe) {
        out.println();
        out.println(probe.refusal()
                .map(why -> "Probe: %s made and removed again; the next was refused. %s"
                        .formatted(made(probe), why.getMessage()))
                .orElse("Probe: %s made, as many as were asked for, and removed again.".formatted(made(probe))));
    }

    private static String made(Probe probe) {
        return Counted.of(probe.made(), "queue") + (probe.made() == 1 ? " was" : " were");
    }

    /** Owned queues go with this process, whatever ends it but KILL. */
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
