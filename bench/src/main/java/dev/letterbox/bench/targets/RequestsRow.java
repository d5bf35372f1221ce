package dev.letterbox.bench.targets;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * Measures requests for a 1 KB file by C clients: our server beside the forking C server, both of which log each request;
 * and what our log costs.
 */
final class RequestsRow implements Row {
    @Override
    public String name() {
        return "requests";
    }

    @Override
    public Section section() {
        return Section.USERS;
    }

    @Override
    public List<Result> measure(Ground ground) throws IOException {
        List<Result> results = new ArrayList<>();
        try (FileServer ours = ground.serve();
                FileServer quiet = ground.serveQuiet();
                FileServer isolated = ground.serveIsolated();
                FileServer theirs = ground.serveInC()) {
            for (int clients : new int[] {1, 2, 8}) {
                List<List<Sample>> samples = ground.rounds()
                        .of(List.of(
                                new LoadClients(ours, clients, ground.small()),
                                new LoadClients(theirs, clients, ground.small()),
                                new LoadClients(quiet, clients, ground.small()),
                                new LoadClients(isolated, clients, ground.small())));
                String what = "1 KB file, %d C client%s".formatted(clients, clients == 1 ? "" : "s");
                Figures our = Figures.of(ours.name(), samples.get(0), Sample::perSecond, 1);
                Figures beside = Figures.of(theirs.name(), samples.get(1), Sample::perSecond, 1);
                results.add(result(what, Target.atLeast(10), our, beside));
                results.add(result(
                        what,
                        Target.atLeast(0.95),
                        our,
                        Figures.of("serve --quiet", samples.get(2), Sample::perSecond, 1)));
                results.add(result(
                        what + ", from two worker processes",
                        Target.none(),
                        Figures.of(isolated.name(), samples.get(3), Sample::perSecond, 1),
                        beside));
            }
        }
        return results;
    }

    private Result result(String what, Target target, Figures ours, Figures other) {
        return new Result(new Result.Kind(name(), what, "requests/s", target, "request"), ours, other);
    }
}
