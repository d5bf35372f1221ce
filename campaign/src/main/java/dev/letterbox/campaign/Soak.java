package dev.letterbox.campaign;

import dev.letterbox.files.FileClient;
import dev.letterbox.queues.QueueTransport;
import dev.letterbox.sysv.Key;
import dev.letterbox.testkit.Background;
import dev.letterbox.testkit.ChildProcess;
import dev.letterbox.testkit.Command;
import dev.letterbox.testkit.IpcTable;
import dev.letterbox.testkit.Peers;
import dev.letterbox.testkit.Proc;
import dev.letterbox.testkit.TempFiles;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * Has one server answer very many requests, of C clients in both dialects and of Java clients, and looks at it after each
 * round. What must hold: every answer is right, and heap, threads, descriptors, queues and memory stay as they were after the
 * first round.
 */
final class Soak implements Scenario {
    /** Requests in one round: of each of three C clients, and of one in Java. */
    private static final int OF_EACH_C_CLIENT = 15_000;

    private static final int OF_JAVA = 5_000;
    private static final int SIZE = 1_000;
    private static final int NEW_SESSION_EVERY = 50;
    private static final Duration PATIENCE = Duration.ofMinutes(10);
    private static final Pattern ALL_OBJECTS = Pattern.compile("Total +\\d+ +(\\d+)");
    private static final long MEBIBYTE = 1 << 20;

    private final Served served = new Served();
    private final LiveServer server = new LiveServer(served.directory(), Key.free());
    private @Nullable Sample first;
    private long requests;

    Soak() throws IOException {
        TempFiles.file(served.directory(), SIZE);
        server.start();
    }

    /** Is what the server has at one moment. */
    private record Sample(long requests, long heap, int threads, int descriptors, int queues, long resident) {
        static final String HEADER =
                "| requests | live heap, KiB | threads | descriptors | queues | resident, MiB |\n|--:|--:|--:|--:|--:|--:|";

        String row() {
            return String.format(
                    Locale.ROOT,
                    "| %d | %d | %d | %d | %d | %d |",
                    requests,
                    heap / 1024,
                    threads,
                    descriptors,
                    queues,
                    resident / MEBIBYTE);
        }

        void expectLike(Sample before) {
            // The bounds are for what compilers and collectors do; a leak in each request exceeds them soon.
            expect("live heap", heap, before.heap + before.heap / 4 + 2 * MEBIBYTE);
            expect("threads", threads, before.threads + 6);
            expect("descriptors", descriptors, before.descriptors + 4);
            expect("queues", queues, before.queues);
            expect("resident memory", resident, before.resident + before.resident / 4 + 32 * MEBIBYTE);
        }

        private static void expect(String what, long now, long most) {
            if (now > most) {
                throw new AssertionError("The server's " + what + " grows: " + now + ", more than " + most);
            }
        }
    }

    @Override
    public void round(int number, SplittableRandom random, Tally tally) throws Exception {
        long started = System.nanoTime();
        CRC32C expected = new CRC32C();
        expected.update(TempFiles.bytes(SIZE));
        List<ChildProcess> loads = new ArrayList<>();
        try (Background<Boolean> java = Background.start("java clients", this::fetchMany)) {
            for (String dialect : List.of("compact", "compact", "tlpi")) {
                loads.add(Command.of(
                                Peers.program(dialect + "-load"),
                                "-k",
                                server.key().toString(),
                                "-n",
                                "" + OF_EACH_C_CLIENT,
                                "-c",
                                Served.name(SIZE))
                        .start());
            }
            for (ChildProcess load : loads) {
                String said = load.exit(PATIENCE).expect(0).text();
                if (!said.contains(String.format("crc32c %08x", expected.getValue()))) {
                    throw new AssertionError("A wrong byte, by the checksum: " + said);
                }
            }
            java.result(PATIENCE);
        } finally {
            loads.forEach(ChildProcess::close);
        }
        int done = loads.size() * OF_EACH_C_CLIENT + OF_JAVA;
        requests += done;
        tally.add("right answers", done);
        tally.took("a round", System.nanoTime() - started);
        look(tally);
    }

    private boolean fetchMany() throws Exception {
        for (int done = 0; done < OF_JAVA; done += NEW_SESSION_EVERY) {
            try (FileClient client = FileClient.connect(new QueueTransport(server.key()), Fetch.PATIENT)) {
                for (int i = 0; i < NEW_SESSION_EVERY; i++) {
                    Fetch.through(client, SIZE).orFail();
                }
            }
        }
        return true;
    }

    private void look(Tally tally) {
        Proc proc = server.process().proc();
        Sample now = new Sample(
                requests,
                liveHeap(),
                proc.threadCount(),
                proc.descriptorCount(),
                IpcTable.now().queues().size(),
                proc.residentBytes());
        Sample before = first;
        if (before == null) {
            first = now;
            tally.print(Sample.HEADER);
        }
        tally.print(now.row());
        if (before != null) {
            now.expectLike(before);
        }
    }

    /** Counts what is reachable, after a collection that this brings about. */
    private long liveHeap() {
        Path jcmd = Path.of(System.getProperty("java.home"), "bin", "jcmd");
        String histogram = Command.of(jcmd, "" + server.process().pid(), "GC.class_histogram")
                .run(Duration.ofMinutes(2))
                .expect(0)
                .text();
        Matcher all = ALL_OBJECTS.matcher(histogram);
        if (!all.find()) {
            throw new AssertionError(
                    "No total in what jcmd says: " + histogram.lines().limit(3).toList());
        }
        return Long.parseLong(all.group(1));
    }

    @Override
    public void close() {
        server.close();
        served.close();
    }
}
