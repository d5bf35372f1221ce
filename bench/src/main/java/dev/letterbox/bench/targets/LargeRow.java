package dev.letterbox.bench.targets;

import java.io.IOException;
import java.util.List;

/** Measures the throughput of a large file: our client and server beside the C pair. */
final class LargeRow implements Row {
    @Override
    public String name() {
        return "large";
    }

    @Override
    public Section section() {
        return Section.WARM;
    }

    @Override
    public List<Result> measure(Ground ground) throws IOException {
        ServedFile file = ground.large();
        try (FileServer ours = ground.serveQuiet();
                FileServer theirs = ground.serveInC();
                JavaContender ourClient = fetching(ground, ours, file, 1)) {
            List<List<Sample>> samples = ground.rounds().of(List.of(ourClient, new LoadClients(theirs, 1, file)));
            return List.of(new Result(
                    new Result.Kind(
                            name(),
                            "%.0f MiB file, one client".formatted(file.mebibytes()),
                            "MiB/s",
                            Target.atLeast(5),
                            "MiB"),
                    Figures.of(
                            ours.name(), samples.get(0), one -> one.perSecond() * file.mebibytes(), file.mebibytes()),
                    Figures.of("C pair", samples.get(1), one -> one.perSecond() * file.mebibytes(), file.mebibytes())));
        }
    }

    /** Starts our client, with so many callers. */
    static JavaContender fetching(Ground ground, FileServer server, ServedFile file, int callers) {
        return new JavaContender(
                server.name(),
                server::cpuNanos,
                file.checksum(),
                ground.java(
                        FetchProcess.class,
                        server.key(),
                        file.name(),
                        Long.toString(file.size()),
                        Integer.toString(callers)));
    }
}
