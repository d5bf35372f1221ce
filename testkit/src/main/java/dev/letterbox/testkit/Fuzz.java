package dev.letterbox.testkit;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Function;
import java.util.function.LongFunction;
import java.util.function.Supplier;

/**
 * Throws very many inputs at a decoder: valid ones with something changed, and bytes at random. The same seed gives the
 * same inputs.
 *
 * <p>A failure names seed and step. {@code -Dletterbox.fuzz.seed=SEED} repeats a run; {@code -Dletterbox.fuzz.times=N}
 * makes it N times as long.
 */
public final class Fuzz {
    private static final int LONGEST_SHOWN = 512;
    private static final int LONGEST_TEXT = 64;

    /** Where programs go wrong: ends of ranges, and lengths that are nearly right. */
    private static final long[] ODD_NUMBERS = {
        0,
        1,
        -1,
        7,
        8,
        255,
        256,
        4_095,
        4_096,
        8_191,
        8_192,
        Short.MAX_VALUE,
        Short.MIN_VALUE,
        65_535,
        Integer.MAX_VALUE,
        Integer.MIN_VALUE,
        0xffff_ffffL,
        Long.MAX_VALUE,
        Long.MIN_VALUE
    };

    /** Where texts go wrong: signs, separators, digits of other scripts, half a character, what ends a C string. */
    private static final String ODD_CHARACTERS = "0123456789-+:.,/x#kKmMsh \t\n\0\u0661\u0967\uff11\ud83d\ude00\ud800é";

    private final SplittableRandom random;
    private final List<byte[]> valid;
    private final int longest;

    private Fuzz(SplittableRandom random, List<byte[]> valid, int longest) {
        this.random = random;
        this.valid = valid;
        this.longest = longest;
    }

    /** Makes inputs of up to so many bytes from those that are valid. */
    public static Fuzz seeded(long seed, int longest, List<byte[]> valid) {
        return new Fuzz(new SplittableRandom(seed), List.copyOf(valid), longest);
    }

    /** Takes an input; fails by throwing anything at all. */
    @FunctionalInterface
    public interface Decoder<T> {
        /** Reads it. */
        void take(T input) throws Exception;
    }

    /** Gives a decoder so many inputs of up to so many bytes, and fails at the first that it fails on. */
    public static void bytes(long count, int longest, List<byte[]> valid, Decoder<byte[]> decoder) {
        throwAt(decoder, count, seed -> seeded(seed, longest, valid)::next, Fuzz::show);
    }

    /** Gives a reader of texts so many inputs, and fails at the first that it fails on. */
    public static void texts(long count, List<String> valid, Decoder<String> reader) {
        List<byte[]> bytes = valid.stream()
                .map(text -> text.getBytes(StandardCharsets.UTF_8))
                .toList();
        throwAt(
                reader,
                count,
                seed -> {
                    SplittableRandom odd = new SplittableRandom(seed);
                    Fuzz any = new Fuzz(odd.split(), bytes, LONGEST_TEXT);
                    return () -> odd.nextBoolean()
                            ? new String(any.next(), StandardCharsets.UTF_8)
                            : oddText(odd, valid.get(odd.nextInt(valid.size())));
                },
                text -> show(text.getBytes(StandardCharsets.UTF_8)));
    }

    private static <T> void throwAt(
            Decoder<T> decoder, long count, LongFunction<Supplier<T>> inputs, Function<T, String> show) {
        long seed = Long.getLong("letterbox.fuzz.seed", new SplittableRandom().nextLong());
        long steps = count * Long.getLong("letterbox.fuzz.times", 1);
        Supplier<T> next = inputs.apply(seed);
        for (long step = 0; step < steps; step++) {
            T input = next.get();
            try {
                decoder.take(input);
            } catch (Exception | AssertionError e) {
                throw new AssertionError(
                        "Step %d of -Dletterbox.fuzz.seed=%d, %s: %s".formatted(step, seed, show.apply(input), e), e);
            }
        }
    }

    private static String oddText(SplittableRandom random, String valid) {
        StringBuilder text = new StringBuilder(valid);
        for (int changes = random.nextInt(1, 5); changes > 0; changes--) {
            char odd = ODD_CHARACTERS.charAt(random.nextInt(ODD_CHARACTERS.length()));
            int at = random.nextInt(text.length() + 1);
            if (at < text.length() && random.nextBoolean()) {
                text.setCharAt(at, odd);
            } else if (at < text.length() && random.nextInt(4) == 0) {
                text.deleteCharAt(at);
            } else {
                text.insert(at, odd);
            }
        }
        return text.toString();
    }

    /** Makes the next input: one in ten at random throughout, the others valid but for some changes. */
    public byte[] next() {
        if (valid.isEmpty() || random.nextInt(10) == 0) {
            byte[] bytes = new byte[random.nextInt(longest + 1)];
            random.nextBytes(bytes);
            return bytes;
        }
        byte[] input = any().clone();
        for (int changes = random.nextInt(1, 6); changes > 0; changes--) {
            input = changed(input);
        }
        return input.length <= longest ? input : Arrays.copyOf(input, longest);
    }

    private byte[] any() {
        return valid.get(random.nextInt(valid.size()));
    }

    private byte[] changed(byte[] input) {
        if (input.length == 0) {
            return any().clone();
        }
        int at = random.nextInt(input.length);
        switch (random.nextInt(8)) {
            case 0 -> input[at] ^= (byte) (1 << random.nextInt(8));
            case 1 -> input[at] = (byte) random.nextInt();
            case 2, 3, 4 -> putOddNumber(input, at);
            case 5 -> {
                return Arrays.copyOf(input, at);
            }
            case 6 -> {
                // Longer by a little or a lot: lengths inside do not fit any more.
                return Arrays.copyOf(input, input.length + random.nextInt(1, random.nextBoolean() ? 9 : longest + 1));
            }
            default -> {
                // The beginning of one and the rest of another.
                byte[] other = any();
                byte[] spliced = Arrays.copyOf(input, Math.max(at, other.length));
                if (other.length > at) {
                    System.arraycopy(other, at, spliced, at, other.length - at);
                }
                return spliced;
            }
        }
        return input;
    }

    private void putOddNumber(byte[] input, int at) {
        long number = ODD_NUMBERS[random.nextInt(ODD_NUMBERS.length)] + random.nextInt(-1, 2);
        int width = 1 << random.nextInt(1, 4);
        int offset = random.nextInt(4) == 0 ? at : at / width * width;
        if (offset + width <= input.length) {
            ByteBuffer buffer = ByteBuffer.wrap(input).order(ByteOrder.nativeOrder());
            switch (width) {
                case 2 -> buffer.putShort(offset, (short) number);
                case 4 -> buffer.putInt(offset, (int) number);
                default -> buffer.putLong(offset, number);
            }
        }
    }

    private static String show(byte[] input) {
        return "%d bytes (%s%s)"
                .formatted(
                        input.length,
                        HexFormat.of().formatHex(input, 0, Math.min(input.length, LONGEST_SHOWN)),
                        input.length > LONGEST_SHOWN ? "[...]" : "");
    }
}
