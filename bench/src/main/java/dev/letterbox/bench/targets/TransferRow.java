package dev.letterbox.bench.targets;

import dev.letterbox.testkit.Command;
import dev.letterbox.testkit.Peers;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** Measures {@code letterbox get} of a huge file, whole processes: beside the C pair, and beside {@code cp}. */
final class TransferRow implements Row {
    @Override
    public String name() {
        return "transfer";
    }

    @Override
    public Section section() {
        return Section.USERS;
    }

    @Override
    public List<Result> measure(Ground ground) throws IOException {
        ServedFile file = ground.huge();
        Path copy = ground.folder().resolve("copy.bin");
        Path original = ground.folder().resolve(file.name());
        try (FileServer ours = ground.serve();
                FileServer theirs = ground.serveInC()) {
            LessStart get = new LessStart(ground.get(ours, file, copy), ground.get(ours, ground.small(), copy));
            LessStart inC = new LessStart(inC(theirs, file, copy), inC(theirs, ground.small(), copy));
            WholeProcess toFile = ground.getToFile(ours, file, copy);
            WholeProcess cp = WholeProcess.toFile(
                    "cp", () -> 0, Command.of("cp", original.toString(), copy.toString()), copy, file);
            List<List<Sample>> samples = ground.rounds().of(List.of(get, inC, toFile, cp));
            double mebibytes = file.mebibytes();
            return List.of(
                    new Result(
                            new Result.Kind(
                                    name(),
                                    "letterbox get of %.0f MiB, its start taken off".formatted(mebibytes),
                                    "MiB/s",
                                    Target.atLeast(5),
                                    "MiB"),
                            throughput(ours.name(), samples.get(0), mebibytes),
                            throughput("forking C server and its client", samples.get(1), mebibytes)),
                    new Result(
                            new Result.Kind(
                                    name(),
                                    "letterbox get -o FILE of %.0f MiB, whole process".formatted(mebibytes),
                                    "ms",
                                    Target.atMost(1.5),
                                    "MiB"),
                            CurlRow.millis(toFile.name(), samples.get(2), mebibytes),
                            CurlRow.millis(cp.name(), samples.get(3), mebibytes)));
        }
    }

    private static WholeProcess inC(FileServer server, ServedFile file, Path copy) {
        return WholeProcess.toNowhere(
                server.name(), server::cpuNanos, client(server, file), client(server, file), copy, file);
    }

    private static Command client(FileServer server, ServedFile file) {
        return Command.of(Peers.program("tlpi-client"), "-k", server.key(), file.name());
    }

    private static Figures throughput(String who, List<Sample> samples, double mebibytes) {
        return Figures.of(who, samples, one -> one.perSecond() * mebibytes, mebibytes);
    }
}
