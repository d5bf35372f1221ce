package dev.letterbox.lab.report;

import static org.assertj.core.api.Assertions.assertThat;

import dev.letterbox.lab.result.CostResult;
import dev.letterbox.lab.result.Design;
import dev.letterbox.lab.result.Experiment;
import dev.letterbox.lab.result.LargeResult;
import dev.letterbox.lab.result.Result;
import dev.letterbox.testkit.Figures;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The page, read against the results that it was made from. */
final class ReportTest {
    private static final Pattern ROW =
            Pattern.compile("<tr><th scope=\"row\">(.*?)</th><td.*?>(.*?)</td><td.*?>(.*?)</td></tr>");

    private static String page(Map<Experiment, Result> results) {
        return new Report(results, Map.of()).html();
    }

    private static String with(Result result) {
        Map<Experiment, Result> results = new EnumMap<>(Samples.all());
        results.put(Experiment.DEADLOCK, result);
        return page(results);
    }

    /** What a reader reads: no styles, no plots, and no footer, which is about the machine. */
    private static String text(String html) {
        return html.replaceAll("(?s)^.*?<main>|<footer>.*$|<svg.*?</svg>", "").replaceAll("<[^>]+>", " ");
    }

    @Test
    void everyNumberOnThePageIsInTheResults() {
        List<Number> derived = List.of(
                99, // 99 % of the requests
                8_200 + 8_192, // in the queue, and the message that does not fit
                50, // 8,200 of 16,384 in per cent
                5.4 + 3.1, // system calls of all names
                1.3 + 5.6 + 3.2);

        assertThat(Figures.notIn(Samples.all().toString(), text(page(Samples.all())), derived))
                .isEmpty();
    }

    @Test
    void aNumberThatIsNotInTheResultsIsFound() {
        assertThat(Figures.notIn("count=61008, p50=1234", "61,009 answers in 1.2 ms, of 61,008", List.of()))
                .containsExactly("61,009");
    }

    @Test
    void theCaptionOfThePlotAgreesWithTheSentencesBelowIt() {
        String page = text(page(Samples.all()));

        assertThat(page)
                .contains("From 306.7 ms on it stays at 8,200 of 16,384 bytes (50 %).")
                .contains(
                        "The plot ends at 552.1 ms; clients 4 and 5 started later (see below) and the queue then held 12,300 bytes.")
                .contains(
                        "To see whether a new client gets through, clients 4 and 5 started after that. The request of client 5 still"
                                + " fitted, and was not answered. The request of client 4 did not fit. At the end the queue held 12,300 of"
                                + " 16,384 bytes.");
    }

    @Test
    void aStandstillThatDidNotOccurIsNotReported() {
        assertThat(with(Samples.deadlock(true))).contains("<b>standstill</b>", "nobody moves", "class=\"still\"");
        assertThat(with(Samples.deadlock(false)))
                .contains("<b>no standstill</b>", "not seen: 461 requests answered, from 5 clients")
                .doesNotContain("<b>standstill</b>", "nobody moves", "class=\"still\"");
    }

    @Test
    void aRunThatWasNotMadeHasNoBar() {
        String plot = ThroughputPlot.of(Samples.LARGE, 720).inPage();

        assertThat(plot.split("<rect", -1))
                .hasSize(1 + Samples.LARGE.transfers().size());
        assertThat(plot).doesNotContain("deadlock").contains("One queue was run with at most 2 clients.");
    }

    /** A row that sets a median beside a slowest request, or a figure with a baseline beside one without, fails here. */
    @Test
    void bothCellsOfARowStateTheSameFiguresInTheSameWords() {
        List<String> unlike = List.of(
                "Deadlock",
                "A client that steals",
                "Responses on the way",
                "Limit of queues (msgmni)",
                "A client is killed");
        List<MatchResult> rows = ROW.matcher(page(Samples.all())).results().toList();

        assertThat(rows).hasSize(11);
        for (MatchResult row : rows) {
            if (!unlike.contains(row.group(1))) {
                assertThat(wordsOf(row.group(2))).isEqualTo(wordsOf(row.group(3)));
            }
        }
        assertThat(rows)
                .anyMatch(row -> row.group(1).equals("A client is killed")
                        && wordsOf(row.group(3)).startsWith(wordsOf(row.group(2))));
    }

    private static String wordsOf(String cell) {
        return cell.replaceAll("[\\d,.]+", "#");
    }

    @ParameterizedTest
    @EnumSource
    void anExperimentThatWasNotRunHasNoSentenceButThatOne(Experiment experiment) {
        Map<Experiment, Result> results = new EnumMap<>(Samples.all());
        results.remove(experiment);

        String page = new Report(results, Map.of(experiment, "it needs root")).html();

        assertThat(page).contains("<p>Not measured: it needs root</p>", "not measured</td>");
        assertThat(page).containsOnlyOnce("<h2 id=\"" + experiment.word() + "\">");
    }

    @Test
    void systemCallsThatWereNotCountedAreNotReportedAsZero() {
        CostResult counted = Samples.COST;
        CostResult uncounted = new CostResult(
                counted.clients(),
                counted.requests(),
                counted.fileBytes(),
                counted.warmUp(),
                counted.tracedRequests(),
                counted.costs().stream().map(ReportTest::uncounted).toList());
        Map<Experiment, Result> results = new EnumMap<>(Samples.all());
        results.put(Experiment.COST, uncounted);

        assertThat(page(Samples.all())).contains("8.5 system calls on queues");
        assertThat(page(results)).doesNotContain("system calls on queues").contains("that requires strace");
    }

    private static CostResult.Cost uncounted(CostResult.Cost each) {
        return new CostResult.Cost(
                each.design(),
                each.queues(),
                each.capacity(),
                each.perSecond(),
                each.processorMicros(),
                each.sleeps(),
                Optional.empty());
    }

    @Test
    void theEffectOfLargeFilesIsJudgedByTheSlowestRequestOfBothDesigns() {
        assertThat(Samples.LARGE.shown()).isTrue();
        var swapped = Samples.LARGE.waiting().stream()
                .map(each -> new LargeResult.Waiting(
                        each.design() == Design.SHARED ? Design.PRIVATE : Design.SHARED,
                        each.alone(),
                        each.beside(),
                        each.largeFiles(),
                        each.largeMillis()))
                .toList();
        var large = Samples.LARGE;
        assertThat(new LargeResult(
                                large.longestMessage(),
                                large.refusal(),
                                large.capacity(),
                                large.pieceBytes(),
                                large.sharedOnTheWay(),
                                large.privateOnTheWay(),
                                large.clientsOnTheWay(),
                                large.fileBytes(),
                                large.smallBytes(),
                                large.warmUp(),
                                large.rounds(),
                                large.transfers(),
                                swapped)
                        .shown())
                .isFalse();
    }
}
