package dev.letterbox.cli.top;

import dev.letterbox.cli.command.JsonOption;
import dev.letterbox.cli.command.ServerOptions;
import dev.letterbox.cli.command.Version;
import dev.letterbox.cli.output.Terminal;
import dev.letterbox.metrics.Prometheus;
import dev.letterbox.metrics.Snapshot;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Is the command that tells what a server did. */
@Command(
        name = "metrics",
        description = "Tell what a server did since it started: requests, how fast, refused, stalled, by user.",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        footer = {
            "",
            "Who may ask the server may see the sums; what each user did is told to the server's user and to root."
                    + " Asking for this counts as no request. To look on while it happens: letterbox top.",
            "",
            "Examples:",
            "  letterbox metrics                   for people",
            "  letterbox metrics --json            for programs",
            "  letterbox metrics --prometheus      for a scrape of your own; see serve, too"
        })
public final class MetricsCommand implements Callable<Integer> {
    @Mixin
    private ServerOptions server = new ServerOptions();

    @Mixin
    private JsonOption json = new JsonOption();

    @Option(names = "--prometheus", description = "Write the text format of Prometheus.")
    private boolean prometheus;

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Override
    public Integer call() throws Exception {
        if (json.isGiven() && prometheus) {
            throw new ParameterException(spec.commandLine(), "--json and --prometheus do not go together.");
        }
        Snapshot snapshot = server.metrics();
        PrintWriter out = spec.commandLine().getOut();
        if (prometheus) {
            out.print(Prometheus.text(snapshot));
        } else if (json.isGiven()) {
            out.println(MetricsReport.json(snapshot));
        } else {
            MetricsReport.text(snapshot, Terminal.ofStdout()).forEach(out::println);
        }
        out.flush();
        return 0;
    }
}
