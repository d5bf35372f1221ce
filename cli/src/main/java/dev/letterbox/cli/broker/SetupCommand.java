package dev.letterbox.cli.broker;

import dev.letterbox.cli.command.BrokerOption;
import dev.letterbox.cli.command.CommandFailure;
import dev.letterbox.cli.command.Version;
import dev.letterbox.rabbitmq.BrokerAddress;
import dev.letterbox.rabbitmq.BrokerSetup;
import dev.letterbox.rabbitmq.BrokerSetup.Step;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
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
                "Make a vhost, give users the rights of servers and clients there, and declare the request queue.",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        footer = {
            "",
            "Runs rabbitmqctl, so it needs to run on the broker's machine, as a user who may do that. The users have to be"
                    + " there: rabbitmqctl add_user NAME asks for a password. The address names a user with the rights of a"
                    + " server. Each step may be taken again.",
            "",
            "Examples:",
            "  letterbox rabbitmq setup --on amqp://files@localhost/prod --server files --client ann --client bob",
            "  letterbox rabbitmq setup --on amqp://files@localhost/prod --client ann --dry-run   show it only"
        })
public final class SetupCommand implements Callable<Integer> {
    @Mixin
    private BrokerOption on = new BrokerOption();

    @Option(names = "--server", paramLabel = "USER", description = "A user who may serve. May be given again.")
    private List<String> servers = new ArrayList<>();

    @Option(names = "--client", paramLabel = "USER", description = "A user who may ask. May be given again.")
    private List<String> clients = new ArrayList<>();

    @Option(names = "--dry-run", description = "Show what would be done, and do nothing.")
    private boolean dryRun;

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Override
    public Integer call() throws IOException, InterruptedException, CommandFailure {
        BrokerAddress address = on.broker()
                .orElseThrow(() -> new ParameterException(spec.commandLine(), "which broker? Say it with --on."));
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
            out.println("The request queue of '%s' is declared at %s.".formatted(address.name(), address));
        }
        return 0;
    }

    private static void run(Step step) throws IOException, InterruptedException, CommandFailure {
        List<String> words = new ArrayList<>(List.of("rabbitmqctl", "--quiet"));
        words.addAll(step.arguments());
        Process process;
        try {
            process = new ProcessBuilder(words).redirectErrorStream(true).start();
        } catch (IOException absent) {
            throw new CommandFailure("rabbitmqctl cannot be run here (" + absent.getMessage()
                    + "). Run these lines on the broker's machine: --dry-run shows all of them.");
        }
        process.getOutputStream().close();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
        if (process.waitFor() != 0) {
            throw new CommandFailure(
                    "rabbitmqctl refused %s: %s".formatted(step.purpose(), said.replaceAll("\\s+", " ")));
        }
    }
}
