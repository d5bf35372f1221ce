package dev.letterbox.lab.result;

import java.util.List;
import java.util.stream.IntStream;

/** Puts lists and numbers into words. */
final class Words {
    private Words() {}

    /** Returns {@code a}, {@code a and b}, or {@code a, b and c}. */
    static String list(List<String> items) {
        if (items.size() < 2) {
            return String.join("", items);
        }
        return String.join(", ", items.subList(0, items.size() - 1)) + " and " + items.getLast();
    }

    /** Returns {@code client 4}, or {@code clients 4 and 5}; empty if {@code last} is below {@code first}. */
    static String numbered(String noun, int first, int last) {
        List<String> numbers =
                IntStream.rangeClosed(first, last).mapToObj(Integer::toString).toList();
        return switch (numbers.size()) {
            case 0 -> "";
            case 1 -> noun + " " + numbers.getFirst();
            default -> noun + "s " + list(numbers);
        };
    }

    /** Returns {@code 1 message} or {@code 2 messages}. */
    static String count(long number, String noun) {
        return "%,d %s%s".formatted(number, noun, number == 1 ? "" : "s");
    }
}
