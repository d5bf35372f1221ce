package dev.letterbox.bench.targets;

import dev.letterbox.bench.CpuClock;
import dev.letterbox.testkit.ChildProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToDoubleFunction;

/** Measures our client and server beside gRPC-Java over a Unix domain socket: a small file, and a large one. */
final class GrpcRow implements Row {
    private static final Duration PATIENCE = Duration.ofMinutes(1);

    @Override
    public String name() {
        return "grpc";
    }

    @Override
    public Section section() {
        return Section.WARM;
    }

    @Override
    public List<Result> measure(Ground ground) throws IOException {
        Path socket = ground.folder().resolve("grpc.socket");
        try (FileServer ours = ground.serveQuiet();
                ChildProcess grpc = ground.java(
                                GrpcServer.class, ground.folder().toString(), socket.toString())
                        .openInput()
                        .start()) {
            grpc.awaitLine("^ready$", PATIENCE);
            ServedFile small = ground.small();
            ServedFile large = ground.large();
            List<Result> results = new ArrayList<>();
            for (int callers : ground.settings().quick() ? new int[] {1} : new int[] {1, 8}) {
                results.add(measure(
                        ground,
                        ours,
                        grpc,
                        socket,
                        small,
                        callers,
                        new Result.Kind(
                                name(),
                                "1 KB file, %d caller%s in one client".formatted(callers, callers == 1 ? "" : "s"),
                                "requests/s",
                                Target.atLeast(3),
                                "request"),
                        Sample::perSecond,
                        1));
            }
            results.add(measure(
                    ground,
                    ours,
                    grpc,
                    socket,
                    large,
                    1,
                    new Result.Kind(
                            name(),
                            "%.0f MiB file, one caller".formatted(large.mebibytes()),
                            "MiB/s",
                            Target.atLeast(1.3),
                            "MiB"),
                    sample -> sample.perSecond() * large.mebibytes(),
                    large.mebibytes()));
            return results;
        } finally {
            Files.deleteIfExists(socket);
        }
    }

    private static Result measure(
            Ground ground,
            FileServer ours,
            ChildProcess grpc,
            Path socket,
            ServedFile file,
            int callers,
            Result.Kind kind,
            ToDoubleFunction<Sample> value,
            double unitsPerOperation) {
        try (JavaContender ourClient = LargeRow.fetching(ground, ours, file, callers);
                JavaContender grpcClient = new JavaContender(
                        "gRPC-Java",
                        () -> CpuClock.nanosOf(grpc.pid()),
                        file.checksum(),
                        ground.java(
                                GrpcClient.class,
                                socket.toString(),
                                file.name(),
                                Long.toString(file.size()),
                                Integer.toString(callers)))) {
            List<List<Sample>> samples = ground.rounds().of(List.of(ourClient, grpcClient));
            return new Result(
                    kind,
                    Figures.of(ourClient.name(), samples.get(0), value, unitsPerOperation),
                    Figures.of(grpcClient.name(), samples.get(1), value, unitsPerOperation));
        }
    }
}
