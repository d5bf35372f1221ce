package dev.letterbox.bench.targets;

import java.util.Locale;

/**
 * Is what a figure should be.
 *
 * @param kind what is compared with the bound
 * @param bound the least or the most that is good
 */
record Target(Kind kind, double bound) {
    /** What is compared. */
    enum Kind {
        /** Ours by the other's: so much or more. */
        RATIO_AT_LEAST,
        /** Ours by the other's: so much or less. */
        RATIO_AT_MOST,
        /** Ours alone: so much or less. */
        VALUE_AT_MOST,
        /** Shown for comparison. */
        NONE
    }

    static Target atLeast(double ratio) {
        return new Target(Kind.RATIO_AT_LEAST, ratio);
    }

    static Target atMost(double ratio) {
        return new Target(Kind.RATIO_AT_MOST, ratio);
    }

    static Target upTo(double value) {
        return new Target(Kind.VALUE_AT_MOST, value);
    }

    static Target none() {
        return new Target(Kind.NONE, Double.NaN);
    }

    boolean isRatio() {
        return kind == Kind.RATIO_AT_LEAST || kind == Kind.RATIO_AT_MOST;
    }

    /** Returns whether a figure, or a ratio where that is what counts, is good. */
    boolean met(double figure) {
        return switch (kind) {
            case RATIO_AT_LEAST -> figure >= bound;
            case RATIO_AT_MOST, VALUE_AT_MOST -> figure <= bound;
            case NONE -> true;
        };
    }

    String text(String unit) {
        String number = Figures.text(bound);
        return switch (kind) {
            case RATIO_AT_LEAST -> "≥ " + number + " x";
            case RATIO_AT_MOST -> "≤ " + number + " x";
            case VALUE_AT_MOST -> "≤ " + number + " " + unit;
            case NONE -> "";
        };
    }

    String json() {
        return kind == Kind.NONE
                ? "null"
                : "{\"kind\": \"%s\", \"bound\": %s}".formatted(kind.name().toLowerCase(Locale.ROOT), bound);
    }
}
