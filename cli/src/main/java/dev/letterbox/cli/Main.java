package dev.letterbox.cli;

import dev.letterbox.cli.broker.RabbitmqCommand;
import dev.letterbox.cli.command.Failures;
import dev.letterbox.cli.command.Misuse;
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
import dev.letterbox.cli.queues.Watch;
import dev.letterbox.cli.top.MetricsCommand;
import dev.letterbox.cli.top.Top;
import dev.letterbox.share.threads.ThreadRoom;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;

/** The program {@code letterbox}. */
@Command(
        name = "letterbox",
        description = "Requests and responses between processes of one machine, over the kernel's own message queues.",
        versionProvider = Version.class,
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "COMMAND",
        footer = {
            "",
            "Examples:",
            "  letterbox demo                     send a file through queues and check it",
            "  letterbox serve /srv/files         serve a directory",
            "  letterbox get notes.txt            fetch a file and write it to the terminal",
            "  letterbox doctor                   find problems with message queues here",
            "  letterbox lab deadlock             see why each client needs its own queue",
            "",
            "Exit status: 0 success, 1 failure, 2 wrong usage."
        })
public final class Main implements Runnable {
    /** Loaded when it is needed: where no file can be opened for a class, that is reported as any failure is. */
    private static final class Commands {
        /** By name, in the order of the help. In the annotation, picocli would inspect all of them for each command. */
        static final Map<String, Class<?>> BY_NAME = new LinkedHashMap<>();

        static {
            BY_NAME.put("serve", Serve.class);
            BY_NAME.put("get", Get.class);
            BY_NAME.put("ls", Ls.class);
            BY_NAME.put("stat", Stat.class);
            BY_NAME.put("demo", Demo.class);
            BY_NAME.put("queues", Queues.class);
            BY_NAME.put("limits", LimitsCommand.class);
            BY_NAME.put("create", Create.class);
            BY_NAME.put("send", Send.class);
            BY_NAME.put("receive", Receive.class);
            BY_NAME.put("peek", Peek.class);
            BY_NAME.put("watch", Watch.class);
            BY_NAME.put("set", SetCommand.class);
            BY_NAME.put("rm", Remove.class);
            BY_NAME.put("reap", Reap.class);
            BY_NAME.put("doctor", Doctor.class);
            BY_NAME.put("metrics", MetricsCommand.class);
            BY_NAME.put("top", Top.class);
            BY_NAME.put("lab", LabCommand.class);
            BY_NAME.put("rabbitmq", RabbitmqCommand.class);
            BY_NAME.put("help", CommandLine.HelpCommand.class);
        }

        private Commands() {}
    }

    @Option(
            names = "--verbose",
            scope = CommandLine.ScopeType.INHERIT,
            description = "Print a stack trace when a command fails.")
    private boolean verbose;

    @Spec
    private CommandSpec spec;

    private Main() {
        spec = CommandSpec.create();
    }

    /**
     * Runs a command and exits with its status.
     *
     * @param arguments the command line
     */
    public static void main(String[] arguments) {
        // The text is English, so its numbers are too: a German 67.108.864 would be read as 67.
        Locale.setDefault(Locale.Category.FORMAT, Locale.ROOT);
        StandardOutput.install();
        int status = run(CommandLineBytes.of(arguments));
        // exit() looks for a logger in all jars, which takes time that most runs do not need.
        if (status != CommandLine.ExitCode.OK || otherThreadsHoldTheJvm()) {
            System.exit(status);
        }
    }

    /** Returns whether a thread is still running, such as one of a server that waits for a disk. */
    static boolean otherThreadsHoldTheJvm() {
        Thread[] alive = new Thread[2 * Thread.activeCount() + 1];
        int count = Thread.enumerate(alive);
        return count == alive.length
                || Arrays.stream(alive, 0, count)
                        .anyMatch(thread -> !thread.isDaemon() && !thread.equals(Thread.currentThread()));
    }

    static int run(String... arguments) {
        Main main = new Main();
        try {
            return main.execute(arguments);
        } catch (Error fatal) {
            return main.failed(fatal);
        }
    }

    private int execute(String... arguments) {
        Optional<CommandLine> plain = PlainGet.of(arguments);
        CommandLine line =
                plain.map(read -> configured(read, this)).orElseGet(() -> commandLine(this, wanted(arguments)));
        int status = plain.isPresent()
                ? line.execute(Arrays.copyOfRange(arguments, 1, arguments.length))
                : line.execute(arguments);
        // Whatever the status is: that of a problem which was found says nothing about a list of them that was lost.
        boolean unwritten = line.getOut().checkError() && !StandardOutput.isTold();
        return unwritten ? unwritten(line.getErr(), status) : status;
    }

    /** A reader that closed the pipe has what it wanted; a full disk has to be reported. */
    private static int unwritten(PrintWriter err, int status) {
        if (!StandardOutput.whyNot().equals("Broken pipe")) {
            Failures.say(err, StandardOutput.problem() + ".");
        }
        return status == CommandLine.ExitCode.OK ? CommandLine.ExitCode.SOFTWARE : status;
    }

    /** Returns the named command alone, or none for the version: the others are needed only for help and for suggestions. */
    private static Map<String, Class<?>> wanted(String... arguments) {
        for (String word : arguments) {
            Class<?> command = Commands.BY_NAME.get(word);
            if (command != null && !word.equals("help")) {
                return Map.of(word, command);
            }
            if (word.equals("--version") || word.equals("-V")) {
                return Map.of();
            }
            if (!word.equals("--verbose")) {
                break;
            }
        }
        return Commands.BY_NAME;
    }

    /** Returns the command line with all commands. */
    static CommandLine commandLine() {
        return commandLine(new Main(), Commands.BY_NAME);
    }

    private static CommandLine commandLine(Main main, Map<String, Class<?>> commands) {
        CommandLine line = new CommandLine(main);
        commands.forEach(line::addSubcommand);
        // picocli does this only for commands that annotations name.
        line.getSubcommands().values().stream()
                .map(CommandLine::getCommandSpec)
                .filter(spec -> spec.modelTransformer() != null)
                .forEach(spec -> spec.modelTransformer().transform(spec));
        return configured(line, main);
    }

    private static CommandLine configured(CommandLine line, Main main) {
        return line.registerConverter(Integer.class, Main::integer)
                .registerConverter(int.class, Main::integer)
                .registerConverter(Long.class, Main::longInteger)
                // picocli's own writer does not report that the reader has closed the pipe.
                .setOut(new PrintWriter(System.out, true, System.out.charset()))
                // A file's name may begin with @.
                .setExpandAtFiles(false)
                .setExecutionStrategy(Main::executed)
                .setExecutionExceptionHandler(main::failed)
                .setParameterExceptionHandler((wrong, given) -> misused(wrong));
    }

    /** Runs a command. picocli would show help for a command that does not exist, and report success. */
    private static int executed(ParseResult given) {
        given.asCommandLineList().forEach(Misuse::requireKnownCommand);
        return new CommandLine.RunLast().execute(given);
    }

    private static Integer integer(String text) {
        return whole(text, Integer::valueOf, Integer.MIN_VALUE, Integer.MAX_VALUE);
    }

    private static Long longInteger(String text) {
        return whole(text, Long::valueOf, Long.MIN_VALUE, Long.MAX_VALUE);
    }

    /** Reads a whole number; the message does not assume that the reader knows what an int is. */
    private static <N extends Number> N whole(String text, Function<String, N> reader, N least, N most) {
        try {
            return reader.apply(text);
        } catch (NumberFormatException wrong) {
            if (!text.matches("[-+]?\\d+")) {
                throw new TypeConversionException("'" + text + "' is not a whole number.");
            }
            throw new TypeConversionException(
                    text.startsWith("-")
                            ? "'" + text + "' is too small: the smallest number is " + least + "."
                            : "'" + text + "' is too large: the largest number is " + most + ".");
        }
    }

    /** Reports that no command was given. */
    @Override
    public void run() {
        throw new ParameterException(
                spec.commandLine(),
                "missing command: use one of "
                        + String.join(", ", spec.subcommands().keySet()) + ".");
    }

    private int failed(Exception failure, CommandLine command, ParseResult result) {
        if (isStopping() || failure instanceof InterruptedException) {
            // Whoever stopped it knows why it did not finish.
            return CommandLine.ExitCode.SOFTWARE;
        }
        Failures.say(command.getErr(), Failures.describe(failure));
        if (verbose || Failures.isDefect(failure)) {
            Failures.trace(command.getErr(), failure);
        }
        return CommandLine.ExitCode.SOFTWARE;
    }

    /** As when no thread, no memory or no file for a class is to be had. So this uses as little as it can. */
    @SuppressWarnings("SystemOut") // needs nothing that may be lacking
    private int failed(Error fatal) {
        if (!isStopping()) {
            System.err.println("letterbox: " + describe(fatal));
            if (verbose) {
                fatal.printStackTrace();
            }
        }
        return CommandLine.ExitCode.SOFTWARE;
    }

    private static String describe(Error fatal) {
        Throwable root = fatal;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        if (root instanceof OutOfMemoryError full && ThreadRoom.isLacking(full)) {
            return ThreadRoom.LACKING;
        }
        if (fatal instanceof OutOfMemoryError) {
            return "There is not enough memory: " + fatal.getMessage() + ".";
        }
        try (InputStream _ = new FileInputStream("/dev/null")) {
            return "This failed, and should not: " + root + " (--verbose prints where).";
        } catch (IOException noFile) {
            return "No file can be opened (%s). Allow more open files (ulimit -n).".formatted(noFile.getMessage());
        }
    }

    /** Returns whether the JVM is shutting down: then no shutdown hook can be added. */
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
        String text = Misuse.describe(wrong);
        String end = text.endsWith(".") || text.endsWith("?") ? "" : ".";
        Failures.say(command.getErr(), text + end + " See: " + Misuse.help(command));
        return CommandLine.ExitCode.USAGE;
    }
}
