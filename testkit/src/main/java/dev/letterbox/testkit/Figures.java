package dev.letterbox.testkit;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/** Compares the numbers in a text with the data that the text is about. */
public final class Figures {
    /** As texts write them: groups of three digits, and a fraction. */
    private static final Pattern WRITTEN = Pattern.compile("\\d{1,3}(?:,\\d{3})+(?:\\.\\d+)?|\\d+(?:\\.\\d+)?");

    private static final Pattern STORED = Pattern.compile("\\d+(?:\\.\\d+)?(?:E-?\\d+)?");
    private static final BigDecimal THOUSAND = BigDecimal.valueOf(1_000);

    private Figures() {}

    /**
     * Finds the numbers in a text that are not in its data. A number of the text may be rounded, and microseconds may be written
     * as milliseconds.
     *
     * @param data the data, as JSON or as a record's text
     * @param text the text, with numbers such as {@code 16,384} and {@code 5.1}
     * @param derived further numbers that are allowed: what is computed from the data
     * @return the numbers as they are written; empty if the data explains them all
     */
    public static List<String> notIn(String data, String text, Collection<? extends Number> derived) {
        List<BigDecimal> known = new ArrayList<>(STORED.matcher(data)
                .results()
                .map(MatchResult::group)
                .map(BigDecimal::new)
                .toList());
        derived.forEach(each -> known.add(new BigDecimal(each.toString())));
        return WRITTEN.matcher(text)
                .results()
                .map(MatchResult::group)
                .filter(written -> !isAmong(known, new BigDecimal(written.replace(",", ""))))
                .toList();
    }

    private static boolean isAmong(List<BigDecimal> known, BigDecimal written) {
        return known.stream().anyMatch(each -> rounds(each, written) || rounds(each.divide(THOUSAND), written));
    }

    private static boolean rounds(BigDecimal value, BigDecimal written) {
        return value.setScale(written.scale(), RoundingMode.HALF_UP).compareTo(written) == 0;
    }
}
