package dev.letterbox.cli;

import dev.letterbox.cli.command.DurationConverter;
import dev.letterbox.cli.command.KeyOption;
import dev.letterbox.cli.files.Get;
import dev.letterbox.cli.output.OutputPath;
import dev.letterbox.sysv.Key;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/**
 * Reads plain command lines of {@code get}, which people and scripts start most often, without the annotations of all
 * options: to read those takes picocli longer than all else that a short transfer does. A line that has anything else than
 * names and the options below, or a value that cannot be read, is not plain: picocli reads it from the annotations, which
 * remain the truth, and says what is wrong with it. A test holds what stands here against them.
 */
final class PlainGet {
    private static final String COMMAND = "get";

    /**
     * An option.
     *
     * @param names its names, as in its annotation
     * @param reader reads its value; null if it has none
     */
    record Plain(List<String> names, @Nullable ITypeConverter<?> reader) {
        private String name() {
            return names.getLast();
        }
    }

    private static final Plain OUTPUT = new Plain(List.of("-o", "--output"), new OutputPath());
    private static final Plain KEY = new Plain(List.of("-k", "--key"), new KeyOption.Converter());
    private static final Plain TIMEOUT = new Plain(List.of("-t", "--timeout"), new DurationConverter());
    private static final Plain NO_PROGRESS = new Plain(List.of("--no-progress"), null);
    static final List<Plain> OPTIONS = List.of(OUTPUT, KEY, TIMEOUT, NO_PROGRESS);

    private final List<String> names = new ArrayList<>();

    /** By the names of the options: a record's own hash code would be linked first, and that takes time. */
    private final Map<String, Object> values = new HashMap<>();

    private PlainGet() {}

    /**
     * Reads a command line.
     *
     * @param words the command and its arguments
     * @return the command, ready to be executed with these arguments; empty if the line is not plain
     */
    static Optional<CommandLine> of(String... words) {
        if (words.length < 2 || !words[0].equals(COMMAND)) {
            return Optional.empty();
        }
        PlainGet plain = new PlainGet();
        return plain.reads(words) ? Optional.of(plain.line()) : Optional.empty();
    }

    private boolean reads(String... words) {
        Iterator<String> left = List.of(words).iterator();
        left.next();
        while (left.hasNext()) {
            String word = left.next();
            if (!word.startsWith("-") || word.equals("-")) {
                names.add(word);
                continue;
            }
            Optional<Plain> known = OPTIONS.stream()
                    .filter(option -> option.names().contains(word))
                    .findFirst();
            Optional<?> value = known.flatMap(option -> valueOf(option, left));
            if (value.isEmpty() || values.put(known.get().name(), value.get()) != null) {
                return false;
            }
        }
        return !names.isEmpty();
    }

    private static Optional<?> valueOf(Plain option, Iterator<String> left) {
        ITypeConverter<?> reader = option.reader();
        if (reader == null) {
            return Optional.of(true);
        }
        String text = left.hasNext() ? left.next() : "";
        if (text.isEmpty() || (text.startsWith("-") && !text.equals("-"))) {
            return Optional.empty();
        }
        try {
            return Optional.of(reader.convert(text));
        } catch (Exception unreadable) {
            // picocli says what is wrong with it.
            return Optional.empty();
        }
    }

    /** What was given is in place already; picocli only sees which options were. */
    private CommandLine line() {
        CommandSpec spec = Get.plain(
                "letterbox " + COMMAND,
                List.copyOf(names),
                (Key) values.get(KEY.name()),
                (Duration) values.get(TIMEOUT.name()),
                (Path) values.get(OUTPUT.name()),
                values.containsKey(NO_PROGRESS.name()));
        for (Plain option : OPTIONS) {
            if (values.containsKey(option.name())) {
                spec.addOption(OptionSpec.builder(option.names().toArray(String[]::new))
                        .arity(option.reader() == null ? "0" : "1")
                        .type(option.reader() == null ? boolean.class : String.class)
                        .build());
            }
        }
        spec.addPositional(PositionalParamSpec.builder()
                .index("0..*")
                .arity("1..*")
                .type(List.class)
                .auxiliaryTypes(String.class)
                .build());
        return new CommandLine(spec);
    }
}
