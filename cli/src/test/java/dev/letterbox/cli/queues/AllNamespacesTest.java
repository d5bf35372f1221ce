package dev.letterbox.cli.queues;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.letterbox.cli.Letterbox;
import dev.letterbox.cli.Operator;
import dev.letterbox.cli.Schemas;
import dev.letterbox.testkit.ChildProcess;
import dev.letterbox.testkit.Command;
import dev.letterbox.testkit.Finished;
import dev.letterbox.testkit.IpcNamespace;
import dev.letterbox.testkit.Peers;
import dev.letterbox.testkit.Privileges;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** As on a host with containers. */
class AllNamespacesTest {
    @AutoClose
    private final IpcNamespace namespace = IpcNamespace.with(Map.of());

    private final Operator letterbox = new Operator(namespace);

    private static JsonNode json(Finished finished) {
        return Schemas.checked("namespaces", finished.expect(0).text());
    }

    /** Returns the namespace that has a queue with this key. */
    private static Optional<JsonNode> having(String key, JsonNode found) {
        return StreamSupport.stream(found.get("namespaces").spliterator(), false)
                .filter(each -> StreamSupport.stream(each.get("queues").spliterator(), false)
                        .anyMatch(queue -> queue.get("key").asString("").equals(key)))
                .findFirst();
    }

    @Test
    void rootSeesTheQueuesOfOtherNamespacesThroughTheirProcesses() {
        letterbox.create("-k", "0x4242");
        try (IpcNamespace other = IpcNamespace.with(Map.of())) {
            new Operator(other).create("-k", "0x4343", "-m", "640");

            JsonNode found = json(letterbox.run("queues", "--all-namespaces", "--json"));
            JsonNode own = having("0x00004242", found).orElseThrow();
            assertThat(own.get("own").asBoolean()).isTrue();
            JsonNode there = having("0x00004343", found).orElseThrow();
            assertThat(there.get("own").asBoolean()).isFalse();
            assertThat(there.get("queues").get(0).get("owner").asString()).isEqualTo("root");
            assertThat(there.get("processes").asInt()).isEqualTo(1);
            // What is shown leads in.
            assertThat(Command.of(
                                    "nsenter",
                                    "--ipc=" + there.get("entrance").asString(),
                                    Peers.program("queue").toString(),
                                    "create",
                                    "-k",
                                    "0x4343")
                            .run()
                            .status())
                    .as("the key is taken there")
                    .isNotZero();

            List<String> lines =
                    letterbox.run("queues", "--all-namespaces").expect(0).lines();
            assertThat(lines.getLast()).as("to root").doesNotContain("Root sees");
            assertThat(lines)
                    .anyMatch(line -> line.matches("0x00004242 +\\d+ +root +0600 +0 +0"))
                    .anyMatch(line -> line.matches("0x00004343 +\\d+ +root +0640 +0 +0"))
                    .anyMatch(line -> line.matches("ipc:\\[\\d+\\] \\(this one\\): process \\d+ \\(java\\).*"))
                    .anyMatch(line -> line.equals(there.get("name").asString() + ": process "
                            + there.get("pid").asLong() + " (sleep)"));
        }
    }

    @Test
    void anOrdinaryUserSeesTheOwnNamespaceAndIsToldWhatIsHidden() {
        letterbox.create("-k", "0x4242");
        try (IpcNamespace other = IpcNamespace.with(Map.of())) {
            new Operator(other).create("-k", "0x4343");
            JsonNode found = json(letterbox
                    .commandOfNobody("queues", "--all-namespaces", "--json")
                    .run());
            assertThat(having("0x00004242", found)).isPresent();
            assertThat(having("0x00004343", found)).isEmpty();
            assertThat(found.get("hiddenProcesses").asInt()).isPositive();
            assertThat(found.get("complete").asBoolean()).isFalse();
            assertThat(letterbox
                            .commandOfNobody("queues", "--all-namespaces")
                            .run()
                            .expect(0)
                            .lines()
                            .getLast())
                    .matches("\\d+ processes of other users hide their namespaces\\. Root sees more\\.");
        }
    }

    /** As a user's own containers, without root. */
    @Test
    void anOrdinaryUserSeesTheQueuesOfTheOwnUserNamespaces() {
        assumeTrue(
                Command.of("unshare", "--user", "--map-root-user", "--ipc", "true")
                                .asUser(Privileges.NOBODY)
                                .run()
                                .status()
                        == 0,
                "This test needs user namespaces of users other than root");
        String script = Peers.program("queue") + " create -k 0x4343 && exec sleep infinity";
        try (ChildProcess container = Command.of("unshare", "--user", "--map-root-user", "--ipc", "sh", "-c", script)
                .asUser(Privileges.NOBODY)
                .in(namespace)
                .start()) {
            container.awaitLine("\\d+");
            JsonNode found = json(letterbox
                    .commandOfNobody("queues", "--all-namespaces", "--json")
                    .run());
            JsonNode there = having("0x00004343", found).orElseThrow();
            assertThat(there.get("pid").asLong()).isEqualTo(container.pid());
            assertThat(there.get("queues").get(0).get("owner").asString())
                    .as("root of that user namespace")
                    .isEqualTo("0");
        }
    }

    /** As container engines keep the namespace of a pod. */
    @Test
    void aNamespaceWithoutProcessesIsFoundByItsMount(@TempDir Path folder) {
        assumeTrue(
                Command.of("unshare", "--mount", "mount", "--bind", "/proc", folder.toString())
                                .run()
                                .status()
                        == 0,
                "This test needs the right to mount");
        Path mount = folder.resolve("ipc");
        String script = "touch \"$1\" && unshare --ipc=\"$1\" \"$2\" create -k 0x4343 >&2 && shift 2 && exec \"$@\"";
        List<String> words = new ArrayList<>(List.of(
                "sh",
                "-c",
                script,
                "sh",
                mount.toString(),
                Peers.program("queue").toString()));
        words.addAll(Letterbox.program("queues", "--all-namespaces", "--json").words());
        JsonNode there = having(
                        "0x00004343",
                        json(Command.of("unshare", prepended("--mount", words)).run()))
                .orElseThrow();
        assertThat(there.get("entrance").asString()).isEqualTo(mount.toString());
        assertThat(there.get("pid").isNull()).isTrue();
        assertThat(there.get("processes").asInt()).isZero();
    }

    private static String[] prepended(String first, List<String> words) {
        List<String> all = new ArrayList<>(List.of(first));
        all.addAll(words);
        return all.toArray(String[]::new);
    }

    @Test
    void fitsATerminalOf80Columns() {
        letterbox.create("-k", "0x4242");
        assertThat(letterbox
                        .command("queues", "--all-namespaces")
                        .onTerminal(80)
                        .run()
                        .expect(0)
                        .lines())
                .allSatisfy(line -> assertThat(line.replaceAll("\u001b\\[[0-9;]*m", "")
                                .stripTrailing()
                                .length())
                        .isLessThanOrEqualTo(80));
    }
}
