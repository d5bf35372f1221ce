package dev.letterbox.cli;

import dev.letterbox.cli.broker.RabbitmqCommand;
import dev.letterbox.cli.command.Failures;
import dev.letterbox.cli.command.Version;
import dev.letterbox.cli.doctor.Doctor;
import dev.letterbox.cli.files.Demo;
import dev.letterbox.cli.files.Get;
import dev.letterbox.cli.files.Ls;
import dev.letterbox.cli.files.Serve;
import dev.letterbox.cli.files.Stat;
import dev.letterbox.cli.lab.LabCommand;
import dev.letterbox.cli.output.StandardOutput;
import dev.letterbox.cli.queues.Create;
import dev.letterbox.cli.queues.LimitsCommand;
import dev.letterbox.cli.queues.Peek;
import dev.letterbox.cli.queues.Queues;
import dev.letterbox.cli.queues.Reap;
import dev.letterbox.cli.queues.Receive;
import dev.letterbox.cli.queues.Remove;
import dev.letterbox.cli.queues.Send;
import dev.letterbox.cli.queues.SetCommand;
import dev.letterbox.cli.top.MetricsCommand;
import dev.letterbox.cli.top.Top;
import java.io.PrintWriter;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;

/** Is the program {@code letterbox}. */
@Command(
        name = "letterbox",
        description = "Ask other processes of this machine for things, through the kernel's own message queues.",
        versionProvider = Version.class,
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "COMMAND",
        footer = {
            "",
            "Examples:",
            "  letterbox demo                     see a file go through, and checked",
            "  letterbox serve /srv/files         serve a directory",
            "  letterbox get notes.txt            fetch a file from it to the terminal",
            "  letterbox doctor                   what is wrong with message queues here",
            "  letterbox lab deadlock             why each client has a queue of its own",
            "",
            "Exit status: 0 done, 1 failed, 2 used wrongly."
        })
public final class Main implements Runnable {
    /** By name, in the order of the help. Not in the annotation: picocli would look into all of them for each command. */
    private static final Map<String, Class<?>> COMMANDS = new LinkedHashMap<>();

    static {
        COMMANDS.put("serve", Serve.class);
        COMMANDS.put("get", Get.class);
        COMMANDS.put("ls", Ls.class);
        COMMANDS.put("stat", Stat.class);
        COMMANDS.put("demo", Demo.class);
        COMMANDS.put("queues", Queues.class);
        COMMANDS.put("limits", LimitsCommand.class);
        COMMANDS.put("create", Create.class);
        COMMANDS.put("send", Send.class);
        COMMANDS.put("receive", Receive.class);
        COMMANDS.put("peek", Peek.class);
        COMMANDS.put("set", SetCommand.class);
        COMMANDS.put("rm", Remove.class);
        COMMANDS.put("reap", Reap.class);
        COMMANDS.put("doctor", Doctor.class);
        COMMANDS.put("metrics", MetricsCommand.class);
        COMMANDS.put("top", Top.class);
        COMMANDS.put("lab", LabCommand.class);
        COMMANDS.put("rabbitmq", RabbitmqCommand.class);
        COMMANDS.put("help", CommandLine.HelpCommand.class);
    }

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
     * Runs a command, and ends the JVM with its status.
     *
     * @param arguments the command line
     */
    public static void main(String[] arguments) {
        // The text is English, so its numbers are too: a German 67.108.864 would be read as 67.
        Locale.setDefault(Locale.Category.FORMAT, Locale.ROOT);
        StandardOutput.install();
        int status = run(CommandLineBytes.of(arguments));
        // exit() asks for a logger, and so searches all jars. Most runs end without it.
        if (status != CommandLine.ExitCode.OK || otherThreadsHoldTheJvm()) {
            System.exit(status);
        }
    }

    /** Such as that of a server which waits for a disk. */
    private static boolean otherThreadsHoldTheJvm() {
        Thread[] alive = new Thread[2 * Thread.activeCount() + 1];
        int count = Thread.enumerate(alive);
        return count == alive.length
                || Arrays.stream(alive, 0, count)
                        .anyMatch(thread -> !thread.isDaemon() && !thread.equals(Thread.currentThread()));
    }

    static int run(String... arguments) {
        CommandLine line = commandLine(wanted(arguments));
        int status = line.execute(arguments);
        return status == CommandLine.ExitCode.OK && line.getOut().checkError() ? unwritten(line.getErr()) : status;
    }

    /** Who has closed a pipe has read what he wanted, and knows; whose disk is full does not. */
    private static int unwritten(PrintWriter err) {
        String why = StandardOutput.whyNot();
        if (!why.equals("Broken pipe")) {
            Failures.say(err, "Cannot write to standard output" + (why.isEmpty() ? "" : ": " + why) + ".");
        }
        return CommandLine.ExitCode.SOFTWARE;
    }

    /** The command that is named, alone: the rest is worth its time only to those who ask for help or mistype. */
    private static Map<String, Class<?>> wanted(String... arguments) {
        for (String word : arguments) {
            Class<?> command = COMMANDS.get(word);
            if (command != null && !word.equals("help")) {
                return Map.of(word, command);
            }
            if (!word.equals("--verbose")) {
                break;
            }
        }
        return COMMANDS;
    }

    /** The whole command line, with all commands. */
    static CommandLine commandLine() {
        return commandLine(COMMANDS);
    }

    private static CommandLine commandLine(Map<String, Class<?>> commands) {
        Main main = new Main();
        CommandLine line = new CommandLine(main);
        commands.forEach(line::addSubcommand);
        return line.registerConverter(Integer.class, Main::integer)
                .registerConverter(int.class, Main::integer)
                // One that knows its PrintStream: picocli's own never tells that nobody reads any more.
                .setOut(new PrintWriter(System.out, true, System.out.charset()))
                // A file's name may begin with @.
                .setExpandAtFiles(false)
                .setExecutionExceptionHandler(main::failed)
                .setParameterExceptionHandler((wrong, given) -> misused(wrong));
    }

    /** In words for those who know no int. */
    private static Integer integer(String text) {
        try {
            return Integer.valueOf(text);
        } catch (NumberFormatException wrong) {
            throw new TypeConversionException(
                    text.matches("[-+]?\\d+")
                            ? "'" + text + "' is too much: " + Integer.MAX_VALUE + " at most."
                            : "'" + text + "' is no whole number.");
        }
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
        Failures.say(command.getErr(), Failures.describe(failure, text));
        if (verbose || Failures.isDefect(failure)) {
            Failures.trace(command.getErr(), failure);
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
        String text = String.valueOf(wrong.getMessage()).replaceFirst("^Error: ", "");
        Failures.say(command.getErr(), text + " (see " + name + " --help)");
        return CommandLine.ExitCode.USAGE;
    }
}
