package dev.letterbox.campaign;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.function.IntPredicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;

/** Is the program that runs the campaign. */
@Command(
        name = "campaign/run",
        description = "Kill, disturb and flood Letterbox with real processes, and report what held.",
        mixinStandardHelpOptions = true,
        footer = {
            "",
            "Examples:",
            "  campaign/run                             every scenario, so many rounds as it has of its own",
            "  campaign/run --for 2h --seed 42          two hours, shared by all of them",
            "  campaign/run --only client-kill --rounds 5",
            "",
            "Exit status: 0 all held, 1 something did not, 2 used wrongly."
        })
final class Campaign implements Callable<Integer> {
    @Option(
            names = "--seed",
            paramLabel = "N",
            description = "What all randomness comes from. Default: another one each time; it is in the report.")
    private long seed = new SplittableRandom().nextInt(Integer.MAX_VALUE);

    @Option(
            names = "--for",
            paramLabel = "TIME",
            converter = Time.class,
            description =
                    "So long in all, as in 90s, 10m or 2h: each scenario has its share, and as many rounds as fit.")
    private @Nullable Duration time;

    @Option(names = "--rounds", paramLabel = "N", description = "So many rounds of each scenario, not its own number.")
    private int rounds;

    @Option(names = "--first", paramLabel = "N", description = "Begin with this round, to repeat one. Default: 0.")
    private int first;

    @Option(names = "--only", paramLabel = "NAME", description = "Only this scenario. May be given several times.")
    private List<String> only = new ArrayList<>();

    @Option(names = "--list", description = "List the scenarios, and do nothing.")
    private boolean list;

    @Option(names = "--json", description = "Report as JSON.")
    private boolean json;

    @Spec
    private CommandSpec spec = CommandSpec.create();

    /** Reads a time. */
    static final class Time implements ITypeConverter<Duration> {
        private static final Pattern FORM = Pattern.compile("([1-9]\\d{0,5})([smh])");

        @Override
        public Duration convert(String text) {
            Matcher parts = FORM.matcher(text);
            if (!parts.matches()) {
                throw new TypeConversionException("'" + text + "' is not a time: write 90s, 10m or 2h.");
            }
            return Duration.parse("PT" + text.toUpperCase(Locale.ROOT));
        }
    }

    public static void main(String[] arguments) {
        System.exit(new CommandLine(new Campaign()).execute(arguments));
    }

    @Override
    public Integer call() {
        List<Plan> plans = chosen();
        if (list) {
            plans.forEach(plan -> System.out.printf("%-14s %5d rounds: %s%n", plan.name(), plan.rounds(), plan.what()));
            return 0;
        }
        long started = System.nanoTime();
        List<Result> results = new ArrayList<>();
        for (Plan plan : plans) {
            Result result = new Runner(seed).run(plan, first, wanted(plan, started, plans.size() - results.size()));
            // Somebody may wait for hours.
            System.err.printf(
                    Locale.ROOT,
                    "%s: %s, %d rounds, %.0f s%n",
                    plan.name(),
                    result.skipped().isPresent() ? "skipped" : result.failures().isEmpty() ? "held" : "FAILED",
                    result.rounds(),
                    result.seconds());
            results.add(result);
        }
        Report report = new Report(seed, (System.nanoTime() - started) / 1e9, results);
        System.out.print(json ? report.json() : report.text());
        return report.allHeld() ? 0 : 1;
    }

    private List<Plan> chosen() {
        if (rounds < 0 || first < 0) {
            throw new ParameterException(spec.commandLine(), "--rounds and --first are not negative.");
        }
        if (rounds > 0 && time != null) {
            throw new ParameterException(spec.commandLine(), "--rounds and --for do not go together.");
        }
        List<Plan> all = Plan.all();
        for (String name : only) {
            if (all.stream().noneMatch(plan -> plan.name().equals(name))) {
                throw new ParameterException(
                        spec.commandLine(), "there is no scenario '" + name + "': --list shows them.");
            }
        }
        return only.isEmpty()
                ? all
                : all.stream().filter(plan -> only.contains(plan.name())).toList();
    }

    /** At least one round of each; then by number, or as long as this scenario's share of what time is left. */
    private IntPredicate wanted(Plan plan, long started, int left) {
        if (time == null) {
            int count = rounds > 0 ? rounds : plan.rounds();
            return done -> done < count;
        }
        long now = System.nanoTime();
        long end = now + (started + time.toNanos() - now) / left;
        return done -> done == 0 || System.nanoTime() < end;
    }
}
