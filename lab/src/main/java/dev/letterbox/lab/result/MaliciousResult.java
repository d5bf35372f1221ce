package dev.letterbox.lab.result;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/**
 * What clients that keep to the rules got, alone and beside one that does not.
 *
 * @param honestClients how many clients keep to the rules, each with one request after the other
 * @param fileBytes length of the file that they ask for
 * @param windowSeconds for how long their requests were counted, in each window
 * @param warmUp how many requests were made before, one client at a time, in each case
 * @param privateMode the mode of an honest client's private queue, as the kernel reports it
 * @param cases each misdeed that was tried, in each design
 */
public record MaliciousResult(
        int honestClients, int fileBytes, double windowSeconds, int warmUp, String privateMode, List<Case> cases)
        implements Result {
    /** What the client does that breaks the rules. */
    public enum Misdeed {
        /** It asks for a large file, and never reads. */
        NEVER_READS("never reads", "requests a large file and never reads"),
        /** It sends requests as fast as it can, and never reads. */
        FLOODS("floods", "sends requests as fast as it can and never reads"),
        /** It receives messages that are meant for others. */
        STEALS("steals", "receives messages that are meant for others");

        private final String brief;
        private final String words;

        Misdeed(String brief, String words) {
            this.brief = brief;
            this.words = words;
        }

        /**
         * Returns the misdeed in a word or two.
         *
         * @return the end of a sentence whose subject is the client
         */
        public String brief() {
            return brief;
        }

        /**
         * Describes the misdeed.
         *
         * @return the end of a sentence whose subject is the client
         */
        public String words() {
            return words;
        }
    }

    /**
     * What the clients that keep to the rules got in one case. Each case has processes of its own.
     *
     * @param design the design
     * @param misdeed what the other client did
     * @param alone what they got before it did so, in windows one after the other: how much these differ is what chance does
     * @param beside what they got in a window of the same length while it did so
     * @param stuck whether server and clients slept, and none was woken, before and during that window
     * @param done what the other client did until the end of that window: requests sent, or messages taken
     */
    public record Case(
            Design design, Misdeed misdeed, List<Latencies> alone, Latencies beside, boolean stuck, long done) {}

    /**
     * Finds a case.
     *
     * @param design the design
     * @param misdeed the misdeed
     * @return the case
     * @throws java.util.NoSuchElementException if it was not tried
     */
    public Case find(Design design, Misdeed misdeed) {
        return cases.stream()
                .filter(each -> each.design() == design && each.misdeed() == misdeed)
                .findFirst()
                .orElseThrow();
    }

    @Override
    public boolean shown() {
        return cases.stream()
                .allMatch(each -> each.alone().stream().allMatch(window -> window.count() > 0)
                        && (each.design() == Design.SHARED
                                ? each.stuck() && each.beside().count() == 0
                                : each.beside().count() > 0));
    }

    @Override
    public List<String> story() {
        List<String> story = new ArrayList<>();
        story.add(
                ("%d clients keep to the rules: each asks for a file of %,d bytes, again and again. Their answers are counted"
                                + " in windows of %.1f s: alone, and beside a client that breaks the rules.")
                        .formatted(honestClients, fileBytes, windowSeconds));
        story.add("Before the first window they made %,d requests, one client at a time, in each design."
                .formatted(warmUp));
        for (Design design : Design.values()) {
            story.add("");
            story.add(design == Design.SHARED ? "With one queue for all:" : "With a private queue for each client:");
            cases.stream().filter(each -> each.design() == design).forEach(each -> story.add("  " + inWords(each)));
        }
        story.add(
                ("  Stealing was not tried with private queues. They have mode %s: the kernel lets their owner's user receive"
                                + " from them, and root, and no other user.")
                        .formatted(privateMode));
        return story;
    }

    private String inWords(Case each) {
        String alone = each.alone().stream()
                .map(window -> "%,d".formatted(window.count()))
                .collect(Collectors.joining(" and "));
        String did = switch (each.misdeed()) {
            case FLOODS -> " It sent %,d requests meanwhile.".formatted(each.done());
            case STEALS -> " It took %s.".formatted(Words.count(each.done(), "message"));
            case NEVER_READS -> "";
        };
        String got = each.stuck()
                ? "beside it %,d: server and clients sleep, and none of them is woken."
                        .formatted(each.beside().count())
                : "beside it %,d (half within %,d µs, 99 %% within %,d µs)."
                        .formatted(
                                each.beside().count(),
                                each.beside().p50(),
                                each.beside().p99());
        Latencies last = each.alone().getLast();
        return "One client %s. Alone the others get %s answers (half within %,d µs, 99 %% within %,d µs), %s%s"
                .formatted(each.misdeed().words(), alone, last.p50(), last.p99(), got, did);
    }
}
