package dev.letterbox.cli.files;

import static org.assertj.core.api.Assertions.assertThat;

import dev.letterbox.cli.Letterbox;
import dev.letterbox.cli.Schemas;
import dev.letterbox.testkit.Await;
import dev.letterbox.testkit.Broker;
import dev.letterbox.testkit.ChildProcess;
import dev.letterbox.testkit.Command;
import dev.letterbox.testkit.Deadline;
import dev.letterbox.testkit.SharedBroker;
import dev.letterbox.testkit.TempFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** The commands on RabbitMQ. */
@ExtendWith(SharedBroker.class)
final class OnBrokerIT {
    /** The doctor starts rabbitmqctl three times, one after the other. */
    private static final Duration DIAGNOSIS = Deadline.PATIENCE.multipliedBy(4);

    private static final byte[] CONTENT = TempFiles.bytes(1_000_000);
    private static final int LARGE = 200_000_000;

    @TempDir
    private Path served;

    @TempDir
    private Path here;

    private String address;
    private String password = Broker.USER;

    @BeforeEach
    void prepare(Broker broker) throws IOException {
        address = "amqp://%s@127.0.0.1:%d/%s".formatted(Broker.USER, broker.port(), broker.newVhost());
        Files.write(served.resolve("file"), CONTENT);
        Files.writeString(served.resolve("small"), "small\n");
    }

    private Command letterbox(String... arguments) {
        return Letterbox.program(arguments).env("LETTERBOX_ON", address).env("LETTERBOX_PASSWORD", password);
    }

    private ChildProcess serve(String... options) {
        String[] words = new String[options.length + 2];
        words[0] = "serve";
        words[1] = served.toString();
        System.arraycopy(options, 0, words, 2, options.length);
        ChildProcess server = letterbox(words).start();
        server.awaitLine("^Serving .* on queue letterbox\\.requests at amqp://");
        return server;
    }

    private Path copy(String name) {
        return here.resolve(name);
    }

    @Test
    void filesAreServedFetchedListedAndLookedAt() throws IOException {
        try (ChildProcess server = serve("--quiet")) {
            letterbox("get", "file", "-o", copy("file").toString()).run().expect(0);
            assertThat(copy("file")).hasBinaryContent(CONTENT);
            assertThat(letterbox("get", "file", "-r", "8150-99999")
                            .run()
                            .expect(0)
                            .out())
                    .isEqualTo(Arrays.copyOfRange(CONTENT, 8150, 100_000));
            letterbox("get", "file", "small", "-o", here.toString()).run().expect(0);
            assertThat(copy("small")).hasContent("small\n");
            Files.write(copy("part"), Arrays.copyOf(CONTENT, 123_456));
            Files.move(served.resolve("file"), served.resolve("part"));
            letterbox("get", "part", "-C", "-", "-o", copy("part").toString())
                    .run()
                    .expect(0);
            assertThat(copy("part")).hasBinaryContent(CONTENT);
            assertThat(letterbox("ls").run().expect(0).lines()).anyMatch(line -> line.contains("small"));
            assertThat(letterbox("stat", "small").run().expect(0).text()).contains("small");
            String metrics = letterbox("metrics", "--json").run().expect(0).text();
            Schemas.checked("metrics", metrics);
            assertThat(metrics).contains("\"queue\": null");
            assertThat(letterbox("metrics").run().expect(0).text()).contains("Server   process " + server.pid());
            assertThat(letterbox("get", "none").run().expect(1).err()).contains("No such file");
            server.signal("TERM");
            server.exit().expect(0);
        }
    }

    @Test
    void whenOneOfTwoServersIsKilledTheTransferGoesOnAtTheOther() throws IOException {
        Path large = TempFiles.file(served, "large", LARGE);
        try (ChildProcess one = serve("--quiet");
                ChildProcess other = serve("--quiet");
                ChildProcess get = letterbox("get", "large", "-o", copy("large").toString(), "--no-progress")
                        .start()) {
            Await.until("a part has come", () -> largest(here) > 1_000_000);
            ChildProcess serving = isReading(one, large) ? one : other;
            serving.kill();
            get.exit().expect(0);
            assertThat(get.err()).contains("Retrying in");
            assertThat(TempFiles.sha256(copy("large"))).isEqualTo(TempFiles.sha256(large));
        }
    }

    private static long largest(Path folder) throws IOException {
        try (var files = Files.list(folder)) {
            return files.mapToLong(each -> each.toFile().length()).max().orElse(0);
        }
    }

    private static boolean isReading(ChildProcess process, Path file) throws IOException {
        try (var descriptors = Files.list(Path.of("/proc/" + process.pid() + "/fd"))) {
            return descriptors.anyMatch(each -> pointsTo(each, file));
        }
    }

    private static boolean pointsTo(Path link, Path file) {
        try {
            return Files.readSymbolicLink(link).equals(file);
        } catch (IOException closedMeanwhile) {
            return false;
        }
    }

    @Test
    void theDemoKillsOneOfTwoServersAndTheFileArrives() {
        String shown = letterbox("demo").run().expect(0).text();
        assertThat(shown)
                .containsPattern("killed   process \\d+ during the transfer")
                .contains("\nidentical; ");
    }

    @Test
    void withoutAServerTheCommandsSaySo() {
        assertThat(letterbox("get", "file").run().expect(1).err())
                .contains("No server runs on queue letterbox.requests at amqp://")
                .contains("letterbox serve DIR --on");
    }

    @Test
    void aPasswordIsTakenFromAFileAndNeverFromTheCommandLine() throws IOException {
        Path file = copy("password");
        Files.writeString(file, Broker.USER + "\n");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
        try (ChildProcess _ = serve("--quiet")) {
            Command withFile = Letterbox.program("get", "small", "--on", address)
                    .withoutEnv("LETTERBOX_PASSWORD")
                    .env("LETTERBOX_PASSWORD_FILE", file.toString());
            assertThat(withFile.run().expect(0).text()).isEqualTo("small\n");
            Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
            assertThat(withFile.run().expect(2).err()).contains("chmod 600");
        }
        String telling = address.replace("@", ":secret@");
        assertThat(Letterbox.program("get", "small", "--on", telling)
                        .run()
                        .expect(2)
                        .err())
                .contains("LETTERBOX_PASSWORD")
                .doesNotContain("secret");
        assertThat(letterbox("get", "small")
                        .env("LETTERBOX_PASSWORD", "wrong")
                        .run()
                        .expect(1)
                        .err())
                .contains("does not accept user 'test'");
    }

    @Test
    void theDoctorSaysWhatIsWrongAtABroker(Broker broker) throws IOException {
        assertThat(doctor(broker).run(DIAGNOSIS).expect(1).text())
                .containsPattern("WRONG +There is no queue letterbox.requests in vhost");
        try (ChildProcess _ = serve("--quiet")) {
            Schemas.checked(
                    "doctor", doctor(broker, "--json").run(DIAGNOSIS).expect(0).text());
            assertThat(doctor(broker, "--on", address + "?heartbeat=60&queue=quorum")
                            .run(DIAGNOSIS)
                            .expect(1)
                            .text())
                    .containsPattern("WRONG +Queue letterbox.requests is not a quorum queue")
                    .containsPattern("warning +The heartbeat is 60 s");
        }
        assertThat(doctor(broker)
                        .env("LETTERBOX_PASSWORD", "wrong")
                        .run(DIAGNOSIS)
                        .expect(1)
                        .text())
                .contains("does not accept user 'test'");
        assertThat(doctor(broker, "--on", "amqp://test@127.0.0.1:1/")
                        .run(DIAGNOSIS)
                        .expect(1)
                        .text())
                .contains("Connection refused");
        assertThat(doctor(broker, "--on", address + "x")
                        .run(DIAGNOSIS)
                        .expect(1)
                        .text())
                .contains("rabbitmqctl list_vhosts");
    }

    @Test
    void theDoctorFindsThatAPolicyMirrorsTheRequestQueue(Broker broker) {
        String vhost = address.substring(address.lastIndexOf('/') + 1);
        try (ChildProcess _ = serve("--quiet")) {
            broker.ctl("set_policy", "--vhost", vhost, "ha-all", "^letterbox", "{\"ha-mode\":\"all\"}");
            assertThat(doctor(broker).run(DIAGNOSIS).expect(1).text().replaceAll("\\s+", " "))
                    .contains("warning Queue letterbox.requests is a classic queue that policy 'ha-all' mirrors.")
                    .contains("rabbitmqctl clear_policy --vhost " + vhost + " ha-all");
            broker.ctl("clear_policy", "--vhost", vhost, "ha-all");
            doctor(broker).run(DIAGNOSIS).expect(0);
        }
    }

    /** With the way to rabbitmqctl, which the doctor tries. */
    private Command doctor(Broker broker, String... options) {
        List<String> words = new ArrayList<>(List.of("doctor"));
        words.addAll(List.of(options));
        return broker.reaching(letterbox(words.toArray(String[]::new)));
    }

    @Test
    void setupGivesEachUserItsRightsAndShowsThemAsLines(Broker broker) {
        broker.addUser("server");
        broker.addUser("ann");
        String vhost = address.substring(address.lastIndexOf('/') + 1);
        address = address.replace(Broker.USER + "@", "server@");
        password = "server";
        List<String> words = List.of("rabbitmq", "setup", "--server", "server", "--client", "ann");
        List<String> lines = setup(broker, words, "--dry-run").run().expect(0).lines();
        assertThat(lines).hasSize(4).allMatch(line -> line.startsWith("rabbitmqctl "));
        assertThat(broker.ctl("list_user_permissions", "ann", "--no-table-headers"))
                .isBlank();
        assertThat(setup(broker, words).run().expect(0).lines()).startsWith(lines.toArray(String[]::new));
        assertThat(broker.ctl("list_user_permissions", "ann", "--no-table-headers"))
                .contains(vhost);
        try (ChildProcess _ = serve("--quiet")) {
            address = address.replace("server@", "ann@");
            password = "ann";
            assertThat(letterbox("get", "small").run().expect(0).text()).isEqualTo("small\n");
            assertThat(letterbox("serve", ".").run().expect(1).err()).contains("User 'ann' may not serve");
        }
    }

    private Command setup(Broker broker, List<String> words, String... more) {
        List<String> all = new ArrayList<>(words);
        all.addAll(List.of(more));
        return broker.reaching(letterbox(all.toArray(String[]::new)));
    }

    @Test
    void optionsThatOnlyTheKernelCanKeepAreRefused() {
        for (String[] options : new String[][] {{"--as-caller"}, {"--access", "all"}, {"--waiting", "spin"}}) {
            String[] words = new String[options.length + 2];
            words[0] = "serve";
            words[1] = ".";
            System.arraycopy(options, 0, words, 2, options.length);
            assertThat(letterbox(words).run().expect(2).err()).contains(options[0] + " cannot be combined with --on");
        }
        assertThat(letterbox("get", "a", "--on", address, "--key", "1")
                        .run()
                        .expect(2)
                        .err())
                .contains("--on and --key cannot be combined");
        assertThat(letterbox("get", "a", "--on", "http://x").run().expect(2).err())
                .contains("amqp://");
    }

    @Test
    void whenTheBrokerIsKilledEverybodyIsToldWithinSeconds() throws IOException {
        Path large = TempFiles.file(served, "large", LARGE);
        try (Broker broker = Broker.start()) {
            address = "amqp://%s@127.0.0.1:%d/%s".formatted(Broker.USER, broker.port(), broker.newVhost());
            try (ChildProcess server = serve();
                    ChildProcess get = letterbox(
                                    "get", "large", "-o", copy("large").toString())
                            .start()) {
                Await.until("the file is on its way", () -> isReading(server, large));
                broker.kill();
                get.exit().expect(1);
                assertThat(get.err()).contains("Lost the broker");
                assertThat(copy("large")).doesNotExist();
                server.awaitErrLine("Lost the broker");
                server.signal("TERM");
                server.exit().expect(0);
            }
        }
    }
}
