package dev.letterbox.bench.targets;

import dev.letterbox.testkit.Command;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Measures {@code letterbox get} of a huge file beside {@code curl} from nginx over a Unix socket: whole processes. */
final class CurlRow implements Row {
    @Override
    public String name() {
        return "curl";
    }

    @Override
    public Section section() {
        return Section.USERS;
    }

    @Override
    public List<Result> measure(Ground ground) throws IOException {
        Nginx.require();
        Row.require(Command.of("curl", "--version"), "curl");
        ServedFile file = ground.huge();
        Path copy = ground.folder().resolve("copy.bin");
        try (FileServer ours = ground.serve();
                Nginx nginx = Nginx.start(ground)) {
            FileServer theirs = nginx.server();
            List<WholeProcess> contenders = List.of(
                    ground.get(ours, file, copy),
                    WholeProcess.toNowhere(
                            "curl, nginx", theirs::cpuNanos, nginx.curl(file), nginx.curl(file), copy, file),
                    ground.getToFile(ours, file, copy),
                    WholeProcess.toFile(
                            "curl -o, nginx", theirs::cpuNanos, nginx.curl(file, "-o", copy.toString()), copy, file),
                    piped(ours, ground.get(ours, file, copy).command(), copy, file),
                    piped(theirs, nginx.curl(file), copy, file));
            List<List<Sample>> samples = ground.rounds().of(contenders);
            List<Result> results = new ArrayList<>();
            List<String> how = List.of("letterbox get", "letterbox get -o FILE", "letterbox get into cat");
            for (int i = 0; i < how.size(); i++) {
                results.add(new Result(
                        new Result.Kind(
                                name(),
                                "%s of %.0f MiB, whole process".formatted(how.get(i), file.mebibytes()),
                                "ms",
                                Target.atMost(1),
                                "MiB"),
                        millis(ours.name(), samples.get(2 * i), file.mebibytes()),
                        millis(contenders.get(2 * i + 1).name(), samples.get(2 * i + 1), file.mebibytes())));
            }
            return results;
        }
    }

    private static WholeProcess piped(FileServer server, Command client, Path copy, ServedFile file) {
        String name = server.name().equals("Letterbox") ? server.name() : "curl into cat, nginx";
        return WholeProcess.toNowhere(name, server::cpuNanos, piped(client), piped(client), copy, file);
    }

    private static Command piped(Command client) {
        List<String> words = new ArrayList<>(List.of("sh", "-c", "\"$@\" | cat", "sh"));
        words.addAll(client.words());
        return Command.of(words).env(Ground.NO_BUILD, "1");
    }

    /** Returns the median of the whole processes of each round. */
    static Figures millis(String who, List<Sample> samples, double mebibytes) {
        return Figures.of(who, samples, one -> one.microsAt(50) / 1e3, mebibytes);
    }
}
