package dev.letterbox.cli;

import dev.letterbox.cli.command.BrokerOption;
import dev.letterbox.cli.command.Version;
import dev.letterbox.rabbitmq.Login;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.Help;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/**
 * Writes the manual pages and the shells' completion of all commands, from the same descriptions as {@code --help}. The
 * build runs it.
 */
final class ManualPages {
    private static final String EXIT_STATUS = "Exit status:";

    private static final Map<String, String> ENVIRONMENT = new LinkedHashMap<>();
    private static final Map<String, String> FILES = new LinkedHashMap<>();

    static {
        ENVIRONMENT.put("NO_COLOR", "If set and not empty, no colours are written.");
        ENVIRONMENT.put("COLUMNS, LINES", "The size of the terminal, instead of what the terminal reports.");
        ENVIRONMENT.put("TERM", "If unset or dumb, live screens are written line by line.");
        ENVIRONMENT.put(
                BrokerOption.ON,
                "The address of a RabbitMQ broker, for commands that are given neither --on nor --key.");
        ENVIRONMENT.put(
                Login.PASSWORD + ", " + Login.PASSWORD_FILE,
                "The broker's password, or a file with the password in its first line, which only its owner may be able to read.");
        ENVIRONMENT.put(
                "JAVA_HOME",
                "In a checkout, the JDK to use, version 25 or later. Otherwise one is searched for. An installed package has its own Java.");
        ENVIRONMENT.put(
                "JDK_JAVA_OPTIONS, JAVA_TOOL_OPTIONS", "Options for Java, such as those of the flight recorder.");
        FILES.put(
                "/proc/sys/kernel/msgmni, msgmnb, msgmax, shmmni, shmall, sem",
                "The limits of this IPC namespace. letterbox limits shows them.");
        FILES.put("/proc/sysvipc/msg", "The queues, if a security module refuses the calls that list them.");
        FILES.put(
                "/proc/PID/task/TID/syscall",
                "What a thread waits for; only root can see this for other users' threads.");
    }

    private ManualPages() {}

    /**
     * Writes {@code man/man1/letterbox*.1} and {@code completion/letterbox}.
     *
     * @param arguments the folder to write to
     */
    public static void main(String[] arguments) throws IOException {
        Path folder = Path.of(arguments[0]);
        CommandLine letterbox = Main.commandLine();
        Path pages = Files.createDirectories(folder.resolve("man/man1"));
        for (CommandSpec command : commands(letterbox)) {
            Files.writeString(pages.resolve(pageName(command) + ".1"), page(command));
        }
        Path completion = Files.createDirectories(folder.resolve("completion"));
        Files.writeString(completion.resolve("letterbox"), Completion.script(letterbox));
    }

    /** Returns the program and its commands without {@code help}, which adds nothing to {@code --help}. */
    static List<CommandSpec> commands(CommandLine letterbox) {
        return Stream.concat(
                        Stream.of(letterbox.getCommandSpec()),
                        letterbox.getSubcommands().values().stream()
                                .filter(command -> !command.getCommandSpec().helpCommand())
                                .flatMap(command -> commands(command).stream()))
                .toList();
    }

    private static String pageName(CommandSpec command) {
        return command.qualifiedName("-");
    }

    /** Writes a page in the macros of man(7). */
    static String page(CommandSpec command) {
        String name = pageName(command);
        List<String> lines = new ArrayList<>();
        lines.add(".TH \"%s\" 1 \"\" \"%s\" \"Letterbox\""
                .formatted(escaped(name.toUpperCase(Locale.ROOT)), escaped(new Version().getVersion()[0])));
        // Neither justified nor hyphenated, so that options and paths can be copied.
        lines.addAll(List.of(".nh", ".ad l", ".SH NAME"));
        lines.add(escaped(name) + " \\- "
                + escaped(lowerFirst(join(command.usageMessage().description()))));
        lines.add(".SH SYNOPSIS");
        String synopsis = new Help(command, Help.defaultColorScheme(Ansi.OFF))
                .synopsis(0)
                .replaceAll("\\s+", " ")
                .strip();
        lines.add(".B " + escaped(command.qualifiedName()));
        lines.add(text(synopsis.substring(command.qualifiedName().length()).strip()));
        lines.add(".SH DESCRIPTION");
        lines.add(text(join(command.usageMessage().description())));
        footer(command, false).stream()
                .filter(paragraph -> !paragraph.startsWith(EXIT_STATUS))
                .forEach(paragraph -> lines.addAll(List.of(".PP", text(paragraph))));
        arguments(command, lines);
        subcommands(command, lines);
        lines.addAll(List.of(".SH EXIT STATUS", text(exitStatus(command)), ".SH ENVIRONMENT"));
        ENVIRONMENT.forEach((variable, use) -> lines.addAll(List.of(".TP", ".B " + escaped(variable), text(use))));
        lines.add(".SH FILES");
        FILES.forEach((file, use) -> lines.addAll(List.of(".TP", ".I " + escaped(file), text(use))));
        lines.addAll(List.of(".SH EXAMPLES", ".EX"));
        footer(command, true).forEach(example -> lines.add(text(example)));
        lines.addAll(
                List.of(".EE", ".SH SEE ALSO", ".BR " + (command.parent() == null ? "ipcs" : "letterbox") + " (1),"));
        lines.add(".BR svipc (7)");
        return lines.stream().collect(Collectors.joining("\n", "", "\n"));
    }

    /** Returns what the command says of its exit status, or what is true of most. */
    private static String exitStatus(CommandSpec command) {
        return footer(command, false).stream()
                .filter(paragraph -> paragraph.startsWith(EXIT_STATUS))
                .findFirst()
                .map(paragraph -> paragraph.substring(EXIT_STATUS.length()).strip())
                .orElse("0 success, 1 failure, 2 wrong usage.");
    }

    private static void arguments(CommandSpec command, List<String> lines) {
        List<PositionalParamSpec> parameters = command.positionalParameters();
        List<OptionSpec> options =
                command.options().stream().filter(option -> !option.hidden()).toList();
        if (!parameters.isEmpty()) {
            lines.add(".SH ARGUMENTS");
            parameters.forEach(parameter -> item("\\fI" + escaped(parameter.paramLabel()) + "\\fR", parameter, lines));
        }
        lines.add(".SH OPTIONS");
        for (OptionSpec option : options) {
            String names = Arrays.stream(option.names())
                    .map(given -> "\\fB" + escaped(given) + "\\fR")
                    .collect(Collectors.joining(", "));
            boolean takesValue = option.arity().max() > 0;
            boolean needsValue = option.arity().min() > 0;
            String value = takesValue ? "\\fI" + escaped(option.paramLabel()) + "\\fR" : "";
            item(names + (needsValue ? " " + value : takesValue ? " [" + value + "]" : ""), option, lines);
        }
    }

    private static void item(String term, ArgSpec argument, List<String> lines) {
        lines.addAll(List.of(".TP", term, text(join(argument.description()))));
    }

    private static void subcommands(CommandSpec command, List<String> lines) {
        if (command.subcommands().isEmpty()) {
            return;
        }
        lines.add(command.parent() == null ? ".SH COMMANDS" : ".SH EXPERIMENTS");
        command.subcommands().values().stream()
                .map(CommandLine::getCommandSpec)
                .filter(sub -> !sub.helpCommand())
                .forEach(sub -> {
                    lines.addAll(List.of(".TP", ".BR " + escaped(pageName(sub)) + " (1)"));
                    lines.add(text(join(sub.usageMessage().description())));
                });
    }

    /** Returns the examples of a footer, or all other lines. Examples are the indented lines. */
    private static List<String> footer(CommandSpec command, boolean examples) {
        return Arrays.stream(command.usageMessage().footer())
                .map(ManualPages::formatted)
                .filter(line -> line.startsWith("  ") == examples)
                .filter(line -> !line.isBlank() && !line.equals("Examples:"))
                .map(line -> examples ? line.substring(2) : line)
                .toList();
    }

    private static String join(String[] lines) {
        return formatted(String.join(" ", lines));
    }

    /** In picocli's texts, which are format strings, a percent sign is doubled. */
    private static String formatted(String format) {
        return format.replace("%%", "%");
    }

    private static String lowerFirst(String sentence) {
        String words = sentence.replaceFirst("\\.$", "");
        return Character.toLowerCase(words.charAt(0)) + words.substring(1);
    }

    /** Escapes a line: one that begins with a dot or an apostrophe would be a request to troff. */
    private static String text(String line) {
        return (line.startsWith(".") || line.startsWith("'") ? "\\&" : "") + escaped(line);
    }

    private static String escaped(String text) {
        return text.replace("\\", "\\e")
                .replace("-", "\\-")
                .replace("'", "\\(aq")
                .replace("\"", "\\(dq");
    }
}
