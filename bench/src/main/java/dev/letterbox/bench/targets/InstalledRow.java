package dev.letterbox.bench.targets;

import dev.letterbox.testkit.Command;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * Measures the start of the packaged command, which runs on the Java that it brings, beside the same command in a checkout, and
 * what it needs of the disk.
 */
final class InstalledRow implements Row {
    private static final double MEBIBYTE = 1 << 20;

    @Override
    public String name() {
        return "installed";
    }

    @Override
    public Section section() {
        return Section.USERS;
    }

    @Override
    public List<Result> measure(Ground ground) throws IOException {
        if (ground.settings().quick()) {
            throw new SkippedException("a quick run makes no package");
        }
        Row.require(Command.of("dpkg-deb", "--version"), "dpkg");
        Row.require(Command.of("strip", "--version"), "binutils");
        Path folder = Files.createDirectory(ground.folder().resolve("installed"));
        Path archive = ground.archive(folder);
        Command.of("tar", "--extract", "--strip-components=1", "--file", archive.toString())
                .inDirectory(folder)
                .run()
                .expect(0);
        double fetched = Files.size(archive) / MEBIBYTE;
        Files.delete(archive);
        Path program = folder.resolve("bin/letterbox");
        // The first start makes the cache of classes.
        Command.of(program, "--version").run().expect(0);
        Path copy = ground.folder().resolve("copy.bin");
        try (FileServer server = ground.serve()) {
            Command installed =
                    Command.of(program, "get", ground.small().name(), "--key", server.key(), "-o", copy.toString());
            List<WholeProcess> contenders = List.of(
                    WholeProcess.toFile(server.name(), server::cpuNanos, installed, copy, ground.small()),
                    ground.getToFile(server, ground.small(), copy));
            List<List<Sample>> samples = ground.rounds().of(contenders);
            return List.of(
                    new Result(
                            new Result.Kind(
                                    name(),
                                    "letterbox get -o FILE of 1 KB, as installed",
                                    "ms",
                                    Target.atMost(1.1),
                                    "call"),
                            CurlRow.millis(server.name(), samples.getFirst(), 1),
                            CurlRow.millis("in a checkout", samples.getLast(), 1)),
                    size("the archive, to fetch", fetched),
                    size("the same, installed, with its cache of classes", bytesIn(folder) / MEBIBYTE));
        } finally {
            Ground.remove(folder);
        }
    }

    private Result size(String what, double mebibytes) {
        return new Result(
                new Result.Kind(name(), what, "MiB", Target.none()), Figures.of("Letterbox", mebibytes), null);
    }

    private static double bytesIn(Path folder) throws IOException {
        try (Stream<Path> inside = Files.walk(folder)) {
            return inside.filter(Files::isRegularFile)
                    .mapToLong(InstalledRow::bytes)
                    .sum();
        }
    }

    private static long bytes(Path file) {
        try {
            return Files.size(file);
        } catch (IOException gone) {
            throw new UncheckedIOException(gone);
        }
    }
}
