package dev.letterbox.cli.files;

import dev.letterbox.sysv.Key;
import dev.letterbox.testkit.Command;
import dev.letterbox.testkit.Finished;
import dev.letterbox.testkit.Peers;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/** A server by hand: each of its messages is sent by a program that knows nothing of dialects. */
final class FakeServer implements AutoCloseable {
    private static final String QUEUE = Peers.program("queue").toString();

    private final Key key = Key.free();
    private final int queue;

    FakeServer() {
        this("600");
    }

    FakeServer(String mode) {
        queue = Integer.parseInt(
                run("create", "-k", key.toString(), "-m", mode).text().strip());
    }

    private static Finished run(String... words) {
        List<String> line = new ArrayList<>(List.of(QUEUE));
        line.addAll(List.of(words));
        return Command.of(line).run().expect(0);
    }

    String key() {
        return key.toString();
    }

    int queueId() {
        return queue;
    }

    /**
     * Waits for a request, and returns the queue that the answer is to go to. A greeting is answered as a classic server
     * does: a name that is empty cannot be opened.
     */
    int awaitRequest() {
        while (true) {
            byte[] request = HexFormat.of()
                    .parseHex(run("receive", "" + queue, "0").text().strip().split(" ", -1)[2]);
            int client = ByteBuffer.wrap(request).order(ByteOrder.nativeOrder()).getInt();
            if (request[Integer.BYTES] != 0) {
                return client;
            }
            answer(client, 1, "-s", "Couldn't open");
        }
    }

    /** Sends one message: "-s" and a text, "-x" and hexadecimal digits, "-z" and a number of zeros, or nothing. */
    void answer(int client, int type, String... body) {
        List<String> words = new ArrayList<>(List.of("send", "" + client, "" + type));
        words.addAll(List.of(body));
        run(words.toArray(String[]::new));
    }

    @Override
    public void close() {
        run("rm", "" + queue);
    }
}
