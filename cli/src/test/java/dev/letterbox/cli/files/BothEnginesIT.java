package dev.letterbox.cli.files;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.letterbox.Content;
import dev.letterbox.FailureKind;
import dev.letterbox.Service;
import dev.letterbox.ServiceException;
import dev.letterbox.Timeout;
import dev.letterbox.client.Client;
import dev.letterbox.engine.Transport;
import dev.letterbox.error.RequestRefusedException;
import dev.letterbox.error.ResponseTimeoutException;
import dev.letterbox.files.FileClient;
import dev.letterbox.files.FileEntry;
import dev.letterbox.files.FileService;
import dev.letterbox.files.Rights;
import dev.letterbox.files.ServedRoot;
import dev.letterbox.process.ServiceProcess;
import dev.letterbox.process.WorkerProcesses;
import dev.letterbox.queues.QueueTransport;
import dev.letterbox.rabbitmq.BrokerAddress;
import dev.letterbox.rabbitmq.Login;
import dev.letterbox.rabbitmq.RabbitTransport;
import dev.letterbox.server.Server;
import dev.letterbox.sysv.Key;
import dev.letterbox.testkit.Await;
import dev.letterbox.testkit.Background;
import dev.letterbox.testkit.Broker;
import dev.letterbox.testkit.Deadline;
import dev.letterbox.testkit.JavaProcess;
import dev.letterbox.testkit.SharedBroker;
import dev.letterbox.testkit.TempFiles;
import java.io.ByteArrayOutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The services of docs/services.md and the file service, the very same on each engine. */
@ExtendWith(SharedBroker.class)
final class BothEnginesIT {
    private static final Timeout SILENCE = Timeout.ofSilence(Duration.ofSeconds(30));

    /** Where a test runs. */
    enum Engine {
        KERNEL {
            @Override
            Transport transport(Broker broker) {
                return new QueueTransport(Key.free());
            }
        },
        RABBITMQ {
            @Override
            Transport transport(Broker broker) {
                BrokerAddress address =
                        BrokerAddress.parse("amqp://127.0.0.1:%d/%s".formatted(broker.port(), broker.newVhost()));
                return new RabbitTransport(address, new Login(Broker.USER, Optional.of(Broker.USER)));
            }
        };

        abstract Transport transport(Broker broker);
    }

    /** The program of a worker process. */
    static final class Worker {
        private Worker() {}

        static final Service RISKY = request -> {
            if (request.payload().length == 0) {
                Runtime.getRuntime().halt(1);
            }
            return Content.of("alive");
        };

        public static void main(String[] arguments) {
            ServiceProcess.run(Map.of("risky", RISKY));
        }
    }

    @ParameterizedTest
    @EnumSource
    void echo(Engine engine, Broker broker) throws Exception {
        Transport transport = engine.transport(broker);
        try (Server _ = Server.on(transport)
                        .service("echo", request -> Content.of(request.payload()))
                        .start();
                Client client = Client.connect(transport)) {
            for (int size : new int[] {0, 1, 1_000, Client.LONGEST_REQUEST - "echo".length()}) {
                byte[] payload = TempFiles.bytes(size);
                assertThat(client.collect("echo", payload, 10_000, SILENCE)).isEqualTo(payload);
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void uptime(Engine engine, Broker broker) throws Exception {
        Transport transport = engine.transport(broker);
        Instant started = Instant.now();
        Service uptime = request -> Content.written(out -> {
            out.write(("hello, " + request.caller() + "\n").getBytes(UTF_8));
            for (int times = Integer.parseInt(new String(request.payload(), UTF_8)); times > 0; times--) {
                out.write(("up for " + Duration.between(started, Instant.now()) + "\n").getBytes(UTF_8));
            }
        });
        try (Server server = Server.on(transport).service("uptime", uptime).start();
                Client client = Client.connect(transport)) {
            ByteArrayOutputStream came = new ByteArrayOutputStream();
            client.fetch("uptime", "10000".getBytes(UTF_8), piece -> came.writeBytes(bytesOf(piece)), SILENCE);
            List<String> lines = came.toString(UTF_8).lines().toList();
            assertThat(lines).hasSize(10_001);
            assertThat(lines.getFirst()).isEqualTo("hello, " + server.user());
        }
    }

    private static byte[] bytesOf(java.nio.ByteBuffer piece) {
        byte[] bytes = new byte[piece.remaining()];
        piece.get(bytes);
        return bytes;
    }

    @ParameterizedTest
    @EnumSource
    void servicesInProcessesOfTheirOwn(Engine engine, Broker broker) throws Exception {
        Transport transport = engine.transport(broker);
        List<String> worker = JavaProcess.running(Worker.class).command().words();
        try (WorkerProcesses workers = WorkerProcesses.start(2, Duration.ofMinutes(1), worker);
                Server _ = Server.on(transport)
                        .service("risky", workers.service("risky", _ -> "a risky request"))
                        .start();
                Client client = Client.connect(transport)) {
            assertThatExceptionOfType(RequestRefusedException.class)
                    .isThrownBy(() -> client.collect("risky", new byte[0], 100, SILENCE))
                    .satisfies(lost -> assertThat(lost.kind()).isEqualTo(FailureKind.LOST));
            assertThat(client.collect("risky", new byte[1], 100, SILENCE))
                    .asString(UTF_8)
                    .isEqualTo("alive");
        }
    }

    @ParameterizedTest
    @EnumSource
    void refusalsDeadlinesAndUnknownServices(Engine engine, Broker broker) throws Exception {
        Transport transport = engine.transport(broker);
        AtomicInteger begun = new AtomicInteger();
        CountDownLatch interrupted = new CountDownLatch(1);
        try (Server _ = Server.on(transport)
                        .service("refuses", _ -> {
                            throw new ServiceException(FailureKind.REFUSED, "not today");
                        })
                        .service("hangs", _ -> {
                            begun.incrementAndGet();
                            try {
                                new CountDownLatch(1).await();
                            } catch (InterruptedException cancelled) {
                                interrupted.countDown();
                            }
                            return Content.of("");
                        })
                        .start();
                Client client = Client.connect(transport)) {
            assertThatExceptionOfType(RequestRefusedException.class)
                    .isThrownBy(() -> client.collect("refuses", new byte[0], 100, SILENCE))
                    .withMessageContaining("not today");
            assertThatExceptionOfType(RequestRefusedException.class)
                    .isThrownBy(() -> client.collect("none", new byte[0], 100, SILENCE))
                    .withMessageContaining("none");
            Await.longEnough(Duration.ofMillis(300), span -> {
                assertThatExceptionOfType(ResponseTimeoutException.class)
                        .isThrownBy(() -> client.collect("hangs", new byte[0], 100, Timeout.ofTotal(span)));
                // A request that comes too late never begins.
                return begun.get() > 0;
            });
            assertThat(interrupted.await(Deadline.PATIENCE.toSeconds(), TimeUnit.SECONDS))
                    .isTrue();
        }
    }

    @ParameterizedTest
    @EnumSource
    void manyCallersOfOneClient(Engine engine, Broker broker) throws Exception {
        Transport transport = engine.transport(broker);
        try (Server _ = Server.on(transport)
                        .service("echo", request -> Content.of(request.payload()))
                        .start();
                Client client = Client.connect(transport)) {
            List<Background<Boolean>> callers = new ArrayList<>();
            for (int i = 0; i < 16; i++) {
                int number = i;
                callers.add(Background.start("caller " + i, () -> {
                    for (int j = 0; j < 100; j++) {
                        byte[] payload = TempFiles.bytes(number * 100 + j);
                        assertThat(client.collect("echo", payload, 10_000, SILENCE))
                                .isEqualTo(payload);
                    }
                    return true;
                }));
            }
            for (Background<Boolean> caller : callers) {
                assertThat(caller.result()).isTrue();
                caller.close();
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void files(Engine engine, Broker broker, @TempDir Path folder) throws Exception {
        Transport transport = engine.transport(broker);
        byte[] content = TempFiles.bytes(3_000_000);
        Files.write(folder.resolve("file"), content);
        try (ServedRoot root = ServedRoot.open(folder);
                Server _ = Server.on(transport)
                        .service(FileService.NAME, new FileService(root, Rights.ofServer()))
                        .start();
                FileClient client = FileClient.connect(transport, Duration.ofSeconds(30))) {
            ByteArrayOutputStream whole = new ByteArrayOutputStream();
            assertThat(client.get("file", piece -> whole.writeBytes(bytesOf(piece))))
                    .isEqualTo(content.length);
            assertThat(whole.toByteArray()).isEqualTo(content);
            ByteArrayOutputStream part = new ByteArrayOutputStream();
            client.get("file", 1_000, 2_000_000, Optional.empty(), piece -> part.writeBytes(bytesOf(piece)));
            assertThat(part.toByteArray()).isEqualTo(Arrays.copyOfRange(content, 1_000, 2_001_000));
            assertThat(client.stat("file").size()).isEqualTo(content.length);
            assertThat(client.list(".")).extracting(FileEntry::name).containsExactly("file");
            assertThatExceptionOfType(RequestRefusedException.class)
                    .isThrownBy(() -> client.get("../etc/passwd", _ -> {}));
        }
    }
}
