package dev.letterbox.bench.targets;

import dev.letterbox.bench.Neighbours;
import dev.letterbox.testkit.Command;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Measures every target of the design in one run, and prints the table. */
final class Targets {
    private static final List<Row> ROWS = List.of(
            new CurlRow(),
            new TransferRow(),
            new GetRow(),
            new InstalledRow(),
            new RequestsRow(),
            new WrkRow(),
            new StalledRow(),
            new IdleRow(),
            new LargeRow(),
            new EchoRow(),
            new AeronRow(),
            new GrpcRow(),
            new GarbageRow(),
            new BrokerRow());

    private static final String USAGE =
            """
            usage: Targets [--quick] [--rows NAME,NAME] [--rounds N] [--json FILE] [--plot FILE] [--write PAGE.md]
            rows: %s""".formatted(ROWS.stream().map(Row::name).collect(Collectors.joining(" ")));

    private boolean quick;
    private int rounds;
    private List<Row> rows = ROWS;
    private @Nullable Path json;
    private @Nullable Path plot;
    private @Nullable Document page;

    private Targets() {}

    /**
     * Measures.
     *
     * @param args options; see bench/README.md
     */
    public static void main(String[] args) throws IOException, InterruptedException {
        Targets targets = new Targets();
        try {
            targets.parse(args);
        } catch (IllegalArgumentException | IOException wrong) {
            System.err.println("Targets: " + wrong.getMessage() + "\n" + USAGE);
            System.exit(2);
        }
        try {
            targets.run("bench/run Targets" + (args.length == 0 ? "" : " " + String.join(" ", args)));
        } catch (MissingException missing) {
            System.err.println("Targets: " + missing.getMessage());
            System.exit(1);
        }
    }

    private void parse(String[] args) throws IOException {
        for (int i = 0; i < args.length; i++) {
            switch (args[i]) {
                case "--quick" -> quick = true;
                case "--rounds" -> rounds = positive(value(args, ++i));
                case "--rows" ->
                    rows = List.of(value(args, ++i).split(",", -1)).stream()
                            .map(Targets::rowOf)
                            .toList();
                case "--json" -> json = Path.of(value(args, ++i));
                case "--plot" -> plot = Path.of(value(args, ++i));
                case "--write" -> page = Document.of(Path.of(value(args, ++i)));
                default -> throw new IllegalArgumentException("there is no option " + args[i]);
            }
        }
    }

    private static String value(String[] args, int place) {
        if (place == args.length) {
            throw new IllegalArgumentException(args[place - 1] + " needs a value");
        }
        return args[place];
    }

    private static int positive(String text) {
        try {
            int number = Integer.parseInt(text);
            if (number > 0) {
                return number;
            }
        } catch (NumberFormatException noNumber) {
            // Told below.
        }
        throw new IllegalArgumentException("--rounds is a number above 0, not " + text);
    }

    private static Row rowOf(String name) {
        return ROWS.stream()
                .filter(row -> row.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("there is no row " + name));
    }

    private void run(String command) throws IOException, InterruptedException {
        requireCompiler();
        int times = rounds > 0 ? rounds : quick ? 1 : 7;
        Settings settings = quick ? Settings.quick(times) : Settings.full(times);
        Report report;
        try (Ground ground = Ground.prepare(settings)) {
            report = Report.begin(Machine.here(ground.fileSystem()), command);
            for (Row row : rows) {
                System.err.println("Measuring: " + row.name() + " ...");
                measure(row, ground, report);
            }
        }
        System.out.print(report.markdown());
        if (quick) {
            System.out.println("\nA quick run: it shows that everything works; its figures say nothing.");
        }
        if (json != null) {
            Files.writeString(json, report.json());
        }
        if (plot != null) {
            Files.writeString(plot, report.plot());
        }
        if (page != null) {
            page.write(report);
        }
    }

    private static void measure(Row row, Ground ground, Report report) throws IOException, InterruptedException {
        Neighbours neighbours = new Neighbours();
        try {
            List<Result> results = row.measure(ground);
            report.add(row.section(), results);
            report.others().put(row.name(), neighbours.percentOfOneCore());
            // Seen at once: the whole takes minutes.
            results.forEach(result -> System.err.print(result.line()));
        } catch (Row.SkippedException notHere) {
            report.skipped().put(row.name(), String.valueOf(notHere.getMessage()));
        }
    }

    /** Says that something has to be installed. */
    private static final class MissingException extends RuntimeException {
        private static final long serialVersionUID = 1;

        MissingException(String what) {
            super(what);
        }
    }

    private static void requireCompiler() {
        try {
            Command.of("cc", "--version").run().expect(0);
        } catch (UncheckedIOException absent) {
            throw new MissingException(
                    "a C compiler (cc) is needed: Letterbox is measured beside C programs. Install one (Debian, Ubuntu: apt install gcc libc6-dev).");
        }
    }
}
