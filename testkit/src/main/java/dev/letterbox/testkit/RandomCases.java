package dev.letterbox.testkit;

import java.util.SplittableRandom;
import java.util.random.RandomGenerator;

/**
 * Checks on many cases what must hold for all. Each case has a random generator of its own, and has the same one in each
 * run: a case that failed fails again.
 */
public final class RandomCases {
    private RandomCases() {}

    /** A case; it fails by throwing anything. */
    @FunctionalInterface
    public interface Case {
        /** Draws what it needs, and checks. */
        void check(RandomGenerator random) throws Exception;
    }

    /** Checks so many cases, and says which one failed. */
    public static void check(int count, Case each) {
        for (int number = 0; number < count; number++) {
            try {
                each.check(new SplittableRandom(number));
            } catch (Exception | AssertionError failed) {
                throw new AssertionError("Case " + number + ": " + failed, failed);
            }
        }
    }

    /** Draws a number, one in four from the ends of its range. */
    public static long number(RandomGenerator random, long from, long to) {
        long drawn = to == Long.MAX_VALUE ? random.nextLong(from - 1, to) + 1 : random.nextLong(from, to + 1);
        return switch (random.nextInt(16)) {
            case 0 -> from;
            case 1 -> to;
            case 2 -> Math.min(to, from + random.nextInt(3));
            case 3 -> Math.max(from, to - random.nextInt(3));
            default -> drawn;
        };
    }

    /** Draws an {@code int} like {@link #number}. */
    public static int integer(RandomGenerator random, int from, int to) {
        return Math.toIntExact(number(random, from, to));
    }

    /** Draws any {@code long}, small ones and the ends of the range more often. */
    public static long any(RandomGenerator random) {
        return switch (random.nextInt(4)) {
            case 0 -> random.nextInt(-2, 3);
            case 1 -> random.nextBoolean() ? Long.MAX_VALUE : Long.MIN_VALUE;
            default -> random.nextLong();
        };
    }

    /** Draws bytes, from none to so many. */
    public static byte[] bytes(RandomGenerator random, int longest) {
        byte[] bytes = new byte[integer(random, 0, longest)];
        random.nextBytes(bytes);
        return bytes;
    }

    /** Draws a text, from none to so many characters of all that there are, no surrogates. */
    public static String text(RandomGenerator random, int longest) {
        StringBuilder text = new StringBuilder();
        for (int left = integer(random, 0, longest); left > 0; left--) {
            int point = random.nextInt(random.nextInt(3) == 0 ? Character.MAX_CODE_POINT + 1 : 0x180);
            text.appendCodePoint(Character.getType(point) == Character.SURROGATE ? 'x' : point);
        }
        return text.toString();
    }
}
