package dev.letterbox.cli;

import dev.letterbox.Timeout;
import dev.letterbox.client.Client;
import dev.letterbox.files.FileService;
import dev.letterbox.queues.QueueTransport;
import dev.letterbox.sysv.Key;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/** A client process in a session that is idle, fetches the file that a line names, and ends with its standard input. */
public final class IdleClient {
    private IdleClient() {}

    public static void main(String[] key) throws Exception {
        BufferedReader names = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        try (Client client = Client.connect(new QueueTransport(Key.parse(key[0])))) {
            System.out.println("connected");
            for (String name = names.readLine(); name != null; name = names.readLine()) {
                byte[] content =
                        client.collect(FileService.NAME, get(name), 1_000_000, Timeout.ofTotal(Duration.ofMinutes(1)));
                System.out.println(name + ": " + content.length + " bytes");
            }
        }
    }

    /** As docs/protocol.md has the payload of GET for a whole file. */
    public static byte[] get(String name) {
        byte[] bytes = name.getBytes(StandardCharsets.UTF_8);
        return ByteBuffer.allocate(24 + bytes.length)
                .order(ByteOrder.nativeOrder())
                .putLong(16, Long.MAX_VALUE)
                .put(24, bytes)
                .array();
    }
}
