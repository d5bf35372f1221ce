package dev.letterbox.lab;

import static org.assertj.core.api.Assertions.assertThat;

import dev.letterbox.testkit.Figures;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The page docs/why-private-queues.md, read against the data of the run that it reports. */
final class WhyPrivateQueuesTest {
    private static final Path DOCS = Path.of(System.getProperty("letterbox.root", ".."), "docs");

    @Test
    void everyNumberOnThePageIsInTheDataOfItsRun() throws IOException {
        String data = Files.readString(DOCS.resolve("why-private-queues.jsonl")).replaceAll("\"fill\":\\[.*?\\]", "");
        // Spin's numbers are on the models' page, which another test compares with what Spin finds.
        String models = Files.readString(DOCS.resolve("models/README.md")).replace(",", "");
        List<Number> computed = List.of(
                99, // 99 % of the requests
                50, // 8,200 of 16,384 in per cent
                8_200 + 8_192, // in the queue, and the message that does not fit
                sumOfCalls(data, 0),
                sumOfCalls(data, 1),
                46.8); // a section of a book

        assertThat(Figures.notIn(data + models, text(), computed)).isEmpty();
    }

    @Test
    void thePageShowsThePlotsOfThatRun() throws IOException {
        assertThat(Files.readString(DOCS.resolve("images/deadlock.svg")))
                .contains("(50 %)")
                .contains(shared("stuckAfterMillis") + " ms on it stays at");
    }

    /** The first member of this name in the deadlock's figures, as the plot's title writes it. */
    private static String shared(String member) throws IOException {
        String value = Files.readAllLines(DOCS.resolve("why-private-queues.jsonl"))
                .getFirst()
                .replaceAll(".*?\"" + member + "\":([\\d.]+).*", "$1");
        return "%,.1f".formatted(Double.parseDouble(value));
    }

    private static String text() throws IOException {
        return Files.readString(DOCS.resolve("why-private-queues.md"))
                .replaceAll("(?s)```.*?```", "")
                .replaceAll("(?s)\nMeasured on .*? Before", "")
                .replaceAll("`[^`\n]*`", "")
                .replaceAll("\\]\\([^)]*\\)", "]");
    }

    private static double sumOfCalls(String data, int design) {
        String calls = data.split("\"calls\":", -1)[1 + design].replaceAll("(?s)\\}.*", "");
        double sum = 0;
        for (String each : calls.split(",", -1)) {
            sum += Double.parseDouble(each.replaceAll(".*:", ""));
        }
        return sum;
    }
}
