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

/** The command {@code metrics}. */
@Command(
        name = "metrics",
        description =
                "Show a server's metrics since its start: requests, latencies, refusals and stalls, also by user.",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        footer = {
            "",
            "Everybody who may send requests to the server may see the totals. The server reveals the figures of each user"
                    + " only to its own user and to root. Fetching metrics is not counted as a request.",
            "",
            "FAILED counts requests that did not end in END. REFUSED counts requests that were not admitted, with the"
                    + " reason. For a live view: letterbox top.",
            "",
            "Examples:",
            "  letterbox metrics                   for people",
            "  letterbox metrics --json            for programs",
            "  letterbox metrics --prometheus      for scrapers; see serve --metrics-file"
        })
public final class MetricsCommand implements Callable<Integer> {
    @Mixin
    private ServerOptions server = new ServerOptions();

    @Mixin
    private JsonOption json = new JsonOption();

    @Option(names = "--prometheus", description = "Write Prometheus' text format.")
    private boolean prometheus;

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Override
    public Integer call() throws Exception {
        if (json.isGiven() && prometheus) {
            throw new ParameterException(spec.commandLine(), "--json and --prometheus cannot be combined.");
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
