package dev.letterbox.cli.files;

import dev.letterbox.Timeout;
import dev.letterbox.cli.IdleClient;
import dev.letterbox.client.Client;
import dev.letterbox.files.FileService;
import dev.letterbox.queues.QueueTransport;
import dev.letterbox.sysv.Key;
import dev.letterbox.testkit.TempFiles;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletionStage;

/** A client process that has many requests in flight at once, for files whose content is known by their names. */
final class ManyRequests {
    /** Of different lengths: shorter than a message, longer than one, and longer than the queue. */
    static final List<Integer> SIZES = List.of(10, 5_000, 9_000, 40_000);

    private ManyRequests() {}

    static byte[] content(int size) {
        return TempFiles.bytes(size);
    }

    public static void main(String[] keyAndCount) throws Exception {
        int count = Integer.parseInt(keyAndCount[1]);
        int right = 0;
        try (Client client = Client.connect(new QueueTransport(Key.parse(keyAndCount[0])))) {
            List<CompletionStage<byte[]>> answers = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                String name = SIZES.get(i % SIZES.size()) + ".bin";
                answers.add(client.collectAsync(
                        FileService.NAME, IdleClient.get(name), 100_000, Timeout.ofTotal(Duration.ofMinutes(4))));
            }
            for (int i = 0; i < count; i++) {
                byte[] expected = content(SIZES.get(i % SIZES.size()));
                if (Arrays.equals(answers.get(i).toCompletableFuture().get(), expected)) {
                    right++;
                }
            }
        }
        System.out.println(right + " right");
    }
}
