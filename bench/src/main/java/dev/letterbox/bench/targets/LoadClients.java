package dev.letterbox.bench.targets;

import dev.letterbox.bench.EndedChildren;
import dev.letterbox.testkit.ChildProcess;
import dev.letterbox.testkit.Command;
import dev.letterbox.testkit.Peers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Lets so many C load clients at once fetch a file again and again: one private queue each, asleep while they wait. */
final class LoadClients implements Contender {
    private static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final Pattern RESULT = Pattern.compile("^(\\d+) requests, (\\d+) bytes, ([\\d.]+) s");

    private final FileServer server;
    private final int count;
    private final ServedFile file;

    LoadClients(FileServer server, int count, ServedFile file) {
        this.server = server;
        this.count = count;
        this.file = file;
    }

    @Override
    public String name() {
        return server.name();
    }

    @Override
    public Sample round(long operations) {
        long each = Math.max(1, operations / count);
        server.emptyLog();
        long cpu = server.cpuNanos() + EndedChildren.cpuNanos();
        List<ChildProcess> clients = new ArrayList<>();
        try {
            Command client =
                    Command.of(Peers.program("tlpi-load"), "-k", server.key(), "-n", Long.toString(each), file.name());
            for (int i = 0; i < count; i++) {
                clients.add(client.start());
            }
            double slowest = 0;
            for (ChildProcess one : clients) {
                slowest = Math.max(slowest, seconds(one, each));
            }
            cpu = server.cpuNanos() + EndedChildren.cpuNanos() - cpu;
            return new Sample(each * count, Math.round(slowest * 1e9), cpu, null);
        } finally {
            clients.forEach(ChildProcess::close);
        }
    }

    private double seconds(ChildProcess client, long requests) {
        String line = client.exit(PATIENCE).expect(0).lines().getFirst();
        Matcher result = RESULT.matcher(line);
        if (!result.find() || Long.parseLong(result.group(2)) != requests * file.size()) {
            throw new IllegalStateException("Not what was sent: " + line);
        }
        return Double.parseDouble(result.group(3));
    }

    @Override
    public void check() {
        String wanted = "crc32c %08x".formatted(file.checksum());
        List<String> lines = Command.of(Peers.program("tlpi-load"), "-k", server.key(), "-n", "1", "-c", file.name())
                .run(PATIENCE)
                .expect(0)
                .lines();
        if (!lines.contains(wanted)) {
            throw new IllegalStateException(server.name() + " sent " + lines + ", not " + wanted);
        }
    }

    /** Leaves the server: it is not this one's. */
    @Override
    public void close() {}
}
