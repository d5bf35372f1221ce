package dev.letterbox.bench.targets;

import dev.letterbox.sysv.Key;
import dev.letterbox.testkit.ChildProcess;
import java.io.IOException;
import java.time.Duration;
import java.util.List;

/** Measures the garbage of the hot path: a message sent and received, and a chunk of a file served. */
final class GarbageRow implements Row {
    private static final Duration PATIENCE = Duration.ofMinutes(1);
    private static final double CHUNK = 8192;

    /** Of an average over so many messages, what is less than a byte is not the messages'. */
    private static final double NOTHING = 0.5;

    @Override
    public String name() {
        return "garbage";
    }

    @Override
    public Section section() {
        return Section.WARM;
    }

    @Override
    public List<Result> measure(Ground ground) throws IOException {
        String key = Key.free().toString();
        ChildProcess process = ground.java(
                        GarbageProcess.class, key, ground.folder().toString())
                .openInput()
                .start();
        try {
            double message = Double.parseDouble(
                    process.awaitLine("^message ([\\d.]+)$", PATIENCE).group(1));
            process.awaitLine("^ready", PATIENCE);
            Served served = new Served(
                    process,
                    new FileServer("Letterbox", key, process, List.of(), null),
                    ground.settings().warmUpSeconds());
            double chunk = served.bytesFor(ground.large(), 1) / (ground.large().size() / CHUNK);
            long requests = ground.settings().quick() ? 100 : 20_000;
            double request = served.bytesFor(ground.small(), requests) / requests;
            return List.of(
                    result("garbage, a message sent and received", message, Target.upTo(NOTHING)),
                    result("garbage, a chunk served", chunk, Target.upTo(NOTHING)),
                    result("garbage, a request for 1 KB served", request, Target.none()));
        } finally {
            // So that it removes its queue.
            JavaContender.end(process);
        }
    }

    private Result result(String what, double bytes, Target target) {
        return new Result(new Result.Kind(name(), what, "bytes", target), Figures.of("Letterbox", bytes), null);
    }

    private static final class Served {
        private final ChildProcess process;
        private final FileServer server;
        private final double warmUpSeconds;
        private int questions;

        Served(ChildProcess process, FileServer server, double warmUpSeconds) {
            this.process = process;
            this.server = server;
            this.warmUpSeconds = warmUpSeconds;
        }

        /** Returns what the whole JVM allocated, warm, while a C client fetched the file so often. */
        double bytesFor(ServedFile file, long times) {
            LoadClients client = new LoadClients(server, 1, file);
            client.check();
            // The first answer costs some ten KB: the JVM makes itself ready to answer.
            allocated();
            double warm = 0;
            while (warm < warmUpSeconds) {
                warm += client.round(times).nanos() / 1e9;
            }
            long before = allocated();
            client.round(times);
            return allocated() - before;
        }

        private long allocated() {
            process.writeLine("how much?");
            questions++;
            return Long.parseLong(process.awaitLines(questions, "^allocated (\\d+)$", PATIENCE)
                    .getLast()
                    .group(1));
        }
    }
}
