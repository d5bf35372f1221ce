package dev.letterbox.cli.command;

import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.MissingParameterException;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.MutuallyExclusiveArgsException;
import picocli.CommandLine.OverwrittenOptionException;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/** Says in a user's words what is wrong with a command line. */
public final class Misuse {
    /** picocli's beginning of a message about a value, whose end is this program's. */
    private static final Pattern VALUE = Pattern.compile(
            "Invalid value for (?:option '(\\S+)'|positional parameter at index \\S+)(?: \\((\\S+?)\\))?: ");

    private static final Pattern TAKES_NO_VALUE =
            Pattern.compile("Invalid value for option '(\\S+)'.*is not a boolean.*");

    /** What picocli's own command {@code help} says. */
    private static final Pattern NO_COMMAND = Pattern.compile("Unknown subcommand '(.*)'\\.");

    private static final Pattern EXCLUSIVE = Pattern.compile("(?:Error: )?(.*) are mutually exclusive.*");

    private Misuse() {}

    /**
     * Checks that the command exists if its help or version is asked for: picocli does not check that. Other words that are
     * wrong are no reason to refuse help: many ask for it at the end of a line that was refused.
     *
     * @throws UnmatchedArgumentException if there is no such command
     */
    public static void requireKnownCommand(CommandLine command) {
        List<String> unmatched = command.getUnmatchedArguments();
        if (!unmatched.isEmpty() && hasOnlyCommands(command.getCommandSpec())) {
            UnmatchedArgumentException wrong = new UnmatchedArgumentException(command, unmatched);
            if (!wrong.isUnknownOption()) {
                throw wrong;
            }
        }
    }

    private static boolean hasOnlyCommands(CommandSpec command) {
        return !command.subcommands().isEmpty()
                && command.positionalParameters().isEmpty();
    }

    /** Returns what is wrong, in one line. */
    public static String describe(ParameterException wrong) {
        String said = String.valueOf(wrong.getMessage());
        return switch (wrong) {
            case UnmatchedArgumentException unmatched -> unmatched(unmatched);
            case MissingParameterException missing -> missing(missing);
            case OverwrittenOptionException twice -> longest(twice.getOverwritten()) + " is given more than once";
            case MutuallyExclusiveArgsException both -> exclusive(String.valueOf(both.getMessage()));
            default -> {
                Matcher unknown = NO_COMMAND.matcher(said);
                yield unknown.matches()
                        ? noCommand(wrong.getCommandLine().getCommandSpec(), unknown.group(1))
                        : value(said);
            }
        };
    }

    private static String value(String said) {
        Matcher noValue = TAKES_NO_VALUE.matcher(said);
        if (noValue.matches()) {
            return noValue.group(1) + " takes no value";
        }
        Matcher value = VALUE.matcher(said);
        if (!value.lookingAt()) {
            return said.replaceFirst("^Error: ", "");
        }
        String name = value.group(1) == null ? value.group(2) : value.group(1);
        return name + ": " + said.substring(value.end());
    }

    private static String exclusive(String said) {
        Matcher both = EXCLUSIVE.matcher(said);
        if (!both.matches()) {
            return said;
        }
        List<String> names = Stream.of(both.group(1).split(", ", -1))
                .map(each -> each.replaceAll("[\\[\\]]", "").replaceFirst("[= ].*", ""))
                .toList();
        return String.join(" and ", names) + " cannot be combined";
    }

    /** A word that was taken for an option may be the one that is missing. */
    private static String missing(MissingParameterException missing) {
        CommandLine command = missing.getCommandLine();
        List<String> unmatched = command.getUnmatchedArguments();
        if (!unmatched.isEmpty()) {
            return unmatched(new UnmatchedArgumentException(command, unmatched));
        }
        List<ArgSpec> arguments = missing.getMissing();
        if (arguments.size() == 1 && arguments.getFirst() instanceof OptionSpec option && !option.required()) {
            return longest(option) + " needs a value: " + option.paramLabel();
        }
        return "missing "
                + arguments.stream()
                        .map(each -> each instanceof OptionSpec option ? longest(option) : each.paramLabel())
                        .collect(Collectors.joining(" and "));
    }

    private static String unmatched(UnmatchedArgumentException unmatched) {
        CommandSpec command = unmatched.getCommandLine().getCommandSpec();
        String word = unmatched.getUnmatched().getFirst();
        if (unmatched.isUnknownOption()) {
            return noOption(command, word.replaceFirst("=.*", ""));
        }
        if (hasOnlyCommands(command)) {
            return command.subcommands().containsKey(word)
                    ? "'%s' is a command: write it without -- before it".formatted(word)
                    : noCommand(command, word);
        }
        OptionSpec follow = command.findOption("-f");
        // It was the format's short name until it became what it is in tail and in journalctl.
        return follow != null && longest(follow).equals("--follow")
                ? "'%s' is one argument too many; -f is --follow, and the format is --format".formatted(word)
                : "'%s' is one argument too many".formatted(word);
    }

    private static String noOption(CommandSpec command, String name) {
        String meant = meant(
                name,
                command.options().stream()
                        .filter(option -> !option.hidden())
                        .flatMap(option -> Arrays.stream(option.names())));
        return "there is no option " + name + (meant.isEmpty() ? behindDashes(command) : meant);
    }

    /** Returns how to write what begins with a dash; empty for queues, which do not. */
    private static String behindDashes(CommandSpec command) {
        return command.positionalParameters().stream()
                .map(ArgSpec::paramLabel)
                .filter(label -> !label.equals(QueueName.LABEL))
                .map("; write -- before a %s that begins with a dash"::formatted)
                .findFirst()
                .orElse("");
    }

    private static String noCommand(CommandSpec command, String word) {
        return "there is no command '" + word + "'" + meant(word, command.subcommands().keySet().stream());
    }

    private static String longest(ArgSpec argument) {
        return argument instanceof OptionSpec option ? option.longestName() : argument.paramLabel();
    }

    private static String meant(String word, Stream<String> known) {
        int most = Math.max(1, word.replaceFirst("^-+", "").length() / 3);
        Optional<String> nearest = known.filter(each -> each.startsWith(word) || distance(word, each) <= most)
                .min(Comparator.comparingInt(each -> distance(word, each)));
        return nearest.map(each -> ": did you mean " + each + "?").orElse("");
    }

    /** Returns how many letters have to be added, removed, replaced, or swapped with the next one. */
    static int distance(String one, String other) {
        int[][] steps = new int[one.length() + 1][other.length() + 1];
        for (int i = 0; i <= one.length(); i++) {
            for (int j = 0; j <= other.length(); j++) {
                if (i == 0 || j == 0) {
                    steps[i][j] = i + j;
                    continue;
                }
                boolean same = one.charAt(i - 1) == other.charAt(j - 1);
                int least = IntStream.of(steps[i - 1][j] + 1, steps[i][j - 1] + 1, steps[i - 1][j - 1] + (same ? 0 : 1))
                        .min()
                        .orElseThrow();
                boolean swapped = i > 1
                        && j > 1
                        && one.charAt(i - 1) == other.charAt(j - 2)
                        && one.charAt(i - 2) == other.charAt(j - 1);
                steps[i][j] = swapped ? Math.min(least, steps[i - 2][j - 2] + 1) : least;
            }
        }
        return steps[one.length()][other.length()];
    }

    /** Returns the command to ask for help. */
    public static String help(CommandLine command) {
        return command.getCommandSpec().qualifiedName() + " --help";
    }
}
