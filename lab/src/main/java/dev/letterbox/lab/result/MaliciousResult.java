package dev.letterbox.lab.result;

import java.util.ArrayList;
import java.util.List;

/**
 * Holds what clients that keep to the rules got beside one that does not.
 *
 * @param honestClients how many keep to the rules, each with one request after the other
 * @param fileBytes length of the file that they ask for
 * @param windowSeconds for how long their requests were counted
 * @param flood how many requests the flooding client sends, if it can
 * @param privateMode the mode of an honest client's private queue, as the kernel has it
 * @param cases each misdeed in each design, after the one without any
 */
public record MaliciousResult(
        int honestClients, int fileBytes, double windowSeconds, int flood, String privateMode, List<Case> cases)
        implements Result {
    /** Names what the client does that does not keep to the rules. */
    public enum Misdeed {
        /** There is no such client. */
        NONE("nobody does wrong"),
        /** It asks for a large file, and never reads. */
        NEVER_READS("one asks for a large file and never reads"),
        /** It sends requests as fast as it can, and never reads. */
        FLOODS("one sends requests as fast as it can and never reads"),
        /** It receives what is meant for others. */
        STEALS("one receives what is meant for others");

        private final String words;

        Misdeed(String words) {
            this.words = words;
        }

        /**
         * Puts it into words.
         *
         * @return the middle of a sentence
         */
        public String words() {
            return words;
        }
    }

    /**
     * Holds what the clients that keep to the rules got.
     *
     * @param design the design
     * @param misdeed what the other client did
     * @param honest how long their requests took, of those that ended
     * @param stuck whether at the end nobody moved any more
     * @param done what the other client could do: requests sent, or messages taken
     */
    public record Case(Design design, Misdeed misdeed, Latencies honest, boolean stuck, long done) {
        /** Tells whether it ought to hurt others. */
        boolean hurts() {
            return design == Design.SHARED && misdeed != Misdeed.NONE;
        }
    }

    public Case find(Design design, Misdeed misdeed) {
        return cases.stream()
                .filter(each -> each.design() == design && each.misdeed() == misdeed)
                .findFirst()
                .orElseThrow();
    }

    @Override
    public boolean shown() {
        return cases.stream()
                .allMatch(each -> each.hurts() ? each.stuck() : each.honest().count() > 0);
    }

    @Override
    public List<String> story() {
        List<String> story = new ArrayList<>();
        story.add("%d clients keep to the rules: each asks for a file of %,d bytes, again and again, for %.1f s."
                .formatted(honestClients, fileBytes, windowSeconds));
        for (Design design : Design.values()) {
            story.add("");
            story.add(design == Design.SHARED ? "With one queue for all:" : "With a private queue for each client:");
            cases.stream().filter(each -> each.design() == design).forEach(each -> story.add("  " + inWords(each)));
        }
        story.add(
                "  Nobody can steal as another user: a private queue has mode %s, and the kernel refuses all but its owner and the"
                                .formatted(privateMode)
                        + " server's user.");
        return story;
    }

    private static String inWords(Case each) {
        Latencies honest = each.honest();
        String got = each.stuck()
                ? "they get nothing any more. Everybody sleeps, for ever."
                : "they get %,d answers, half of them within %,d µs, 99 of 100 within %,d µs."
                        .formatted(honest.count(), honest.p50(), honest.p99());
        String did = switch (each.misdeed()) {
            case FLOODS -> " (It could send %,d requests.)".formatted(each.done());
            case STEALS -> " (It took %,d messages.)".formatted(each.done());
            default -> "";
        };
        return each.misdeed().words() + ": " + got + did;
    }
}
