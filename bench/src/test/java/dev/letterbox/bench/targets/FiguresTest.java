package dev.letterbox.bench.targets;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.StringReader;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import org.HdrHistogram.Histogram;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Document;
import org.xml.sax.InputSource;
import org.xml.sax.SAXException;

/** What was measured is told as it is. */
final class FiguresTest {
    @Test
    void theMedianIsInTheMiddle() {
        assertThat(Figures.median(new double[] {3, 1, 2})).isEqualTo(2);
        assertThat(Figures.median(new double[] {4, 1, 2, 3})).isEqualTo(2.5);
        assertThat(Figures.median(new double[0])).isNaN();
    }

    @Test
    void figuresAreShownWithThreeDigits() {
        assertThat(Figures.text(12_345.6)).isEqualTo("12,346");
        assertThat(Figures.text(12.345)).isEqualTo("12.3");
        assertThat(Figures.text(1.2)).isEqualTo("1.2");
        assertThat(Figures.text(0.0444)).isEqualTo("0.044");
        assertThat(Figures.text(100)).isEqualTo("100");
        assertThat(Figures.text(0)).isEqualTo("0");
        assertThat(Figures.text(Double.NaN)).isEmpty();
    }

    @Test
    void aTargetIsMetFromItsBoundOn() {
        assertThat(Target.atLeast(10).met(10)).isTrue();
        assertThat(Target.atLeast(10).met(9.9)).isFalse();
        assertThat(Target.atMost(1.15).met(1.15)).isTrue();
        assertThat(Target.atMost(1.15).met(1.2)).isFalse();
        assertThat(Target.upTo(64).met(65)).isFalse();
        assertThat(Target.atLeast(10).met(Double.NaN)).isFalse();
    }

    @Test
    void aRatioIsOursByTheOthers() {
        Result result = new Result(
                new Result.Kind("echo", "round trip", "µs", Target.atMost(2), ""),
                Figures.of("ours", 4, 6, 5),
                Figures.of("theirs", 2, 2, 4));

        assertThat(result.ratio()).isEqualTo(2.5);
        assertThat(result.met()).isFalse();
        assertThat(result.line())
                .isEqualTo(
                        "| round trip | µs | 5 (4–6) | theirs | 2 (2–4) | 2.5 (1.25–3) | ≤ 2 x | **missed** |  |  |%n"
                                .formatted());
    }

    @Test
    void thePlotIsAPictureWithALineForEach() throws ParserConfigurationException, IOException, SAXException {
        Histogram latencies = JavaSide.histogram();
        for (int i = 1; i <= 1_000; i++) {
            latencies.recordValue(i * 1_000L);
        }
        PercentilePlot plot = new PercentilePlot("Latencies");
        plot.add("first", latencies);
        plot.add("none", null);
        plot.add("second", latencies);

        Document svg = DocumentBuilderFactory.newInstance()
                .newDocumentBuilder()
                .parse(new InputSource(new StringReader(plot.svg())));
        assertThat(svg.getElementsByTagName("polyline").getLength()).isEqualTo(2);
        assertThat(plot.svg()).contains("first", "second").doesNotContain("NaN", "none<");
    }
}
