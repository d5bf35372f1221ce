package dev.letterbox.queues.reaper;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.letterbox.fuzz.Check;
import dev.letterbox.fuzz.Seeds;
import dev.letterbox.sysv.MessageBuffer;
import java.util.Arrays;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.MethodSource;

/** The first message of a private queue, which anybody may have written: a certificate, or none. */
final class BirthCertificateFuzzTest {
    private static final MessageBuffer MESSAGE = MessageBuffer.fixed(200);

    static Stream<byte[]> certificates() {
        return Seeds.fromClients("certificate.txt");
    }

    private static MessageBuffer received(long type, byte[] body, int leftOver) {
        MESSAGE.memory().fill((byte) leftOver);
        return MESSAGE.put(type, Arrays.copyOf(body, Math.min(body.length, 200)));
    }

    @MethodSource("certificates")
    @FuzzTest
    void certificatesAreReadOrNone(byte[] input) {
        Optional<BirthCertificate> one = BirthCertificate.decode(received(BirthCertificate.TYPE, input, 0x5a));
        Check.that(one.equals(BirthCertificate.decode(received(BirthCertificate.TYPE, input, -1))), "behind its end");
        Check.that(one.equals(BirthCertificate.decode(received(0x7fff_ffff, input, 0))), "that of 32 bits");
        Check.that(BirthCertificate.decode(received(1, input, 0)).isEmpty(), "its type");
        one.ifPresent(read -> {
            Check.that(read.process().pid() > 0 && read.server().value() != 0, "its numbers");
            read.encode(MESSAGE);
            byte[] again = MESSAGE.toByteArray();
            // Without a token, the time at which it was made means nothing.
            int meaning = read.token().isPresent() ? BirthCertificate.BYTES : 56;
            Check.that(Arrays.equals(again, 0, meaning, input, 0, meaning), "written again, it is another");
        });
    }
}
