package dev.letterbox.files;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.letterbox.ServiceException;
import dev.letterbox.dialect.Incoming;
import dev.letterbox.dialect.Malformed;
import dev.letterbox.dialect.RawRequest;
import dev.letterbox.dialect.Unreadable;
import dev.letterbox.engine.Message;
import dev.letterbox.fuzz.Check;
import dev.letterbox.fuzz.Seeds;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.MethodSource;

/** The classic dialects, which programs in many languages speak in their own way. */
final class ClassicDialectFuzzTest {
    private static final Message MESSAGE = new Message(8192);

    static Stream<byte[]> fromClients() {
        return Seeds.fromClients("classic.txt");
    }

    static Stream<byte[]> fromServers() {
        return Seeds.fromServers("classic.txt");
    }

    private static Message received(long type, byte[] body, int leftOver) {
        byte[] fitting = body.length <= MESSAGE.capacity() ? body : Arrays.copyOf(body, MESSAGE.capacity());
        MESSAGE.memory()
                .asSlice(fitting.length, Math.min(300, MESSAGE.capacity() - fitting.length))
                .fill((byte) leftOver);
        return MESSAGE.put(type, fitting);
    }

    @MethodSource("fromClients")
    @FuzzTest
    void requestsAreReadOrRefusedInWords(byte[] input) throws ServiceException {
        int speakers = 0;
        for (ClassicDialect dialect : ClassicDialect.values()) {
            if (dialect.speaks(received(1, input, 0x5a))) {
                speakers++;
                Incoming one = dialect.decode(MESSAGE);
                Check.that(sameAs(one, dialect.decode(received(1, input, -1))), "it depends on what is behind its end");
                switch (one) {
                    case Malformed(String reason) -> Check.that(!reason.isEmpty(), "no words for it");
                    case Unreadable(int address, String reason) ->
                        Check.that(address >= 0 && !reason.isEmpty(), "no words for it");
                    case RawRequest(int address, byte[] payload) -> {
                        FileRequest read = FileRequest.decode(payload);
                        Check.that(address >= 0 && read.isWholeFile(), "its address or its payload");
                        Check.that(
                                Arrays.equals(read.name(), 0, read.name().length, input, 4, 4 + read.name().length),
                                "its name is not that which was sent");
                        Check.that(input[4 + read.name().length] == 0, "its name is cut");
                    }
                }
            }
        }
        Check.that(speakers == 1, speakers + " dialects have it");
    }

    private static boolean sameAs(Incoming one, Incoming other) {
        return (one instanceof RawRequest(int address, byte[] payload)
                        && other instanceof RawRequest(int again, byte[] same))
                ? address == again && Arrays.equals(payload, same)
                : one.equals(other);
    }

    @MethodSource("fromServers")
    @FuzzTest
    void responsesAreOfSomeKindAndTheirTextIsPrintable(byte[] input) {
        for (ClassicDialect dialect : ClassicDialect.values()) {
            for (long type = 1; type <= 4; type++) {
                Check.that(dialect.responseKind(received(type, input, 0x5a)) != null, "its kind");
            }
            String text = dialect.failureText(MESSAGE);
            Check.that(text.equals(dialect.failureText(received(1, input, -1))), "its text is what is behind its end");
            Check.that(text.chars().noneMatch(Character::isISOControl), "its text");
        }
    }
}
