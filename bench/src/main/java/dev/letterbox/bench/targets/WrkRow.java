package dev.letterbox.bench.targets;

import dev.letterbox.bench.EndedChildren;
import dev.letterbox.testkit.Command;
import java.io.IOException;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.CRC32C;

/** Measures requests for a 1 KB file by eight clients: ours in C, beside eight connections of wrk to nginx. Both servers log. */
final class WrkRow implements Row {
    private static final int CLIENTS = 8;

    @Override
    public String name() {
        return "wrk";
    }

    @Override
    public Section section() {
        return Section.USERS;
    }

    @Override
    public List<Result> measure(Ground ground) throws IOException {
        Nginx.require();
        Row.require(Command.of("wrk", "--version"), "wrk");
        Row.require(Command.of("curl", "--version"), "curl");
        try (FileServer ours = ground.serve();
                Nginx nginx = Nginx.start(ground)) {
            LoadClients inC = new LoadClients(ours, CLIENTS, ground.small());
            Wrk wrk = new Wrk(nginx, ground.small());
            List<List<Sample>> samples = ground.rounds().of(List.of(inC, wrk));
            return List.of(new Result(
                    new Result.Kind(
                            name(),
                            "1 KB file, %d C clients".formatted(CLIENTS),
                            "requests/s",
                            Target.atLeast(2),
                            "request"),
                    Figures.of(ours.name(), samples.get(0), Sample::perSecond, 1),
                    Figures.of(wrk.name(), samples.get(1), Sample::perSecond, 1)));
        }
    }

    /** Asks over the loopback interface, for a second, however many requests that makes: wrk knows no number. */
    private record Wrk(Nginx nginx, ServedFile file) implements Contender {
        private static final Pattern RESULT = Pattern.compile("(\\d+) requests in ([\\d.]+)s");

        @Override
        public String name() {
            return "nginx, wrk with %d connections".formatted(CLIENTS);
        }

        @Override
        public Sample round(long operations) {
            long cpu = nginx.server().cpuNanos() + EndedChildren.cpuNanos();
            String text = Command.of(
                            "wrk",
                            "-t",
                            "1",
                            "-c",
                            "" + CLIENTS,
                            "-d",
                            "1s",
                            "http://127.0.0.1:%d/%s".formatted(nginx.port(), file.name()))
                    .run()
                    .expect(0)
                    .text();
            cpu = nginx.server().cpuNanos() + EndedChildren.cpuNanos() - cpu;
            Matcher result = RESULT.matcher(text);
            if (!result.find() || text.contains("Non-2xx") || text.contains("Socket errors")) {
                throw new IllegalStateException("Not what was asked for: " + text);
            }
            return new Sample(
                    Long.parseLong(result.group(1)), Math.round(Double.parseDouble(result.group(2)) * 1e9), cpu, null);
        }

        @Override
        public void check() {
            CRC32C checksum = new CRC32C();
            checksum.update(nginx.curl(file).run().expect(0).out());
            if (checksum.getValue() != file.checksum()) {
                throw new IllegalStateException("nginx sent something else than the file.");
            }
        }

        /** Leaves the server: it is not this one's. */
        @Override
        public void close() {}
    }
}
