package dev.letterbox.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.letterbox.cli.PlainGet.Plain;
import dev.letterbox.cli.files.Get;
import java.lang.reflect.Field;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/** A plain command line of get comes to what picocli makes of the annotations. */
final class PlainGetTest {
    private static String[] words(String line) {
        return line.split(" ", -1);
    }

    /** What all options and arguments of the command are, by their names. */
    private static Map<String, Object> values(CommandSpec spec) {
        Map<String, Object> values = new HashMap<>();
        for (ArgSpec each : spec.args()) {
            Object value = each.getValue();
            values.put(each.toString(), value == null ? "null" : value);
        }
        return values;
    }

    /** What picocli makes of the line. */
    private static Get annotated(String line) {
        CommandLine all = Main.commandLine();
        all.parseArgs(words(line));
        return (Get) all.getSubcommands().get("get").getCommand();
    }

    private static CommandSpec specOf(Get get) {
        return CommandSpec.forAnnotatedObject(get);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "get a",
                "get a b c/d",
                "get -",
                "get a -o file",
                "get a -o src/",
                "get --output - a",
                "get -k 0x77 a",
                "get a --key 78",
                "get a -t 5s --no-progress -o x",
                "get --timeout 2m a b --key key:5"
            })
    void comesToWhatTheAnnotationsSay(String line) {
        CommandLine plain = PlainGet.of(words(line)).orElseThrow();
        plain.parseArgs(Arrays.copyOfRange(words(line), 1, words(line).length));

        assertThat(values(specOf(plain.getCommand()))).isEqualTo(values(specOf(annotated(line))));
        for (OptionSpec option : specOf(annotated(line)).options()) {
            boolean given = List.of(words(line)).stream().anyMatch(List.of(option.names())::contains);
            assertThat(plain.getParseResult().hasMatchedOption(option.longestName()))
                    .as(option.longestName())
                    .isEqualTo(given);
        }
        assertThat(plain.getCommandSpec().qualifiedName()).isEqualTo("letterbox get");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "get",
                "get --help",
                "get a --verbose",
                "get --unknown a",
                "get a -o",
                "get a -o -k",
                "get a -ofile",
                "get a --output=file",
                "get a -o x -o y",
                "get a -o missing/",
                "get a --output x -o y",
                "get -- a",
                "get a -C - -o x",
                "get a -r 0-5",
                "get a --key many",
                "get a --timeout soon",
                "ls a",
                "--verbose get a"
            })
    void whatIsNotPlainIsLeftToPicocli(String line) {
        assertThat(PlainGet.of(words(line))).isEmpty();
    }

    @Test
    void eachOptionIsOneOfTheAnnotationsWithItsReader() {
        CommandSpec annotated = specOf(new Get());
        for (Plain plain : PlainGet.OPTIONS) {
            OptionSpec option = annotated.findOption(plain.names().getFirst());
            assertThat(option.names()).containsExactlyElementsOf(plain.names());
            assertThat(option.arity().max()).isEqualTo(plain.reader() == null ? 0 : 1);
            if (option.converters().length > 0) {
                assertThat(plain.reader()).isInstanceOf(option.converters()[0].getClass());
            }
        }
    }

    @Test
    void theCommandAndWhatIsMixedIntoItHaveTheModelOfThePlainLine() throws ReflectiveOperationException {
        CommandLine plain = PlainGet.of("get", "a", "--key", "78").orElseThrow();
        List<CommandSpec> models = modelsIn(plain.getCommand());
        assertThat(models).hasSize(3).allMatch(plain.getCommandSpec()::equals);
    }

    /** Returns the models that a command and what is mixed into it hold. */
    private static List<CommandSpec> modelsIn(Object holder) throws ReflectiveOperationException {
        List<CommandSpec> models = new ArrayList<>();
        for (Field field : holder.getClass().getDeclaredFields()) {
            field.setAccessible(true);
            if (field.isAnnotationPresent(CommandLine.Spec.class)) {
                models.add((CommandSpec) field.get(holder));
            } else if (field.isAnnotationPresent(CommandLine.Mixin.class)) {
                models.addAll(modelsIn(field.get(holder)));
            }
        }
        return models;
    }
}
