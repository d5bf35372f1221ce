package dev.letterbox.cli.broker;

import dev.letterbox.cli.command.Version;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The commands about a RabbitMQ broker. */
@Command(
        name = "rabbitmq",
        description = "Set up a RabbitMQ broker for servers and clients.",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        synopsisSubcommandLabel = "COMMAND",
        subcommands = SetupCommand.class,
        footer = {"", "Examples:", "  letterbox rabbitmq setup --on amqp://me@localhost/prod --server me --dry-run"})
public final class RabbitmqCommand implements Runnable {
    @Spec
    private CommandSpec spec = CommandSpec.create();

    /** Reports that no command was given. */
    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "missing command: use setup.");
    }
}
