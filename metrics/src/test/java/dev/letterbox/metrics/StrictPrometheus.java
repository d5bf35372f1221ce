package dev.letterbox.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads the text format of Prometheus, version 0.0.4, and takes nothing that its parser, its linter ({@code promtool check
 * metrics}) or the textfile collector would complain of.
 */
final class StrictPrometheus {
    private static final Pattern NAME = Pattern.compile("letterbox_[a-z][a-z_]*");
    private static final Pattern HELP = Pattern.compile("# HELP (\\S+) ((?:[^\\\\\n]|\\\\\\\\|\\\\n)+)");
    private static final Pattern TYPE = Pattern.compile("# TYPE (\\S+) (counter|gauge|histogram|summary)");
    private static final Pattern SAMPLE = Pattern.compile("([a-z_]+)\\{(.*)} (-?[0-9]+(?:\\.[0-9]+)?)");
    private static final Pattern LABEL = Pattern.compile("([a-z]+)=\"((?:[^\"\\\\\n]|\\\\[\\\\\"n])*)\"(,|$)");
    private static final Pattern BUCKET = Pattern.compile("(.*)_bucket(\\{.*), le=(.*)}");

    private final Map<String, String> types = new LinkedHashMap<>();
    private final Map<String, Double> samples = new LinkedHashMap<>();
    private String family = "";
    private String helped = "";

    private StrictPrometheus() {}

    /** Returns the value of each series, by its name with its labels. */
    static Map<String, Double> read(String text) {
        assertThat(text).endsWith("\n").doesNotContain("\n\n", "\r");
        StrictPrometheus reader = new StrictPrometheus();
        text.lines().forEach(reader::line);
        reader.checkHistograms();
        return reader.samples;
    }

    private void line(String line) {
        Matcher help = HELP.matcher(line);
        Matcher type = TYPE.matcher(line);
        Matcher sample = SAMPLE.matcher(line);
        if (help.matches()) {
            helped = help.group(1);
        } else if (type.matches()) {
            type(type.group(1), type.group(2));
        } else {
            assertThat(sample.matches()).as(line).isTrue();
            sample(sample.group(1), labels(sample.group(2)), Double.parseDouble(sample.group(3)));
        }
    }

    private void type(String name, String type) {
        assertThat(name).matches(NAME).as("HELP comes first").isEqualTo(helped);
        assertThat(types).as("one family once").doesNotContainKey(name);
        assertThat(name.endsWith("_total")).as("%s is a %s", name, type).isEqualTo(type.equals("counter"));
        assertThat(name).doesNotEndWith("_count").doesNotEndWith("_sum").doesNotEndWith("_bucket");
        types.put(name, type);
        family = name;
    }

    private static Map<String, String> labels(String text) {
        Map<String, String> labels = new LinkedHashMap<>();
        Matcher label = LABEL.matcher(text);
        int end = 0;
        while (end < text.length()) {
            assertThat(label.find(end) && label.start() == end).as(text).isTrue();
            assertThat(labels.put(label.group(1), label.group(2))).as(text).isNull();
            end = label.end();
        }
        assertThat(labels).containsKey("key");
        return labels;
    }

    private void sample(String name, Map<String, String> labels, double value) {
        assertThat(name).as("belongs to the family before it").startsWith(family);
        String type = types.getOrDefault(family, "none");
        String end = name.substring(family.length());
        switch (type) {
            case "counter", "gauge" -> assertThat(end).isEmpty();
            case "summary" -> assertThat(end).isIn("_sum", "_count");
            default -> assertThat(end).isIn("_bucket", "_sum", "_count");
        }
        assertThat(labels.containsKey("le")).isEqualTo(end.equals("_bucket"));
        if (!type.equals("gauge")) {
            assertThat(value).isNotNegative();
        }
        assertThat(samples.put(name + labels, value))
                .as("%s%s comes once", name, labels)
                .isNull();
    }

    private void checkHistograms() {
        Map<String, Double> below = new HashMap<>();
        samples.forEach((series, value) -> {
            Matcher bucket = BUCKET.matcher(series);
            if (bucket.matches()) {
                String histogram = bucket.group(1) + bucket.group(2);
                assertThat(value).as(series).isGreaterThanOrEqualTo(below.getOrDefault(histogram, 0.0));
                below.put(histogram, value);
                if (bucket.group(3).equals("+Inf")) {
                    assertThat(samples).containsEntry(bucket.group(1) + "_count" + bucket.group(2) + "}", value);
                }
            }
        });
        assertThat(below).isNotEmpty();
    }
}
