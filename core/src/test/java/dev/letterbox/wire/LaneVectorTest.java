package dev.letterbox.wire;

import static org.assertj.core.api.Assertions.assertThat;

import dev.letterbox.engine.LaneAddress;
import dev.letterbox.engine.Message;
import dev.letterbox.testkit.WireVector;
import dev.letterbox.wire.SessionWire.FromClient;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The messages of a lane are those of docs/vectors. */
final class LaneVectorTest {
    private static final List<WireVector.Message> VECTOR =
            WireVector.read("lane.txt").getFirst().messages();

    private final Message message = new Message(8192);

    @Test
    void creditOffersTheLane() {
        byte[] wanted = VECTOR.getFirst().body();
        message.put(VECTOR.getFirst().type(), wanted);
        FromClient read = (FromClient) SessionWire.decode(message);
        LaneAddress lane = new LaneAddress(163_847, 1 << 20);

        assertThat(read.kind()).isEqualTo(SessionWire.CREDIT);
        assertThat(read.allowed()).isEqualTo(1_056_736);
        assertThat(read.lane()).contains(lane);

        SessionWire.control(message, read.credentials(), read.id(), SessionWire.CREDIT, read.allowed());
        SessionWire.offerLane(message, lane);
        assertThat(message.type()).isEqualTo(VECTOR.getFirst().type());
        assertThat(message.toByteArray()).isEqualTo(wanted);
    }

    @Test
    void theServerSaysWhereContentLies() {
        SessionWire.inLane(message, 1, 8_160, 5_000_971, 253_984);

        assertThat(message.type()).isEqualTo(VECTOR.getLast().type());
        assertThat(message.toByteArray()).isEqualTo(VECTOR.getLast().body());
    }
}
