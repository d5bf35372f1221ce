package dev.letterbox.bench.targets;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** Measures requests for a 1 KB file by C clients: our server beside the forking C server. */
final class RequestsRow implements Row {
    @Override
    public String name() {
        return "requests";
    }

    @Override
    public List<Result> measure(Ground ground) throws IOException {
        List<Result> results = new ArrayList<>();
        try (FileServer ours = ground.serve();
                FileServer isolated = ground.serveIsolated();
                FileServer theirs = ground.serveInC()) {
            for (int clients : new int[] {1, 2, 8}) {
                List<List<Sample>> samples = ground.rounds()
                        .of(List.of(
                                new LoadClients(ours, clients, ground.small()),
                                new LoadClients(isolated, clients, ground.small()),
                                new LoadClients(theirs, clients, ground.small())));
                String what = "1 KB file, %d C client%s".formatted(clients, clients == 1 ? "" : "s");
                Figures beside = Figures.of(theirs.name(), samples.get(2), Sample::perSecond, 1);
                results.add(new Result(
                        new Result.Kind(name(), what, "requests/s", Target.atLeast(10), "request"),
                        Figures.of(ours.name(), samples.get(0), Sample::perSecond, 1),
                        beside));
                results.add(new Result(
                        new Result.Kind(
                                name(), what + ", from two worker processes", "requests/s", Target.none(), "request"),
                        Figures.of(isolated.name(), samples.get(1), Sample::perSecond, 1),
                        beside));
            }
        }
        return results;
    }
}
