package dev.letterbox.campaign;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;

/** Makes messages that are nearly right: valid ones with something changed, and bytes at random. */
final class OddMessages {
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

    private final SplittableRandom random;
    private final List<byte[]> valid;
    private final int longest;

    /** Makes messages of up to so many bytes from those that are valid. */
    OddMessages(SplittableRandom random, int longest, List<byte[]> valid) {
        this.random = random;
        this.longest = longest;
        this.valid = List.copyOf(valid);
    }

    /** Makes the next message: one in ten at random throughout, the others valid but for some changes. */
    byte[] next() {
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
}
