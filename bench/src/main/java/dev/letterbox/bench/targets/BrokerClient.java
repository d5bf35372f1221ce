package dev.letterbox.bench.targets;

import dev.letterbox.Timeout;
import dev.letterbox.bench.targets.JavaSide.Operation;
import dev.letterbox.client.Client;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Our client on RabbitMQ: it asks {@link BrokerServer} again and again. */
final class BrokerClient {
    private static final Timeout SILENCE = Timeout.ofSilence(Duration.ofSeconds(30));

    private BrokerClient() {}

    /**
     * Asks as it is told on standard input.
     *
     * @param args the address, the user, the service, how many bytes, how many callers
     */
    public static void main(String[] args) throws Exception {
        String service = args[2];
        long size = Long.parseLong(args[3]);
        byte[] payload = service.equals("stream")
                ? ByteBuffer.allocate(Long.BYTES).putLong(size).array()
                : new byte[(int) size];
        try (Client client = Client.connect(BrokerServer.transport(args[0], args[1]))) {
            List<Operation> callers = new ArrayList<>();
            for (int i = 0; i < Integer.parseInt(args[4]); i++) {
                callers.add(() -> {
                    long came = client.fetch(service, payload, _ -> {}, SILENCE);
                    if (came != size) {
                        throw new IllegalStateException(came + " bytes came, not " + size);
                    }
                });
            }
            JavaSide.serve(callers, () -> JavaSide.NO_CHECKSUM);
        }
    }
}
