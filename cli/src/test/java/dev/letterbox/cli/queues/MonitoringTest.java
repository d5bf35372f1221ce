package dev.letterbox.cli.queues;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.letterbox.cli.Operator;
import dev.letterbox.testkit.Await;
import dev.letterbox.testkit.ChildProcess;
import dev.letterbox.testkit.Command;
import dev.letterbox.testkit.Finished;
import dev.letterbox.testkit.IpcNamespace;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.json.JsonMapper;

/** The series about queues, and the rules and the dashboard that use them. */
class MonitoringTest {
    private static final Path FOLDER = Path.of(System.getProperty("letterbox.root", ".."), "docs", "monitoring")
            .toAbsolutePath();
    private static final Pattern SERIES = Pattern.compile("\\bletterbox_[a-z_]+");

    /** Written by {@code serve --isolation process} alone. */
    private static final Set<String> OF_WORKERS = Set.of("letterbox_worker_ends_total");

    @AutoClose
    private final IpcNamespace namespace = IpcNamespace.with(Map.of("msgmni", 200));

    private final Operator letterbox = new Operator(namespace);

    @Test
    void eachQueueHasItsSeries() {
        int queue = letterbox.create("-k", "0x4242");
        letterbox.peer("send", "" + queue, "1", "-s", "hello").expect(0);
        letterbox.create();
        Finished finished = letterbox.run("queues", "--prometheus").expect(0);
        assertThat(finished.lines())
                .contains(
                        "letterbox_queues 2",
                        "letterbox_queues_messages 1",
                        "letterbox_queues_bytes 5",
                        "letterbox_limit{name=\"msgmni\"} 200",
                        "letterbox_limit_used{name=\"msgmni\"} 2",
                        "letterbox_queue_bytes{id=\"%d\",key=\"0x00004242\",owner=\"root\"} 5".formatted(queue),
                        "letterbox_queue_capacity_bytes{id=\"%d\",key=\"0x00004242\",owner=\"root\"} 16384"
                                .formatted(queue),
                        "letterbox_queue_waiting{id=\"%d\",key=\"0x00004242\",owner=\"root\",call=\"receive\"} 0"
                                .formatted(queue))
                .anyMatch(line -> line.startsWith("letterbox_queue_last_send_timestamp_seconds{id=\"" + queue + "\""))
                .noneMatch(line -> line.startsWith("letterbox_queue_last_receive_timestamp_seconds{"));
        check("check", "metrics", finished.text());
    }

    @Test
    void onlyTheFullestQueuesHaveSeriesOfTheirOwn() {
        for (int i = 0; i < QueueSeries.MOST + 3; i++) {
            letterbox.create();
        }
        int full = letterbox.create();
        letterbox.peer("flood", "" + full, "1", "8000", "2").expect(0);
        List<String> lines = letterbox.run("queues", "--prometheus").expect(0).lines();
        assertThat(lines)
                .contains("letterbox_queues_omitted 4")
                .filteredOn(line -> line.startsWith("letterbox_queue_messages{"))
                .hasSize(QueueSeries.MOST)
                .first()
                .asString()
                .startsWith("letterbox_queue_messages{id=\"%d\"".formatted(full));
    }

    @Test
    void theFileIsReplacedAtEachInterval(@TempDir Path folder) throws IOException {
        Path file = folder.resolve("queues.prom");
        letterbox.run("queues", "--metrics-file", file.toString()).expect(0);
        assertThat(file).content().contains("letterbox_queues 0\n");
        try (ChildProcess writing = letterbox
                .command("queues", "--metrics-file", file.toString(), "--watch", "100ms")
                .start()) {
            letterbox.create();
            Await.asserted(() -> assertThat(file).content().contains("letterbox_queues 1\n"));
            writing.signal("TERM");
            writing.exit();
        }
        assertThat(folder).isEmptyDirectory();
    }

    @Test
    void rulesAndDashboardNameNoSeriesThatDoesNotExist(@TempDir Path folder) throws IOException {
        Set<String> known = new TreeSet<>(OF_WORKERS);
        try (ChildProcess server =
                letterbox.command("serve", folder.toString(), "--quiet").start()) {
            server.awaitLine("Serving");
            known.addAll(
                    families(letterbox.run("queues", "--prometheus").expect(0).text()));
            known.addAll(
                    families(letterbox.run("metrics", "--prometheus").expect(0).text()));
            server.signal("TERM");
            server.exit().expect(0);
        }
        for (String name : List.of("letterbox-alerts.yml", "letterbox-dashboard.json")) {
            String text = Files.readString(FOLDER.resolve(name));
            Set<String> used = new TreeSet<>();
            SERIES.matcher(text).results().forEach(found -> used.add(found.group()));
            assertThat(used.stream().map(each -> each.replaceFirst("_(bucket|count|sum)$", "")))
                    .as(name)
                    .isNotEmpty()
                    .allMatch(known::contains, "is written by queues or serve: " + known);
        }
        assertThat(new JsonMapper()
                        .readTree(Files.readString(FOLDER.resolve("letterbox-dashboard.json")))
                        .get("panels"))
                .isNotEmpty();
    }

    private static Set<String> families(String text) {
        Set<String> names = new TreeSet<>();
        text.lines().filter(line -> line.startsWith("# TYPE ")).forEach(line -> names.add(line.split(" ", -1)[2]));
        return names;
    }

    @Test
    void promtoolAcceptsTheRulesAndTheyFire() {
        check("check", "rules", "", "letterbox-alerts.yml");
        check("test", "rules", "", "letterbox-alerts-test.yml");
    }

    private static void check(String what, String of, String input, String... files) {
        assumeTrue(Files.isExecutable(Path.of("/usr/bin/promtool")), "promtool is not installed");
        Command.of(
                        "promtool",
                        Stream.concat(Stream.of(what, of), Stream.of(files)).toArray(String[]::new))
                .inDirectory(FOLDER)
                .input(input)
                .run()
                .expect(0);
    }
}
