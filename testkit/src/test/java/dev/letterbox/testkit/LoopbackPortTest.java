package dev.letterbox.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

final class LoopbackPortTest {
    @Test
    void noConnectionGetsThePortByItself() {
        int[] ephemeral = LoopbackPort.ephemeral();
        assertThat(Stream.generate(LoopbackPort::find).limit(200))
                .noneMatch(port -> port >= ephemeral[0] && port <= ephemeral[1]);
    }

    @Test
    void noPortIsGivenTwice() {
        List<Integer> ports = Stream.generate(LoopbackPort::find).limit(200).toList();
        assertThat(ports).doesNotHaveDuplicates();
    }

    @Test
    void aServerCanListenOnThePort() throws IOException {
        int port = LoopbackPort.find();
        try (ServerSocket server = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
            assertThat(server.getLocalPort()).isEqualTo(port);
        }
    }
}
