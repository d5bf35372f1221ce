package dev.letterbox.rabbitmq;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.letterbox.engine.Message;
import dev.letterbox.fuzz.Check;
import dev.letterbox.fuzz.Seeds;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.MethodSource;

/** What the broker delivers was written by whoever may publish there. */
final class EnvelopeFuzzTest {
    private static final Message MESSAGE = new Message(Wire.LONGEST);

    static Stream<byte[]> envelopes() {
        return Stream.concat(
                Seeds.fromClients("session.txt", "session-server.txt")
                        .map(body -> Wire.encode(new Message(8192).put(0x4c42, body), 258)),
                Stream.of(Wire.grant(258, 1_000_000), Wire.own(Wire.FAREWELL, 0), Wire.own(Wire.PROBE, 258)));
    }

    @MethodSource("envelopes")
    @FuzzTest
    void anEnvelopeIsReadOrPassedOver(byte[] input) {
        if (!Wire.isWhole(input)) {
            Check.that(input.length < Wire.HEADER || input.length > Wire.HEADER + Wire.LONGEST, "it is whole");
            return;
        }
        Check.that(Wire.granted(input) == 0 || input.length >= Wire.HEADER + Long.BYTES, "what it grants");
        if (Wire.type(input) > 0) {
            Wire.decode(input, MESSAGE);
            Check.that(MESSAGE.size() == input.length - Wire.HEADER, "its length");
            Check.that(Arrays.equals(Wire.encode(MESSAGE, Wire.line(input)), input), "written again, it is another");
        }
    }

    static Stream<String> addresses() {
        return Stream.of(
                "amqp://localhost",
                "amqps://files:secret@rabbit1,rabbit2:5673/production?queue=quorum&heartbeat=5",
                "amqps://[::1]:5671/%2f?name=a&auth_mechanism=external&certfile=c&keyfile=k&cacertfile=ca");
    }

    @MethodSource("addresses")
    @FuzzTest
    void anAddressIsReadOrRefusedWithoutItsPassword(String text) {
        if (text == null) {
            return;
        }
        try {
            BrokerAddress address = BrokerAddress.parse(text);
            Check.that(!address.hosts().isEmpty() && !address.vhost().isEmpty(), "its parts");
            // Where the password also stands for something else, it is shown as that.
            String others = "amqps:// " + address.user() + " " + address.hosts() + " " + address.vhost();
            address.password()
                    .filter(password -> password.length() > 7 && !others.contains(password))
                    .ifPresent(password -> Check.that(!address.toString().contains(password), "its password is shown"));
        } catch (IllegalArgumentException refused) {
            Check.that(refused.getMessage() != null, "no words for it");
        }
    }
}
