package dev.letterbox.cli;

import dev.letterbox.cli.command.DurationConverter;
import dev.letterbox.cli.command.KeyOption;
import dev.letterbox.cli.files.Get;
import java.lang.reflect.Field;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
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
     * @param field where its value goes: fields of {@code Get} and of what is in them, divided by points
     * @param reader reads its value; null if it has none
     */
    record Plain(List<String> names, String field, @Nullable ITypeConverter<?> reader) {}

    static final List<Plain> OPTIONS = List.of(
            new Plain(List.of("-o", "--output"), "output", Path::of),
            new Plain(List.of("-k", "--key"), "server.engine.key.key", new KeyOption.Converter()),
            new Plain(List.of("-t", "--timeout"), "server.timeout", new DurationConverter()),
            new Plain(List.of("--no-progress"), "noProgress", null));

    /** The fields that picocli would set to the command's model. */
    static final List<String> SPECS = List.of("spec", "server.engine.spec", "server.engine.on.spec");

    private final Get get = new Get();
    private final CommandSpec spec = CommandSpec.wrapWithoutInspection(get).name("letterbox " + COMMAND);
    private final List<String> names = new ArrayList<>();
    private final Set<Plain> given = new HashSet<>();

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
        try {
            PlainGet plain = new PlainGet();
            return plain.reads(words) ? Optional.of(plain.line()) : Optional.empty();
        } catch (ReflectiveOperationException renamed) {
            throw new LinkageError("A field of get has another name", renamed);
        }
    }

    private boolean reads(String... words) throws ReflectiveOperationException {
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
            if (known.isEmpty() || !given.add(known.get())) {
                return false;
            }
            Optional<?> value = valueOf(known.get(), left);
            if (value.isEmpty()) {
                return false;
            }
            set(known.get().field(), value.get());
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

    private void set(String path, Object value) throws ReflectiveOperationException {
        Object owner = get;
        String[] fields = path.split("\\.", -1);
        for (int i = 0; i < fields.length - 1; i++) {
            owner = field(owner, fields[i]).get(owner);
        }
        field(owner, fields[fields.length - 1]).set(owner, value);
    }

    private static Field field(Object owner, String name) throws ReflectiveOperationException {
        Field field = owner.getClass().getDeclaredField(name);
        field.setAccessible(true);
        return field;
    }

    /** What was given is in place already; picocli only sees which options were. */
    private CommandLine line() throws ReflectiveOperationException {
        set("names", List.copyOf(names));
        for (String path : SPECS) {
            set(path, spec);
        }
        for (Plain option : given) {
            spec.addOption(OptionSpec.builder(option.names().toArray(String[]::new))
                    .arity(option.reader() == null ? "0" : "1")
                    .type(option.reader() == null ? boolean.class : String.class)
                    .build());
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
