package dev.letterbox.bench.targets;

import dev.letterbox.testkit.Command;
import dev.letterbox.testkit.Peers;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** Measures {@code letterbox get} of a 1 KB file, from its start to its end, beside the least that a JVM takes. */
final class GetRow implements Row {
    @Override
    public String name() {
        return "get";
    }

    @Override
    public Section section() {
        return Section.USERS;
    }

    @Override
    public List<Result> measure(Ground ground) throws IOException {
        Path copy = ground.folder().resolve("copy.bin");
        try (FileServer server = ground.serve()) {
            WholeProcess ours = ground.getToFile(server, ground.small(), copy);
            HelloProcess hello = new HelloProcess();
            Command client = Command.of(
                    Peers.program("tlpi-client"),
                    "-k",
                    server.key(),
                    ground.small().name());
            WholeProcess inC =
                    WholeProcess.toFile("C client", server::cpuNanos, client.outTo(copy), copy, ground.small());
            List<List<Sample>> samples = ground.rounds().of(List.of(ours, hello, inC));
            Figures our = CurlRow.millis(ours.name(), samples.get(0), 1);
            return List.of(
                    result(Target.atMost(2), our, CurlRow.millis(hello.name(), samples.get(1), 1)),
                    result(Target.none(), our, CurlRow.millis(inC.name(), samples.get(2), 1)));
        }
    }

    private Result result(Target target, Figures ours, Figures other) {
        return new Result(
                new Result.Kind(name(), "letterbox get -o FILE of 1 KB, whole process", "ms", target, "call"),
                ours,
                other);
    }
}
