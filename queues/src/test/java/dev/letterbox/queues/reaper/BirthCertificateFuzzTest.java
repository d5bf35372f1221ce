package dev.letterbox.queues.reaper;

import dev.letterbox.sysv.Key;
import dev.letterbox.sysv.MessageBuffer;
import dev.letterbox.testkit.Fuzz;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A hundred thousand certificates, nearly right or not at all: each is read, or none. */
@Timeout(value = 9, unit = TimeUnit.MINUTES)
final class BirthCertificateFuzzTest {
    private final MessageBuffer message = MessageBuffer.allocate();

    /** Puts a body into the buffer, whose other bytes have that value: left over from a message before it. */
    private MessageBuffer received(long type, byte[] body, int leftOver) {
        message.memory().fill((byte) leftOver);
        return message.put(type, body);
    }

    @Test
    void certificatesAreReadOrNone() {
        new BirthCertificate(
                        new ProcessMark(4711, 99, 1, 2, new UUID(3, 4)),
                        Key.of(0x1aaaaaa1),
                        Optional.of(new BirthCertificate.Token(5, 6)))
                .encode(message);
        long type = message.type();
        byte[] valid = message.toByteArray();
        Fuzz.bytes(100_000, 200, List.of(valid), input -> {
            Optional<BirthCertificate> one = BirthCertificate.decode(received(type, input, 0x5a));
            check(one.equals(BirthCertificate.decode(received(type, input, -1))), "behind its end");
            one.ifPresent(read -> {
                check(read.process().pid() > 0, "its process");
                read.encode(message);
                check(BirthCertificate.decode(message).equals(one), "written again, it is another");
            });
        });
    }

    private static void check(boolean holds, String what) {
        if (!holds) {
            throw new AssertionError(what);
        }
    }
}
