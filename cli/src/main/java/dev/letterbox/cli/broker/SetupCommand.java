package dev.letterbox.cli.broker;

import dev.letterbox.cli.command.BrokerOption;
import dev.letterbox.cli.command.CommandFailure;
import dev.letterbox.cli.command.Version;
import dev.letterbox.cli.output.Terminal;
import dev.letterbox.rabbitmq.BrokerAddress;
import dev.letterbox.rabbitmq.BrokerSetup;
import dev.letterbox.rabbitmq.BrokerSetup.Step;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The command that gives users of a broker the rights that they need, and no more. */
@Command(
        name = "setup",
        description =
                "Create a vhost, give users the rights of servers and clients in it, and declare the request queue.",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        footer = {
            "",
            "Runs rabbitmqctl, so it must run on the broker's machine, as a user who may do that. The users must exist already:"
                    + " create them with rabbitmqctl add_user NAME, which asks for a password. The address must name a user with"
                    + " the rights of a server. The command may be repeated.",
            "",
            "Examples:",
            "  letterbox rabbitmq setup --on amqp://me@localhost/p --server me --client ann",
            "  letterbox rabbitmq setup --on amqp://me@localhost/p --client ann --dry-run"
        })
public final class SetupCommand implements Callable<Integer> {
    @Mixin
    private BrokerOption on = new BrokerOption();

    @Option(names = "--server", paramLabel = "USER", description = "A user who may serve. The option may be repeated.")
    private List<String> servers = new ArrayList<>();

    @Option(
            names = "--client",
            paramLabel = "USER",
            description = "A user who may send requests. The option may be repeated.")
    private List<String> clients = new ArrayList<>();

    @Option(names = "--dry-run", description = "Show the steps without taking them.")
    private boolean dryRun;

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Override
    public Integer call() throws IOException, InterruptedException, CommandFailure {
        BrokerAddress address =
                on.broker().orElseThrow(() -> new ParameterException(spec.commandLine(), "missing broker: use --on."));
        BrokerSetup setup = new BrokerSetup(address, servers, clients);
        PrintWriter out = spec.commandLine().getOut();
        for (Step step : setup.steps()) {
            out.println(step);
            out.flush();
            if (!dryRun) {
                run(step);
            }
        }
        if (!dryRun) {
            setup.declare(on.login(address));
            Terminal.ofStdout()
                    .say(out, "The request queue of '%s' is declared at %s.".formatted(address.name(), address));
        }
        return 0;
    }

    private static void run(Step step) throws IOException, InterruptedException, CommandFailure {
        Rabbitmqctl.Ended ended;
        try {
            ended = Rabbitmqctl.run(step.arguments());
        } catch (IOException absent) {
            throw new CommandFailure("Cannot run rabbitmqctl here (" + absent.getMessage()
                    + "). Run the commands that --dry-run shows on the broker's machine.");
        }
        if (ended.status() != 0) {
            throw new CommandFailure("rabbitmqctl refused %s: %s"
                    .formatted(step.purpose(), ended.said().strip().replaceAll("\\s+", " ")));
        }
    }
}
