package dev.letterbox.cli;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.Spec;

/** Is the program {@code letterbox}. */
@Command(
        name = "letterbox",
        description = "Ask other processes of this machine for things, through the kernel's own message queues.",
        versionProvider = Version.class,
        mixinStandardHelpOptions = true,
        subcommands = {
            Serve.class,
            Get.class,
            Ls.class,
            Stat.class,
            Demo.class,
            Queues.class,
            LimitsCommand.class,
            Create.class,
            Send.class,
            Receive.class,
            Peek.class,
            SetCommand.class,
            Remove.class,
            Doctor.class,
            MetricsCommand.class,
            CommandLine.HelpCommand.class
        },
        synopsisSubcommandLabel = "COMMAND",
        footer = {
            "",
            "Examples:",
            "  letterbox demo                     see a file go through, and checked",
            "  letterbox serve /srv/files         serve a directory",
            "  letterbox get notes.txt            fetch a file from it to the terminal",
            "  letterbox doctor                   what is wrong with message queues here",
            "",
            "Exit status: 0 done, 1 failed, 2 used wrongly."
        })
public final class Main implements Runnable {
    @Option(
            names = "--verbose",
            scope = CommandLine.ScopeType.INHERIT,
            description = "Say more; with a failure, where in the program it happened.")
    private boolean verbose;

    @Spec
    private CommandSpec spec;

    private Main() {
        spec = CommandSpec.create();
    }

    /**
     * Runs a command and exits.
     *
     * @param arguments the command line
     */
    public static void main(String[] arguments) {
        System.exit(run(arguments));
    }

    static int run(String... arguments) {
        return commandLine().execute(arguments);
    }

    static CommandLine commandLine() {
        Main main = new Main();
        return new CommandLine(main)
                .setCaseInsensitiveEnumValuesAllowed(true)
                // A file's name may begin with @.
                .setExpandAtFiles(false)
                .setExecutionExceptionHandler(main::failed)
                .setParameterExceptionHandler((wrong, given) -> misused(wrong));
    }

    /** Says that a command is missing. */
    @Override
    public void run() {
        throw new ParameterException(
                spec.commandLine(),
                "which command? One of " + String.join(", ", spec.subcommands().keySet()) + ".");
    }

    private int failed(Exception failure, CommandLine command, ParseResult result) {
        if (isStopping()) {
            // Whoever stopped the program knows why it did not come to its end.
            return CommandLine.ExitCode.SOFTWARE;
        }
        String text = failure.getMessage() == null ? failure.toString() : failure.getMessage();
        command.getErr().println("letterbox: " + Failures.describe(failure, text));
        if (verbose || Failures.isDefect(failure)) {
            failure.printStackTrace(command.getErr());
        }
        return CommandLine.ExitCode.SOFTWARE;
    }

    /** Tells whether a signal ends the JVM already: then no hook can be added to its end any more. */
    private static boolean isStopping() {
        Thread hook = new Thread(() -> {});
        try {
            Runtime.getRuntime().addShutdownHook(hook);
            return !Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException stopping) {
            return true;
        }
    }

    private static int misused(ParameterException wrong) {
        CommandLine command = wrong.getCommandLine();
        String name = command.getCommandSpec().qualifiedName();
        command.getErr().println("letterbox: " + wrong.getMessage() + " (see " + name + " --help)");
        return CommandLine.ExitCode.USAGE;
    }
}
