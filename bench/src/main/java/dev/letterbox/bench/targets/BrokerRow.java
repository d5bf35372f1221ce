package dev.letterbox.bench.targets;

import dev.letterbox.bench.CpuClock;
import dev.letterbox.testkit.Broker;
import dev.letterbox.testkit.ChildProcess;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToDoubleFunction;

/**
 * Measures our engine on RabbitMQ beside the same exchange written by hand on amqp-client, both on one broker of the
 * benchmark's own; and how the work of a millisecond goes on more servers. Skipped where RabbitMQ is not installed.
 */
final class BrokerRow implements Row {
    private static final Duration PATIENCE = Duration.ofMinutes(1);
    private static final double MEBIBYTE = 1 << 20;

    @Override
    public String name() {
        return "rabbitmq";
    }

    @Override
    public Section section() {
        return Section.WARM;
    }

    /** What both sides are told. */
    private record Task(String service, long bytes, int callers) {}

    @Override
    public List<Result> measure(Ground ground) throws IOException {
        if (!Broker.isInstalled()) {
            throw new SkippedException(
                    "rabbitmq-server is not installed (Debian, Ubuntu: apt install rabbitmq-server)");
        }
        try (Broker broker = Broker.start()) {
            String vhost = broker.newVhost();
            List<Result> results = new ArrayList<>();
            try (ChildProcess ours = server(ground, broker, vhost);
                    ChildProcess byHand =
                            start(ground.java(HandServer.class, "" + broker.port(), vhost, Broker.USER))) {
                for (int callers : ground.settings().quick() ? new int[] {1} : new int[] {1, 8, 64}) {
                    results.add(compare(
                            ground,
                            broker,
                            vhost,
                            ours,
                            byHand,
                            new Task("echo", 1024, callers),
                            new Result.Kind(
                                    name(),
                                    "1 KB, %d in flight".formatted(callers),
                                    "requests/s",
                                    Target.atLeast(0.9),
                                    "request"),
                            Sample::perSecond,
                            1));
                }
                long large = ground.large().size();
                double mebibytes = large / MEBIBYTE;
                results.add(compare(
                        ground,
                        broker,
                        vhost,
                        ours,
                        byHand,
                        new Task("stream", large, 1),
                        new Result.Kind(
                                name(), "stream of %.0f MiB".formatted(mebibytes), "MiB/s", Target.atLeast(0.9), "MiB"),
                        sample -> sample.perSecond() * mebibytes,
                        mebibytes));
            }
            results.addAll(scale(ground, broker));
            return results;
        }
    }

    private Result compare(
            Ground ground,
            Broker broker,
            String vhost,
            ChildProcess ourServer,
            ChildProcess handServer,
            Task task,
            Result.Kind kind,
            ToDoubleFunction<Sample> value,
            double unitsPerOperation) {
        String bytes = Long.toString(task.bytes);
        String callers = Integer.toString(task.callers);
        try (JavaContender ours = client(ground, broker, vhost, task, List.of(ourServer));
                JavaContender byHand = new JavaContender(
                        "amqp-client",
                        () -> CpuClock.nanosOf(handServer.pid()),
                        JavaSide.NO_CHECKSUM,
                        ground.java(
                                HandClient.class,
                                "" + broker.port(),
                                vhost,
                                Broker.USER,
                                task.service,
                                bytes,
                                callers))) {
            List<List<Sample>> samples = ground.rounds().of(List.of(ours, byHand));
            return new Result(
                    kind,
                    Figures.of(ours.name(), samples.get(0), value, unitsPerOperation),
                    Figures.of(byHand.name(), samples.get(1), value, unitsPerOperation));
        }
    }

    /** More servers, beside one. */
    private List<Result> scale(Ground ground, Broker broker) {
        List<Result> results = new ArrayList<>();
        Task task = new Task("work", 64, 64);
        for (int count : ground.settings().quick() ? new int[] {2} : new int[] {2, 4}) {
            String many = broker.newVhost();
            String one = broker.newVhost();
            List<ChildProcess> servers = new ArrayList<>();
            try (ChildProcess single = server(ground, broker, one)) {
                for (int i = 0; i < count; i++) {
                    servers.add(server(ground, broker, many));
                }
                try (JavaContender ours = client(ground, broker, many, task, servers);
                        JavaContender alone = client(ground, broker, one, task, List.of(single))) {
                    List<List<Sample>> samples = ground.rounds().of(List.of(ours, alone));
                    results.add(new Result(
                            new Result.Kind(
                                    name(),
                                    "work of 1 ms, one at a time at each server, 64 in flight: %d servers beside 1"
                                            .formatted(count),
                                    "requests/s",
                                    Target.atLeast(count * 0.8),
                                    "request"),
                            Figures.of(count + " servers", samples.get(0), Sample::perSecond, 1),
                            Figures.of("1 server", samples.get(1), Sample::perSecond, 1)));
                }
            } finally {
                servers.forEach(JavaContender::end);
            }
        }
        return results;
    }

    private static JavaContender client(
            Ground ground, Broker broker, String vhost, Task task, List<ChildProcess> servers) {
        return new JavaContender(
                "Letterbox",
                () -> servers.stream()
                        .mapToLong(server -> CpuClock.nanosOf(server.pid()))
                        .sum(),
                JavaSide.NO_CHECKSUM,
                ground.java(
                        BrokerClient.class,
                        address(broker, vhost),
                        Broker.USER,
                        task.service,
                        Long.toString(task.bytes),
                        Integer.toString(task.callers)));
    }

    private static ChildProcess server(Ground ground, Broker broker, String vhost) {
        return start(ground.java(BrokerServer.class, address(broker, vhost), Broker.USER));
    }

    private static ChildProcess start(dev.letterbox.testkit.Command command) {
        ChildProcess server = command.openInput().start();
        server.awaitLine("^ready$", PATIENCE);
        return server;
    }

    private static String address(Broker broker, String vhost) {
        return "amqp://127.0.0.1:%d/%s".formatted(broker.port(), vhost);
    }
}
