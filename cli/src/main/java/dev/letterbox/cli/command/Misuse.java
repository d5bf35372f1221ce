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

    private static final Pattern EXCLUSIVE = Pattern.compile("(?:Error: )?(.*) are mutually exclusive.*");

    private Misuse() {}

    /** Returns what is wrong, in one line. */
    public static String describe(ParameterException wrong) {
        String said = String.valueOf(wrong.getMessage());
        return switch (wrong) {
            case UnmatchedArgumentException unmatched -> unmatched(unmatched);
            case MissingParameterException missing -> missing(missing);
            case OverwrittenOptionException twice -> longest(twice.getOverwritten()) + " is given more than once";
            case MutuallyExclusiveArgsException both -> exclusive(String.valueOf(both.getMessage()));
            default -> value(said);
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

    private static String missing(MissingParameterException missing) {
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
            String name = word.replaceFirst("=.*", "");
            return "there is no option " + name
                    + meant(
                            name,
                            command.options().stream()
                                    .filter(option -> !option.hidden())
                                    .flatMap(option -> Arrays.stream(option.names())));
        }
        if (!command.subcommands().isEmpty() && command.positionalParameters().isEmpty()) {
            return "there is no command '" + word + "'" + meant(word, command.subcommands().keySet().stream());
        }
        OptionSpec follow = command.findOption("-f");
        // It was the format's short name until it became what it is in tail and in journalctl.
        return follow != null && longest(follow).equals("--follow")
                ? "'%s' is one argument too many; -f is --follow, and the format is --format".formatted(word)
                : "'%s' is one argument too many".formatted(word);
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
