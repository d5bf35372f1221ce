package dev.letterbox.recording;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The recording that the operator's page shows. */
final class RecordingSampleTest {
    private static final Path PAGE = Path.of(System.getProperty("letterbox.root", ".."), "docs", "operations.md");

    /** Recorded of every event. */
    private static final Set<String> OF_ALL = Set.of("startTime", "duration", "eventThread");

    @Test
    void theSampleHasTheFieldsOfTheEvent() throws IOException {
        List<String> shown = Files.readAllLines(PAGE).stream()
                .dropWhile(line -> !line.equals("dev.letterbox.Request {"))
                .skip(1)
                .takeWhile(line -> !line.equals("}"))
                .map(line -> line.strip().split(" ", -1)[0])
                .filter(name -> !OF_ALL.contains(name))
                .toList();
        List<String> recorded = Stream.of(OfRequest.class, RequestEvent.class)
                .flatMap(event -> Stream.of(event.getDeclaredFields()))
                // Instrumentation adds others.
                .filter(field -> !Modifier.isStatic(field.getModifiers()) && !field.isSynthetic())
                .map(Field::getName)
                .toList();
        assertThat(shown).containsExactlyElementsOf(recorded);
    }
}
